package jumpvpn.node.dashboard;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jumpvpn.node.host.WallClock;
import jumpvpn.node.observability.jsonl.Json;
import jumpvpn.node.observability.jsonl.JsonWriter;
import jumpvpn.node.observability.jsonl.UtcTime;
import jumpvpn.node.runtime.NodeControl;
import jumpvpn.node.runtime.NodeStatus;
import jumpvpn.node.runtime.Reply;
import jumpvpn.node.runtime.Request;
import jumpvpn.node.runtime.Through;
import org.jspecify.annotations.Nullable;

/** What the page may do, if it may: asked of the node as a command would be, and told to the history, done or refused. */
final class Actions {
    private final boolean enabled;
    private final NodeControl node;
    private final History history;
    private final WallClock wall;

    Actions(boolean enabled, NodeControl node, History history, WallClock wall) {
        this.enabled = enabled;
        this.node = node;
        this.history = history;
        this.wall = wall;
    }

    /** The names of those that this node knows; none if they are not enabled. */
    List<String> possible(@Nullable NodeStatus status) {
        List<String> names = new ArrayList<>();
        if (enabled && status != null) {
            names.add("terminate");
            names.add(status instanceof NodeStatus.Client ? "jump" : "drain");
        }
        return names;
    }

    /** Does {@code {"action":"jump","to":…}}, {@code {"action":"terminate","session":…}} or {@code {"action":"drain"}}. */
    Reply act(Json.Fields wish) {
        String action = wish.text("action").orElse("");
        Optional<String> session = wish.text("session");
        if (!enabled) {
            return new Reply.Refused(
                    "NOT_ENABLED", "this page only shows; write actions = true into [dashboard] and start again");
        }
        Reply reply = switch (action) {
            case "jump" -> {
                Optional<String> to = wish.text("to");
                yield node.handle(new Request.Jump(to.isPresent() ? to.get() : null), Through.DASHBOARD);
            }
            case "terminate" ->
                session.isPresent()
                        ? node.handle(new Request.Terminate(session.get()), Through.DASHBOARD)
                        : new Reply.Refused("BAD_REQUEST", "terminate needs \"session\"");
            case "drain" -> node.handle(new Request.Drain(), Through.DASHBOARD);
            default -> new Reply.Refused("BAD_REQUEST", "there is no action \"" + action + "\"");
        };
        tell(action, session.orElse(null), wish.text("to").orElse(""), reply);
        return reply;
    }

    private void tell(String action, @Nullable String session, String to, Reply reply) {
        String result = switch (reply) {
            case Reply.Done done -> done.text();
            case Reply.Refused refused -> refused.reason() + ": " + refused.text();
            default -> "";
        };
        long nowMillis = wall.nowMillis();
        String text = new JsonWriter()
                .beginObject()
                .field("type", "OPERATOR")
                .field("ts", UtcTime.format(nowMillis))
                .field("session_id", session)
                .field("action", action)
                .field("to", to)
                .field("result", result)
                .endObject()
                .toString();
        history.add(nowMillis, session, text);
    }
}
