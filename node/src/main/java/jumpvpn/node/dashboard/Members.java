package jumpvpn.node.dashboard;

import java.util.List;
import jumpvpn.node.runtime.ClusterStatus;
import jumpvpn.node.runtime.NodeControl;
import jumpvpn.node.runtime.NodeStatus;
import jumpvpn.node.runtime.Reply;
import jumpvpn.node.runtime.Request;
import jumpvpn.node.runtime.Through;

/** Who is in the cluster. The one place where the page learns of other gateways. */
final class Members {
    private final NodeControl node;

    Members(NodeControl node) {
        this.node = node;
    }

    /** All of them, by what the node says of itself and of those with which it shares sessions. A client knows the gateway that it is with. */
    List<Member> of(NodeStatus own, long nowMillis) {
        return switch (own) {
            case NodeStatus.Gateway gateway ->
                node.handle(new Request.Cluster(), Through.DASHBOARD) instanceof Reply.Cluster(ClusterStatus cluster)
                        ? cluster.members().stream()
                                .map(row -> member(gateway, cluster, row, nowMillis))
                                .toList()
                        : List.of(self(gateway, "alive"));
            case NodeStatus.Client client ->
                client.session().gateway().isEmpty()
                        ? List.of()
                        : List.of(new Member(client.session().gateway(), false, "unknown", List.of(), -1, 0));
        };
    }

    private static Member member(NodeStatus.Gateway own, ClusterStatus cluster, ClusterStatus.Row row, long nowMillis) {
        if (row.name().equals(own.name())) {
            return self(own, cluster.draining() ? "draining" : "alive");
        }
        String state = row.alive() == null ? "unknown" : !row.alive() ? "gone" : row.draining() ? "draining" : "alive";
        long sinceMillis = row.signAgeMillis() < 0 ? 0 : nowMillis - row.signAgeMillis();
        return new Member(row.name(), false, state, List.of(), Math.max(-1, row.sessions()), sinceMillis);
    }

    private static Member self(NodeStatus.Gateway own, String state) {
        return new Member(own.name(), true, state, own.listen(), own.sessions().size(), own.sinceMillis());
    }
}
