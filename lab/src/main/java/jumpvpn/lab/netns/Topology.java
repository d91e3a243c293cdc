package jumpvpn.lab.netns;

import java.io.IOException;
import java.util.List;

/**
 * The lab's world, seven namespaces that reach nothing else:
 *
 * <pre>
 *            client                     wires              routerA / routerB             internet          gateway            server
 *  +-------------------------+    +---------------+    +---------------------+    +-----------------+    +-----------+    +-----------+
 *  |     wifi0 10.1.0.2/24 --+----+- nearA   farA -+---+- lanA 10.1.0.1       |    |                 |    |           |    |           |
 *  |                         |    |    emulator   |    |   NAT  198.51.100.11-+----+-+               |    |           |    |           |
 *  | jvpn0 10.77.0.2         |    |     40 ms     |    +---------------------+    | |               |    | jvpn0     |    |           |
 *  | (made by the product)   |    |               |                               | +-- bridge -----+----+- wan0     |    |           |
 *  |                         |    |     70 ms     |    +---------------------+    | |          .1/24|    |      lan0-+----+- eth0     |
 *  |                         |    |    emulator   |    |   NAT  198.51.100.12-+----+-+               |    | 10.88.0.1 |    | 10.88.0.2 |
 *  |      lte0 10.2.0.2/24 --+----+- nearB   farB -+---+- lanB 10.2.0.1       |    |                 |    |           |    | HTTP, echo|
 *  +-------------------------+    +---------------+    +---------------------+    +-----------------+    +-----------+    +-----------+
 * </pre>
 *
 * The client prefers wifi0 (metric 100) to lte0 (200). Only through the tunnel can it reach 10.88.0.0/24: routers and gateway have no route
 * from outside to it. With IPv6 the client has 2001:db8:a::2 and 2001:db8:b::2, the gateway 2001:db8:99::1; routers translate only IPv4. Neighbour entries across the emulated wires are fixed: a real first hop is near, its delay lies behind it.
 */
public final class Topology {
    /** The gateway on the internet. */
    public static final String GATEWAY_ADDRESS = "198.51.100.1";

    static final String GATEWAY_ADDRESS_V6 = "2001:db8:99::1";
    /** The server behind the gateway. */
    public static final String SERVER_ADDRESS = "10.88.0.2";
    /** What is behind the gateway. */
    public static final String INSIDE_NETWORK = "10.88.0.0/24";

    static final String INNER_NETWORK = "10.77.0.0/24";

    /** Where the client runs. */
    public final Namespace client;

    final Namespace wires;
    final Namespace routerA;
    final Namespace routerB;
    /** Where the bridge is that all hosts of the internet are on. */
    public final Namespace internet;
    /** Where the gateway runs. */
    public final Namespace gateway;
    /** Where the server runs. */
    public final Namespace server;

    final EmulatorControl emulator;
    /** What the outer network carries, the preferred first. */
    final List<Family> families;

    private Topology(Workspace workspace, JavaCommand java, List<Family> families) throws IOException {
        this.families = families;
        client = Namespace.open("client", workspace);
        wires = Namespace.open("wires", workspace);
        routerA = Namespace.open("routerA", workspace);
        routerB = Namespace.open("routerB", workspace);
        internet = Namespace.open("internet", workspace);
        gateway = Namespace.open("gateway", workspace);
        server = Namespace.open("server", workspace);
        makeWires();
        emulator = EmulatorControl.start(wires, java);
        connect(Uplink.A, routerA);
        connect(Uplink.B, routerB);
        connectInside();
    }

    /** Builds it; round-trip times in milliseconds. It goes away with the workspace. */
    public static Topology build(Workspace workspace, JavaCommand java, List<Family> families, double rttA, double rttB)
            throws IOException {
        Topology topology = new Topology(workspace, java, families);
        topology.emulator.roundTripMillis(Uplink.A, rttA);
        topology.emulator.roundTripMillis(Uplink.B, rttB);
        return topology;
    }

    /** All ends start among the wires, where the emulator strips their offloads, and are moved to their places afterwards. */
    private void makeWires() throws IOException {
        StringBuilder script = new StringBuilder(
                "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6\n");
        for (Uplink uplink : Uplink.values()) {
            script.append("ip link add name %s address %s type veth peer name %s\n"
                    .formatted(uplink.device, uplink.clientMac, uplink.nearTap()));
            script.append("ip link add name %s address %s type veth peer name %s\n"
                    .formatted(uplink.routerDevice(), uplink.routerMac, uplink.farTap()));
            script.append("ip link set %s up arp off\nip link set %s up arp off\n"
                    .formatted(uplink.nearTap(), uplink.farTap()));
        }
        wires.shell(script.toString());
        internet.shell("ip link add name bridge type bridge && ip link set bridge up");
        for (Namespace host : List.of(routerA, routerB, gateway)) {
            // These have been up for long: one whose own addresses are still being checked (RFC 4862) asks for no
            // neighbour.
            host.shell("for of in all default; do echo 0 > /proc/sys/net/ipv6/conf/$of/accept_dad; done");
        }
        // Loose reverse path filtering, as desktops with two uplinks have it; the namespace may have inherited
        // anything.
        client.shell("for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 2 > $f; done");
    }

    private void connect(Uplink uplink, Namespace router) throws IOException {
        wires.shell("ip link set %s netns %d && ip link set %s netns %d"
                .formatted(uplink.device, client.pid(), uplink.routerDevice(), router.pid()));
        if (families.contains(Family.V4)) {
            client.shell("ip address add %s/24 dev %s".formatted(uplink.clientAddress(), uplink.device));
        }
        linkUp(uplink);
        internet.shell(
                "ip link add name port%1$s type veth peer name wan0 netns %2$d && ip link set port%1$s master bridge up"
                        .formatted(uplink, router.pid()));
        router.shell("""
                echo 1 > /proc/sys/net/ipv4/ip_forward
                ip address add %1$s/24 dev %2$s && ip link set %2$s up
                ip neighbour replace %3$s lladdr %4$s dev %2$s nud permanent
                ip address add %5$s/24 dev wan0 && ip link set wan0 up
                nft 'table ip nat { chain out { type nat hook postrouting priority srcnat; oifname "wan0" masquerade; }; }'
                nft 'table ip guard { chain f { type filter hook forward priority 0; policy drop; ct state established,related accept; iifname "%2$s" oifname "wan0" accept; }; }'
                """.formatted(
                        uplink.routerAddress(),
                        uplink.routerDevice(),
                        uplink.clientAddress(),
                        uplink.clientMac,
                        uplink.publicAddress));
        if (families.contains(Family.V6)) {
            router.shell("""
                    echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
                    ip address add %1$s/64 dev %2$s nodad
                    ip neighbour replace %3$s lladdr %4$s dev %2$s nud permanent
                    ip address add %5$s/64 dev wan0 nodad
                    nft 'table ip6 guard { chain f { type filter hook forward priority 0; policy drop; ct state established,related accept; iifname "%2$s" oifname "wan0" accept; }; }'
                    """.formatted(
                            uplink.routerAddressV6(),
                            uplink.routerDevice(),
                            uplink.clientAddressV6(),
                            uplink.clientMac,
                            uplink.publicAddressV6()));
        }
    }

    private void connectInside() throws IOException {
        internet.shell("ip link add name portG type veth peer name wan0 netns %d && ip link set portG master bridge up"
                .formatted(gateway.pid()));
        gateway.shell("""
                echo 1 > /proc/sys/net/ipv4/ip_forward
                ip address add %s/24 dev wan0 && ip link set wan0 up
                ip link add name lan0 type veth peer name eth0 netns %d
                ip address add 10.88.0.1/24 dev lan0 && ip link set lan0 up
                """.formatted(GATEWAY_ADDRESS, server.pid()));
        if (families.contains(Family.V6)) {
            gateway.shell("ip address add %s/64 dev wan0 nodad".formatted(GATEWAY_ADDRESS_V6));
            for (Uplink uplink : Uplink.values()) {
                gateway.shell("ip route add %s::/64 via %s".formatted(uplink.networkV6(), uplink.publicAddressV6()));
            }
        }
        server.shell("ip address add %s/24 dev eth0 && ip link set eth0 up && ip route add %s via 10.88.0.1"
                .formatted(SERVER_ADDRESS, INNER_NETWORK));
    }

    /** Takes the uplink's device up, with the routes and neighbour that taking it down removed. */
    void linkUp(Uplink uplink) throws IOException {
        client.shell("ip link set %s up".formatted(uplink.device));
        if (families.contains(Family.V4)) {
            client.shell("""
                    ip neighbour replace %2$s lladdr %3$s dev %1$s nud permanent
                    ip route replace default via %2$s dev %1$s metric %4$d
                    """.formatted(uplink.device, uplink.routerAddress(), uplink.routerMac, uplink.metric));
        }
        if (families.contains(Family.V6)) { // going down took the address away
            client.shell("""
                    ip address replace %5$s/64 dev %1$s nodad
                    ip neighbour replace %2$s lladdr %3$s dev %1$s nud permanent
                    ip -6 route replace default via %2$s dev %1$s metric %4$d
                    """.formatted(
                            uplink.device,
                            uplink.routerAddressV6(),
                            uplink.routerMac,
                            uplink.metric,
                            uplink.clientAddressV6()));
        }
    }

    /** No router lets packets of this family pass, and none says so; or all let them again. */
    void swallow(Family family, boolean on) throws IOException {
        for (Uplink uplink : Uplink.values()) {
            router(uplink)
                    .shell(
                            on
                                    ? "nft 'table %s dead { chain f { type filter hook forward priority -10; policy drop; }; }'"
                                            .formatted(family.table)
                                    : "nft delete table %s dead".formatted(family.table));
        }
    }

    /** Pulls the plug: the device goes down and the client's kernel knows. */
    void linkDown(Uplink uplink) throws IOException {
        client.shell("ip link set %s down".formatted(uplink.device));
    }

    /** The uplink's router lets no UDP pass, or lets it again. */
    void blockUdp(Uplink uplink, boolean on) throws IOException {
        router(uplink)
                .shell(
                        on
                                ? "nft 'add table ip block; add chain ip block f { type filter hook forward priority -10; }; add rule ip block f meta l4proto udp drop'"
                                : "nft delete table ip block");
    }

    /** The uplink's router is known by another address from now on; what it had translated is forgotten. */
    void newPublicAddress(Uplink uplink) throws IOException {
        router(uplink)
                .shell(
                        "ip address add %1$s/24 dev wan0 && ip address del %2$s/24 dev wan0 && ip address replace %1$s/24 dev wan0"
                                .formatted(uplink.otherPublicAddress(), uplink.publicAddress));
    }

    /** The client's address on the uplink is taken away, and another is there at once. */
    void newClientAddress(Uplink uplink) throws IOException {
        String other = uplink.network + ".3";
        router(uplink)
                .shell("ip neighbour replace %s lladdr %s dev %s nud permanent"
                        .formatted(other, uplink.clientMac, uplink.routerDevice()));
        client.shell("""
                ip address add %1$s/24 dev %2$s && ip address del %3$s/24 dev %2$s
                ip address replace %1$s/24 dev %2$s
                ip neighbour replace %4$s lladdr %5$s dev %2$s nud permanent
                ip route replace default via %4$s dev %2$s metric %6$d
                """.formatted(
                other, uplink.device, uplink.clientAddress(), uplink.routerAddress(), uplink.routerMac, uplink.metric));
    }

    private Namespace router(Uplink uplink) {
        return uplink == Uplink.A ? routerA : routerB;
    }

    /** Every namespace, for a reader who wants to look inside. */
    List<Namespace> namespaces() {
        return List.of(client, wires, routerA, routerB, internet, gateway, server);
    }
}
