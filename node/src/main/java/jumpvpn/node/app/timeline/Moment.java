package jumpvpn.node.app.timeline;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;

/**
 * One event in a session's life.
 *
 * @param node who said it
 * @param wallMillis when, by that node's clock: told, never used to order
 * @param place where it stands, {@code file:line}
 * @param turn how many were read before it
 */
record Moment(Event event, String node, long wallMillis, String place, int turn) {
    /** By version; what is said of one version by its owner before what the client says, which learnt it from there; then as read. */
    static final Comparator<Moment> ORDER = Comparator.comparing((Moment moment) -> moment.event.version())
            .thenComparing(moment -> moment.event.role() == Role.CLIENT)
            .thenComparingInt(Moment::turn);

    private static final List<String> SHOWN_ELSEWHERE = List.of("gates", "inner", "candidates", "again");

    boolean isRow() {
        return event.type() == EventType.STATE_CHANGE;
    }

    /** An owner's row: these make the session's states. */
    boolean isOwners() {
        return isRow() && event.role() == Role.GATEWAY;
    }

    /** The session got a binding. */
    boolean isSwitch() {
        return isOwners() && event.reason() == ReasonCode.REATTACH_ACCEPT && !event.isAgain();
    }

    boolean isRefusal() {
        return event.type() == EventType.REATTACH_REJECT
                || event.type() == EventType.SWITCH_DENIED
                || event.type() == EventType.SECURITY;
    }

    /** The gates that a request passed, {@code A B C}; empty if it is none. */
    String gates() {
        return event.details().stream()
                .filter(detail -> detail.name().equals("gates") && detail.value() instanceof List<?>)
                .map(detail ->
                        ((List<?>) detail.value()).stream().map(String::valueOf).collect(Collectors.joining(" ")))
                .findFirst()
                .orElse("");
    }

    /** What happened, in words: {@code ATTACHED → RECOVERING TRANSPORT_DEAD}. */
    String what() {
        String head = isRow() ? event.from() + " → " + event.to() : event.type().name();
        String gates = event.type() == EventType.REATTACH_REQUEST_RECEIVED
                ? gates().isEmpty() ? ", no gate passed" : ", gates " + gates() + " passed"
                : "";
        return head + " " + event.reason() + (event.isAgain() ? " (said again)" : "") + gates;
    }

    /** What the type adds and is not told already, {@code name=value}. */
    String more() {
        return event.details().stream()
                .filter(detail -> !SHOWN_ELSEWHERE.contains(detail.name()))
                .map(detail -> detail.name() + "=" + detail.value())
                .collect(Collectors.joining(" "));
    }
}
