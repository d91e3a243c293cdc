package jumpvpn.lab.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every invariant that is checked from a gateway's events can be broken, and then it is noticed. */
class SessionViewTest {
    private static final long SECOND = 1_000_000_000L;
    private static final List<Prefix> INNER = List.of(Prefix.parse("10.77.0.2/24"));
    private static final List<String> GATES = List.of("A", "B", "C", "D", "E", "F");
    private static final SessionId ID = new SessionId(1, 2);

    private final SessionView view = new SessionView(ID, Role.GATEWAY, Policy.DEFAULT, 5_000_000);

    @BeforeEach
    void born() {
        row(0, ReasonCode.HANDSHAKE_OK, "1.0", SessionState.BIRTH, SessionState.ATTACHED);
    }

    private static StateVersion version(String text) {
        String[] parts = text.split("\\.", 2);
        return StateVersion.of(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
    }

    private void row(long nanos, ReasonCode reason, String version, SessionState from, SessionState to) {
        view.take(new Event(
                nanos,
                EventType.STATE_CHANGE,
                reason,
                Role.GATEWAY,
                ID,
                version(version),
                from,
                to,
                null,
                0,
                List.of()));
    }

    private void say(long nanos, EventType type, ReasonCode reason, String version, Event.Detail... details) {
        view.take(new Event(
                nanos, type, reason, Role.GATEWAY, ID, version(version), null, null, null, 0, List.of(details)));
    }

    /** A whole bind from ATTACHED in this epoch. */
    private void bind(long nanos, ReasonCode cause, int epoch) {
        if (cause == ReasonCode.PEER_REPORTED) {
            say(nanos, EventType.TRANSPORT_DEAD, cause, epoch + ".0");
        }
        row(nanos, cause, epoch + ".1", SessionState.ATTACHED, SessionState.RECOVERING);
        say(nanos, EventType.REATTACH_REQUEST_RECEIVED, cause, epoch + ".1", new Event.Detail("gates", GATES));
        say(nanos, EventType.TRANSPORT_SWITCH, ReasonCode.BOUND, epoch + 1 + ".0");
        row(nanos, ReasonCode.REATTACH_ACCEPT, epoch + 1 + ".0", SessionState.RECOVERING, SessionState.ATTACHED);
    }

    private static void breaks(String invariant, Runnable action) {
        assertThatExceptionOfType(Violation.class)
                .isThrownBy(action::run)
                .satisfies(violation -> assertThat(violation.invariant()).isEqualTo(invariant));
    }

    @Test
    void whatIsRightPasses() {
        bind(10 * SECOND, ReasonCode.OPERATOR_JUMP, 1);
        view.delivered(10 * SECOND, 2);
        view.delivered(11 * SECOND, 1); // still drains
        bind(20 * SECOND, ReasonCode.PEER_REPORTED, 2);
        view.delivered(20 * SECOND, 3);
        view.agree(SessionState.ATTACHED, version("3.0"), INNER);
        assertThat(view.isLive()).isTrue();
    }

    @Test
    void anOlderEpochAfterItsDrain() {
        bind(10 * SECOND, ReasonCode.OPERATOR_JUMP, 1);
        view.delivered(10 * SECOND, 2);
        breaks("I1", () -> view.delivered(12 * SECOND, 1));
    }

    @Test
    void anOlderEpochWhosePathWasDead() {
        bind(10 * SECOND, ReasonCode.PEER_REPORTED, 1);
        view.delivered(10 * SECOND, 2);
        breaks("I1", () -> view.delivered(10 * SECOND, 1));
    }

    @Test
    void anotherInnerAddress() {
        view.agree(SessionState.ATTACHED, version("1.0"), INNER);
        breaks("I3", () -> view.agree(SessionState.ATTACHED, version("1.0"), List.of(Prefix.parse("10.77.0.3/24"))));
    }

    @Test
    void aVersionThatSkipsOrRepeats() {
        breaks("I4", () -> row(1, ReasonCode.LOSS_SPIKE, "1.2", SessionState.ATTACHED, SessionState.VOLATILE));
        breaks("I4", () -> row(1, ReasonCode.LOSS_SPIKE, "1.0", SessionState.ATTACHED, SessionState.VOLATILE));
    }

    @Test
    void aBindingWithoutGates() {
        row(SECOND, ReasonCode.OPERATOR_JUMP, "1.1", SessionState.ATTACHED, SessionState.RECOVERING);
        say(
                SECOND,
                EventType.REATTACH_REQUEST_RECEIVED,
                ReasonCode.OPERATOR_JUMP,
                "1.1",
                new Event.Detail("gates", GATES.subList(0, 5)));
        breaks("I5", () -> say(SECOND, EventType.TRANSPORT_SWITCH, ReasonCode.BOUND, "2.0"));
    }

    @Test
    void anElectiveSwitchInsideTheCooldown() {
        breaks("I7", () -> bind(SECOND, ReasonCode.OPERATOR_JUMP, 1)); // the handshake was a commit too
    }

    @Test
    void moreElectiveSwitchesAMinuteThanAllowed() {
        for (int epoch = 1; epoch <= 8; epoch++) {
            bind(epoch * 3 * SECOND, ReasonCode.OPERATOR_JUMP, epoch);
        }
        breaks("I7", () -> bind(27 * SECOND, ReasonCode.OPERATOR_JUMP, 9));
    }

    @Test
    void forcedSwitchesTooFast() {
        bind(SECOND, ReasonCode.PEER_REPORTED, 1);
        breaks("I7", () -> bind(SECOND + 400_000_000, ReasonCode.PEER_REPORTED, 2));
    }

    @Test
    void recoveringForTooLong() {
        say(SECOND, EventType.TRANSPORT_DEAD, ReasonCode.NO_DELIVERY_WINDOW, "1.0");
        row(SECOND, ReasonCode.TRANSPORT_DEAD, "1.1", SessionState.ATTACHED, SessionState.RECOVERING);
        view.inTime(9 * SECOND);
        breaks("I8", () -> view.inTime(10 * SECOND));
    }

    @Test
    void withoutAPathForTooLong() {
        long ttl = Policy.DEFAULT.get(PolicyKey.SESSION_TRANSPORT_LOSS_TTL);
        say(0, EventType.TRANSPORT_DEAD, ReasonCode.NO_DELIVERY_WINDOW, "1.0");
        row(0, ReasonCode.TRANSPORT_DEAD, "1.1", SessionState.ATTACHED, SessionState.RECOVERING);
        row(SECOND, ReasonCode.RECOVERY_WINDOW_EXCEEDED, "1.2", SessionState.RECOVERING, SessionState.DEGRADED);
        view.inTime(ttl);
        breaks("I8", () -> view.inTime(ttl + SECOND));
    }

    @Test
    void beyondItsLifetime() {
        long lifetime = Policy.DEFAULT.get(PolicyKey.SESSION_MAX_LIFETIME);
        view.inTime(lifetime);
        breaks("I8", () -> view.inTime(lifetime + SECOND));
    }

    @Test
    void anythingAfterTheEnd() {
        row(1, ReasonCode.OPERATOR_TERMINATE, "1.1", SessionState.ATTACHED, SessionState.TERMINATED);
        breaks("I10", () -> say(2, EventType.TRANSPORT_SWITCH, ReasonCode.NAT_REBIND, "1.1"));
        breaks("I10", () -> view.delivered(2, 1));
    }

    @Test
    void aStateWithoutItsEvent() {
        breaks("I11", () -> view.agree(SessionState.VOLATILE, version("1.1"), INNER));
        breaks("I11", () -> row(1, ReasonCode.HEALTH_RECOVERED, "1.1", SessionState.VOLATILE, SessionState.ATTACHED));
        breaks("I11", () -> row(1, ReasonCode.LOSS_SPIKE, "1.1", SessionState.ATTACHED, SessionState.DEGRADED));
    }
}
