package jumpvpn.node.dashboard;

import java.util.List;
import jumpvpn.node.runtime.NodeStatus;

/** Who is in the cluster. The one place where the page learns of other gateways. */
@FunctionalInterface
interface Members {
    /** All of them, by what the node says of itself. */
    List<Member> of(NodeStatus own);

    /** A gateway knows itself; a client the gateway that it is with. */
    static List<Member> alone(NodeStatus own) {
        return switch (own) {
            case NodeStatus.Gateway gateway ->
                List.of(new Member(
                        gateway.name(),
                        true,
                        "alive",
                        gateway.listen(),
                        gateway.sessions().size(),
                        gateway.sinceMillis()));
            case NodeStatus.Client client ->
                client.session().gateway().isEmpty()
                        ? List.of()
                        : List.of(new Member(client.session().gateway(), false, "unknown", List.of(), -1, 0));
        };
    }
}
