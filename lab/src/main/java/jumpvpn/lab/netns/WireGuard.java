package jumpvpn.lab.netns;

import java.io.IOException;
import java.util.List;

/** WireGuard in user space (wireguard-go), configured by {@code wg}. */
final class WireGuard extends Peer {
    private static final String CONFIGURED = "configured";

    private final String program;

    private WireGuard(Workspace workspace, String program) {
        super(workspace, CONFIGURED);
        this.program = program;
    }

    /** Writes fresh keys and both configurations; {@code namespace}: any, to do it in; {@code program}: wireguard-go by name or path. */
    static WireGuard prepare(Workspace workspace, Namespace namespace, String program) throws IOException {
        namespace.shell(
                """
                umask 077
                for end in gw1 laptop; do wg genkey > $end.key; wg pubkey < $end.key > $end.pub; done
                cat > gw1.conf <<END
                [Interface]
                PrivateKey = $(cat gw1.key)
                ListenPort = %1$d
                [Peer]
                PublicKey = $(cat laptop.pub)
                AllowedIPs = 10.77.0.2/32
                END
                cat > laptop.conf <<END
                [Interface]
                PrivateKey = $(cat laptop.key)
                [Peer]
                PublicKey = $(cat gw1.pub)
                Endpoint = %2$s:%1$d
                AllowedIPs = %3$s, %4$s
                PersistentKeepalive = 25
                END
                """.formatted(Product.PORT, Topology.GATEWAY_ADDRESS, Topology.INNER_NETWORK, Topology.INSIDE_NETWORK));
        return new WireGuard(workspace, program);
    }

    /** With the MTU that wg-quick would set. Its control socket is named after the device alone and stands in /var/run, which each end therefore has for itself. */
    @Override
    public Process start(Product.Role role, Namespace namespace) throws IOException {
        boolean client = role == Product.Role.CLIENT;
        String script = """
                mount -t tmpfs tmpfs /var/run
                {
                  for i in $(seq 500); do wg setconf jvpn0 %s.conf && break; sleep 0.01; done
                  ip address add %s/24 dev jvpn0 && ip link set jvpn0 mtu 1420 up && %s && echo %s
                } &
                exec %s --foreground jvpn0
                """.formatted(
                        role.nodeName,
                        client ? "10.77.0.2" : "10.77.0.1",
                        client ? "ip route add " + Topology.INSIDE_NETWORK + " dev jvpn0" : "true",
                        CONFIGURED,
                        program);
        return workspace.startLogged(
                namespace.command(List.of("unshare", "--mount", "sh", "-e", "-c", script)), role.log());
    }
}
