package jumpvpn.node.runtime;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventSink;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.StateVersion;
import jumpvpn.node.config.KeyText;
import org.jspecify.annotations.Nullable;

/**
 * What somebody asks of a node by a command or its page.
 *
 * @param target what it is about; null: the node
 */
record OperatorAction(String name, @Nullable String target) {
    private static final int MOST_CHARACTERS = 128;

    /** What the request wants done; null: it only asks. */
    private static @Nullable OperatorAction of(Request request) {
        return switch (request) {
            case Request.Jump jump -> new OperatorAction("jump", jump.to());
            case Request.Terminate terminate -> new OperatorAction("terminate", terminate.session());
            case Request.Drain _ -> new OperatorAction("drain", null);
            case Request.Admit admit -> new OperatorAction("admit", admit.client());
            case Request.Revoke revoke -> new OperatorAction("revoke", revoke.client());
            case Request.Status _, Request.Sessions _, Request.Cluster _ -> null;
        };
    }

    /** Says what was asked for, if anything was to be done, and what became of it; what it brings about speaks for itself. @return the reply */
    static Reply told(EventSink events, Role role, long nowNanos, Request request, Through through, Reply reply) {
        OperatorAction action = of(request);
        if (action != null) {
            action.tell(events, role, nowNanos, through, reply);
        }
        return reply;
    }

    private void tell(EventSink events, Role role, long nowNanos, Through through, Reply reply) {
        List<Event.Detail> details = new ArrayList<>();
        details.add(new Event.Detail("action", name));
        details.add(new Event.Detail("through", through.label()));
        if (target != null) { // as it was typed: it may be anything
            String shown = KeyText.hidden(target).replaceAll("\\p{Cntrl}", "?");
            details.add(new Event.Detail("target", shown.substring(0, Math.min(shown.length(), MOST_CHARACTERS))));
        }
        if (reply instanceof Reply.Refused refused) {
            details.add(new Event.Detail("refusal", refused.reason()));
        }
        ReasonCode reason = reply instanceof Reply.Refused ? ReasonCode.ACTION_REFUSED : ReasonCode.ACTION_DONE;
        events.emit(new Event(
                nowNanos,
                EventType.OPERATOR_ACTION,
                reason,
                role,
                null,
                StateVersion.BIRTH,
                null,
                null,
                null,
                0,
                details));
    }
}
