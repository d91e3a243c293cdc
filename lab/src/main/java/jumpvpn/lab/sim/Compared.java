package jumpvpn.lab.sim;

import java.util.ArrayDeque;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import jumpvpn.lab.model.Passage;
import jumpvpn.lab.model.Reason;
import jumpvpn.lab.model.Row;
import jumpvpn.lab.model.State;
import jumpvpn.lab.model.Terms;
import jumpvpn.lab.model.Version;
import jumpvpn.lab.model.View;
import org.jspecify.annotations.Nullable;

/** One session at one end: the rows that the model takes must be those that the end takes, in order, and both must stand where the other stands. */
final class Compared<V extends View> {
    private static final long SLACK_NANOS = 5_000_000;

    final V view;
    private final String who;
    private final ArrayDeque<Row> expected = new ArrayDeque<>();

    Compared(String who, V view) {
        this.who = who;
        this.view = view;
        happened();
    }

    /** Something was told to the model: the end must now take these rows too. */
    void happened() {
        expected.addAll(view.news());
    }

    /** The end says something of this session. */
    void said(Event event) {
        if (event.type() == EventType.STATE_CHANGE) {
            took(event.nanos(), row(event));
        } else if (event.type() == EventType.TRANSPORT_DEAD) {
            switch (event.reason()) { // the others are news from outside, or the request's
                case NO_DELIVERY_WINDOW, KEY_EXPIRED, SOCKET_ERROR -> view.pathDead(event.nanos());
                default -> {
                    // known
                }
            }
            happened();
        } else if (event.reason() == ReasonCode.SECRET_RENEWED) {
            view.freshened(event.nanos());
        }
    }

    private void took(long nanos, Row real) {
        if (expected.isEmpty()) {
            view.decides(nanos, real.reason());
            happened();
        }
        Row model = expected.poll();
        if (!real.equals(model)) {
            throw new Violation(
                    "MODEL", who + " took the row " + real + ", the model " + (model == null ? "none" : model));
        }
    }

    /** What was told has been handled: the end must be where the model is. */
    void settled(long nanos, SessionState state, StateVersion version, Passage passage) {
        settled(nanos);
        if (!state(state).equals(view.state()) || !version(version).equals(view.version())) {
            throw new Violation(
                    "MODEL",
                    who + " is " + state + " " + version + ", the model " + view.state() + " " + view.version());
        }
        if (passage != view.passage()) {
            throw new Violation("MODEL", who + " would " + passage + " packets, the model " + view.passage());
        }
    }

    /** As far as it can be said without a look at the end: it has taken all rows that it must. */
    void settled(long nanos) {
        Row missing = expected.peek();
        if (missing != null) {
            throw new Violation("MODEL", who + " did not take the model's row " + missing);
        }
        if (nanos - SLACK_NANOS > view.nextDeadlineNanos()) {
            throw new Violation("MODEL", who + " is still " + view.state() + " although a deadline has passed");
        }
    }

    /** Whether rows are to be said. */
    boolean isExpected() {
        return !expected.isEmpty();
    }

    /** Whether the session has ended and everything was said. */
    boolean isOver() {
        return view.state() == State.TERMINATED && expected.isEmpty();
    }

    /** A STATE_CHANGE in the model's words. */
    static Row row(Event event) {
        return new Row(
                state(event.from()),
                state(event.to()),
                version(event.version()),
                Reason.valueOf(event.reason().name()));
    }

    private static State state(@Nullable SessionState state) {
        return State.valueOf(String.valueOf(state));
    }

    static Version version(StateVersion version) {
        return new Version(Integer.toUnsignedLong(version.epoch()), Integer.toUnsignedLong(version.step()));
    }

    /** A policy in the model's words. */
    static Terms terms(Policy policy) {
        return new Terms(
                policy.get(PolicyKey.SESSION_MAX_LIFETIME),
                policy.get(PolicyKey.SESSION_TRANSPORT_LOSS_TTL),
                policy.get(PolicyKey.SESSION_HANDSHAKE_TIMEOUT),
                policy.get(PolicyKey.VOLATILITY_HOLD),
                policy.get(PolicyKey.VOLATILITY_TO_DEGRADED),
                policy.get(PolicyKey.SWITCHING_MAX_PER_MINUTE),
                policy.get(PolicyKey.SWITCHING_COOLDOWN),
                policy.get(PolicyKey.SWITCHING_RECOVERY_INTERVAL),
                policy.get(PolicyKey.SWITCHING_RECOVERY_WINDOW),
                policy.get(PolicyKey.SWITCHING_MAX_REJECTS),
                policy.get(PolicyKey.SECURITY_REATTACH_MAX_AGE));
    }
}
