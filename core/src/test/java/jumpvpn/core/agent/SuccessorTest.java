package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import org.junit.jupiter.api.Test;

/** When a session is followed by another, and what becomes of either. */
class SuccessorTest {
    private static final long MILLI = Script.MILLI;
    private static final long SECOND = 1000 * MILLI;
    private static final long MINUTE = 60 * SECOND;

    private Script script = Script.attached();
    /** When a session that began with its script is attached. */
    private final long attached = 1_000_000_000_000L + 10 * MILLI;

    private void live(long lifetimeNanos) {
        script = Script.attached(Policy.DEFAULT.with(PolicyKey.SESSION_MAX_LIFETIME, lifetimeNanos));
        script.renews = true;
    }

    private List<Long> handshakes() {
        return script.firsts.stream().map(Script.First::nanos).toList();
    }

    @Test
    void aSuccessorIsSoughtWhenATenthOfAShortLifetimeIsLeft() {
        live(2 * MINUTE);
        script.runTo(attached + 2 * MINUTE - 12 * SECOND - 1);
        assertThat(handshakes()).isEmpty();
        script.runTo(attached + 2 * MINUTE - 12 * SECOND);
        assertThat(handshakes()).containsExactly(attached + 2 * MINUTE - 12 * SECOND);
    }

    @Test
    void aSuccessorIsSoughtAMinuteBeforeTheEndOfALongLifetime() {
        live(30 * MINUTE);
        script.runTo(attached + 29 * MINUTE - 1);
        assertThat(handshakes()).isEmpty();
        SessionId first = script.status().id();
        script.runTo(attached + 29 * MINUTE + 10 * MILLI);
        assertThat(handshakes()).containsExactly(attached + 29 * MINUTE);
        assertThat(script.rows()).containsExactly("ATTACHED>TERMINATED SUPERSEDED", "BIRTH>ATTACHED HANDSHAKE_OK");
        assertThat(script.status().id()).isNotEqualTo(first);
        assertThat(script.ends).containsExactly("SUPERSEDED: session " + first + " ended: SUPERSEDED");
        script.run(5);
        assertThat(Collections.frequency(script.said, new BindingMessage.Close(ReasonCode.SUPERSEDED)))
                .as("the older session is told in its own binding, in case that its gateway does not know")
                .isEqualTo(3);
        script.run(5000);
        assertThat(script.served).as("one successor").hasSize(2);
    }

    /** Else the inner address would change gateways for nothing. */
    @Test
    void aSuccessorIsSoughtAtThePresentGatewayFirst() {
        live(MINUTE);
        script.down(1);
        script.silent.add("gw1");
        script.run(500);
        script.accept(script.lastRequest(Script.TWO));
        script.silent.clear();
        script.forget();
        script.runTo(attached + 54 * SECOND);
        assertThat(script.firsts.getFirst().to()).isEqualTo(Script.TWO);
        script.run(10);
        assertThat(script.status().gateway()).isEqualTo("gw2");
        assertThat(script.rows()).containsExactly("ATTACHED>TERMINATED SUPERSEDED", "BIRTH>ATTACHED HANDSHAKE_OK");
    }

    @Test
    void closingEndsTheSuccessorToo() {
        live(MINUTE);
        script.welcomes = false;
        script.runTo(attached + 54 * SECOND + 6 * MILLI);
        script.agent.close(script.now);
        assertThat(script.rows())
                .containsExactly("ATTACHED>TERMINATED OPERATOR_TERMINATE", "BIRTH>TERMINATED HANDSHAKE_FAIL");
        assertThat(script.ends).hasSize(2);
        assertThat(script.agent.nextNanos()).isEqualTo(Long.MAX_VALUE);
        assertThat(script.status().state()).isEqualTo(SessionState.TERMINATED);
        assertThat(script.agent.policy()).isSameAs(Policy.DEFAULT);
    }

    @Test
    void aSessionThatEndsWhileItsSuccessorIsBornIsFollowedByIt() {
        live(MINUTE);
        script.welcomes = false;
        script.runTo(attached + 54 * SECOND + 6 * MILLI);
        script.agent.terminate(script.now);
        assertThat(script.state()).as("the successor's").isEqualTo(SessionState.BIRTH);
        assertThat(script.status().id()).isEqualTo(script.served.getLast().id);
        script.say(script.welcome());
        assertThat(script.rows())
                .containsExactly("ATTACHED>TERMINATED OPERATOR_TERMINATE", "BIRTH>ATTACHED HANDSHAKE_OK");
        script.run(5000);
        assertThat(script.served).hasSize(2);
    }

    /** Else what is said afterwards is said in the name of a handshake that has failed. */
    @Test
    void aSuccessorThatEndsInTheSameInstantFollowsNothing() {
        live(MINUTE);
        script.welcomes = false;
        script.silent.add("gw1");
        script.silent.add("gw2");
        script.runTo(attached + 59 * SECOND);
        script.silent.clear();
        script.runTo(attached + MINUTE - 1);
        assertThat(script.served).as("a successor is being born").hasSizeGreaterThan(1);
        SessionId failing = script.served.getLast().id;
        script.now = attached + MINUTE;
        for (int path = 1; path <= 4; path++) {
            script.down(path);
        }
        assertThat(script.rows())
                .contains("DEGRADED>TERMINATED TTL_SESSION_EXPIRED", "BIRTH>TERMINATED HANDSHAKE_FAIL");
        assertThat(script.events.getLast().type()).isEqualTo(EventType.CANDIDATE);
        assertThat(script.events.getLast().sessionId()).isNotEqualTo(failing);
    }
}
