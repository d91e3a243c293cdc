package jumpvpn.lab.cluster;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import jumpvpn.lab.netns.Family;
import jumpvpn.lab.netns.JavaCommand;
import jumpvpn.lab.netns.Namespace;
import jumpvpn.lab.netns.Topology;
import jumpvpn.lab.netns.Workspace;

/**
 * {@link Topology} with more gateways, a switch on the network behind them, a host of many clients on the internet, and a store that each gateway reaches by a link of its own:
 *
 * <pre>
 *  client ══ uplinks A, B ══ internet ─┬─ wan0 198.51.100.1  gw1  lan0 10.88.0.11 ─┬─ server 10.88.0.2
 *                                      ├─ wan0 198.51.100.2  gw2  lan0 10.88.0.12 ─┤
 *  crowd  198.51.100.50 ───────────────┴─ wan0 198.51.100.3  gw3  lan0 10.88.0.13 ─┘
 *                                           each  store0 10.99.0.11 …  ──── store 10.99.0.1, .2, .3
 * </pre>
 *
 * Inner addresses are {@link InnerNetwork}'s.
 */
final class ClusterTopology {
    static final int GATEWAYS = 3;
    static final int STORE_MEMBERS = 3;
    static final String CROWD_ADDRESS = "198.51.100.50";

    private static final int INSIDE_LENGTH = 16;

    final Namespace client;
    final Namespace server;
    final Namespace crowd;
    final Namespace store;
    private final Namespace internet;
    private final List<Namespace> gateways = new ArrayList<>();

    private ClusterTopology(Topology outer, Workspace workspace) throws IOException {
        client = outer.client;
        server = outer.server;
        internet = outer.internet;
        crowd = Namespace.open("crowd", workspace);
        store = Namespace.open("store", workspace);
        gateways.add(outer.gateway);
        for (int number = 2; number <= GATEWAYS; number++) {
            gateways.add(Namespace.open("gateway" + number, workspace));
        }
        plugIn(crowd, "portC", CROWD_ADDRESS);
        makeSwitches();
        for (int number = 1; number <= GATEWAYS; number++) {
            connect(number);
        }
    }

    /** Builds it; round-trip times in milliseconds. It goes away with the workspace. */
    static ClusterTopology build(Workspace workspace, JavaCommand java, double rttA, double rttB) throws IOException {
        return new ClusterTopology(Topology.build(workspace, java, List.of(Family.V4), rttA, rttB), workspace);
    }

    /** Where clients reach the gateway of this number, from 1. */
    static String outside(int number) {
        return "198.51.100." + number;
    }

    /** Its address on the network behind. */
    static String inside(int number) {
        return "10.88.0.1" + number;
    }

    /** That of a member of the store, from 1. */
    static String storeAddress(int member) {
        return "10.99.0." + member;
    }

    static List<String> storeAddresses() {
        return IntStream.rangeClosed(1, STORE_MEMBERS)
                .mapToObj(ClusterTopology::storeAddress)
                .toList();
    }

    Namespace gateway(int number) {
        return gateways.get(number - 1);
    }

    private void plugIn(Namespace host, String port, String address) throws IOException {
        internet.shell("ip link add name %1$s type veth peer name wan0 netns %2$d && ip link set %1$s master bridge up"
                .formatted(port, host.pid()));
        host.shell("ip address add %s/24 dev wan0 && ip link set wan0 up".formatted(address));
    }

    /** The server is its own switch: what was its device is the first port. */
    private void makeSwitches() throws IOException {
        server.shell("""
                ip link add name inside type bridge
                ip address flush dev eth0
                ip link set eth0 master inside up
                ip address add %s/%d dev inside && ip link set inside up
                """.formatted(Topology.SERVER_ADDRESS, INSIDE_LENGTH));
        store.shell("ip link add name store type bridge && ip link set store up");
        for (int member = 1; member <= STORE_MEMBERS; member++) {
            store.shell("ip address add %s/24 dev store".formatted(storeAddress(member)));
        }
    }

    private void connect(int number) throws IOException {
        Namespace gateway = gateway(number);
        if (number == 1) {
            gateway.shell("ip address flush dev lan0");
        } else {
            plugIn(gateway, "portG" + number, outside(number));
            gateway.shell("""
                    echo 1 > /proc/sys/net/ipv4/ip_forward
                    ip link add name lan0 type veth peer name port%1$d netns %2$d && ip link set lan0 up
                    """.formatted(number, server.pid()));
            server.shell("ip link set port%d master inside up".formatted(number));
        }
        gateway.shell("ip address add %s/%d dev lan0".formatted(inside(number), INSIDE_LENGTH));
        gateway.shell("""
                ip link add name store0 type veth peer name port%1$d netns %2$d
                ip address add 10.99.0.1%1$d/24 dev store0 && ip link set store0 up
                """.formatted(number, store.pid()));
        store.shell("ip link set port%d master store up".formatted(number));
    }

    /** The host is gone: nothing comes or goes any more. */
    void unplug(int number) throws IOException {
        gateway(number).shell("ip link set wan0 down; ip link set lan0 down; ip link set store0 down");
    }

    /** Silently nothing passes between this gateway and the store, or does again. */
    void cutFromStore(int number, boolean on) throws IOException {
        cut(number, "store0", on);
    }

    /** The same of its clients. */
    void cutFromInternet(int number, boolean on) throws IOException {
        cut(number, "wan0", on);
    }

    private void cut(int number, String device, boolean on) throws IOException {
        String table = "cut_" + device;
        gateway(number)
                .shell(
                        on
                                ? "nft 'table ip %1$s { chain i { type filter hook input priority 0; iifname \"%2$s\" drop; }; chain o { type filter hook output priority 0; oifname \"%2$s\" drop; }; }'"
                                        .formatted(table, device)
                                : "nft delete table ip " + table);
    }
}
