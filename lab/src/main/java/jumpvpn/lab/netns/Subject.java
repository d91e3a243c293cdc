package jumpvpn.lab.netns;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.session.Policy;

/** The VPNs that the lab can run: ours, and those beside which it is measured. */
enum Subject {
    JUMPVPN("jumpvpn"),
    WIREGUARD_GO("wireguard-go"),
    OPENVPN("openvpn");

    final String label;

    Subject(String label) {
        this.label = label;
    }

    static Optional<Subject> named(String label) {
        return Arrays.stream(values())
                .filter(subject -> subject.label.equals(label))
                .findFirst();
    }

    /** Writes fresh keys and a matching pair of configurations into the workspace; {@code transports}: those of them that it has, the preferred first; policy and setting: ours. */
    Vpn prepare(Workspace workspace, Topology topology, List<Protocol> transports, Policy policy, NodeSetting setting)
            throws IOException {
        return switch (this) {
            case JUMPVPN ->
                Product.prepare(workspace, JavaCommand.product(), transports, topology.families, policy, setting);
            case WIREGUARD_GO -> WireGuard.prepare(workspace, topology.gateway, label);
            case OPENVPN -> OpenVpn.prepare(workspace, topology.gateway, transports);
        };
    }

    /** As it names itself: "OpenVPN 2.6.14". */
    String nameAndVersion() throws IOException {
        if (this == JUMPVPN) {
            return label + " " + System.getProperty("jumpvpn.commit", "unknown");
        }
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", label + " --version");
        builder.environment().merge("PATH", Workspace.SYSTEM_PATH, (path, system) -> path + ":" + system);
        try (BufferedReader output = builder.redirectErrorStream(true).start().inputReader()) {
            String[] words =
                    output.lines().findFirst().orElse(label + " unknown").split(" ", 3);
            return words[0] + " " + words[1];
        }
    }
}
