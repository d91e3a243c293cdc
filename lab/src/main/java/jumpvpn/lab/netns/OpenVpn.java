package jumpvpn.lab.netns;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Collectors;
import jumpvpn.core.net.Protocol;

/** OpenVPN 2.6 over UDP, TCP or both, each end knowing the other's certificate by its fingerprint. */
final class OpenVpn extends Peer {
    private static final String CONNECTED = "Initialization Sequence Completed";

    private final List<Protocol> transports;

    private OpenVpn(Workspace workspace, List<Protocol> transports) {
        super(workspace, CONNECTED);
        this.transports = transports;
    }

    /** Writes fresh keys and all configurations; {@code namespace}: any, to do it in. */
    static OpenVpn prepare(Workspace workspace, Namespace namespace, List<Protocol> transports) throws IOException {
        namespace.shell("""
                umask 077
                for end in gw1 laptop; do
                  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=$end -keyout $end.key -out $end.crt
                  openssl x509 -in $end.crt -noout -fingerprint -sha256 | cut -d= -f2 > $end.fingerprint
                done""");
        OpenVpn vpn = new OpenVpn(
                workspace,
                transports.stream()
                        .filter(transport -> transport != Protocol.QUIC)
                        .toList());
        for (int i = 0; i < vpn.transports.size(); i++) {
            Files.writeString(workspace.file(gatewayConfig(vpn.transports.get(i))), vpn.gateway(i));
        }
        Files.writeString(workspace.file("laptop.conf"), vpn.client());
        Files.writeString(workspace.file("learn.sh"), "[ \"$1\" = delete ] || ip route replace \"$2\" dev \"$dev\"\n");
        return vpn;
    }

    private static String gatewayConfig(Protocol transport) {
        return "gw1-" + transport.scheme() + ".conf";
    }

    /**
     * A process of OpenVPN 2.6 serves one protocol. Two give the client the same address, each through a device of its own; a route follows the client to the one
     * where it was learnt last.
     */
    private String gateway(int index) throws IOException {
        Protocol transport = transports.get(index);
        return common(Product.Role.GATEWAY, "jvpn" + index, "laptop")
                + """
                server 10.77.0.0 255.255.255.0
                topology subnet
                push "route 10.88.0.0 255.255.255.0"
                proto %s
                port %d
                dh none
                keepalive 1 4
                float
                script-security 2
                learn-address "/bin/sh learn.sh"
                """.formatted(transport == Protocol.TCP ? "tcp-server" : "udp", Product.port(transport));
    }

    private String client() throws IOException {
        return common(Product.Role.CLIENT, "jvpn0", "gw1") + """
                client
                nobind
                connect-retry 1 2
                server-poll-timeout 4
                """
                + transports.stream()
                        .map(transport -> "remote %s %d %s\n"
                                .formatted(
                                        Topology.GATEWAY_ADDRESS,
                                        Product.port(transport),
                                        transport == Protocol.TCP ? "tcp-client" : "udp"))
                        .collect(Collectors.joining());
    }

    private String common(Product.Role role, String device, String other) throws IOException {
        return """
                dev %s
                dev-type tun
                disable-dco
                data-ciphers AES-256-GCM
                cert %2$s.crt
                key %2$s.key
                peer-fingerprint %3$s
                persist-tun
                persist-key
                """.formatted(
                        device,
                        role.nodeName,
                        Files.readString(workspace.file(other + ".fingerprint")).strip());
    }

    @Override
    public Process start(Product.Role role, Namespace namespace) throws IOException {
        if (role == Product.Role.CLIENT) {
            return start(namespace, "laptop.conf", role.log());
        }
        for (Protocol other : transports.subList(1, transports.size())) {
            start(namespace, gatewayConfig(other), "gw1-" + other.scheme() + ".log");
        }
        return start(namespace, gatewayConfig(transports.getFirst()), role.log());
    }

    private Process start(Namespace namespace, String config, String log) throws IOException {
        return workspace.startLogged(namespace.command(List.of("openvpn", "--config", config)), log);
    }
}
