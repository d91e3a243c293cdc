package jumpvpn.lab.netns;

/** An address family of the outer network. */
public enum Family {
    /** IPv4. */
    V4("ip", Topology.GATEWAY_ADDRESS, "0.0.0.0"),
    /** IPv6. */
    V6("ip6", "[" + Topology.GATEWAY_ADDRESS_V6 + "]", "[::]");

    /** What nft calls it. */
    final String table;
    /** The gateway's address in an endpoint. */
    final String gateway;
    /** Every address of a host in an endpoint. */
    final String any;

    Family(String table, String gateway, String any) {
        this.table = table;
        this.gateway = gateway;
        this.any = any;
    }
}
