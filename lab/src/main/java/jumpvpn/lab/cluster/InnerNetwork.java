package jumpvpn.lab.cluster;

import jumpvpn.core.net.IpAddress;

/** Where the inner addresses of the clients are. */
enum InnerNetwork {
    /** A part of the network behind: whoever has a session answers there for its address. */
    ON_LINK("10.88.128.1/17", "10.88.128.2", 0x0a58_8100),
    /** A network of its own, for more sessions than one answers neighbours for. */
    ROUTED("10.96.0.1/12", "10.96.0.2", 0x0a61_0000);

    /** As many as a gateway's file may hold clients, and as a process of real agents may have sockets. */
    static final int MOST_ON_LINK = 4_000;

    /** The address of every gateway, with the length of the network. */
    final String gateway;

    /** That of the client beside the crowd: one that is found for it may be one of the crowd's, which are given. */
    final String client;

    private final int first;

    InnerNetwork(String gateway, String client, int first) {
        this.gateway = gateway;
        this.client = client;
        this.first = first;
    }

    static InnerNetwork of(int sessions) {
        return sessions > MOST_ON_LINK ? ROUTED : ON_LINK;
    }

    /** That of a session, counted from 0. */
    IpAddress address(int session) {
        return IpAddress.v4(first + session);
    }
}
