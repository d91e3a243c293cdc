package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Policy;
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
    private final long attached = Script.ATTACHED_NANOS;

    @Test
    void aSuccessorIsSoughtWhenATenthOfAShortLifetimeIsLeft() {
        script = Script.living(2 * MINUTE);
        script.runTo(attached + 2 * MINUTE - 12 * SECOND - 1);
        assertThat(script.handshakes()).isEmpty();
        script.runTo(attached + 2 * MINUTE - 12 * SECOND);
        assertThat(script.handshakes()).containsExactly(attached + 2 * MINUTE - 12 * SECOND);
    }

    @Test
    void aSuccessorIsSoughtAMinuteBeforeTheEndOfALongLifetime() {
        script = Script.living(30 * MINUTE);
        script.runTo(attached + 29 * MINUTE - 1);
        assertThat(script.handshakes()).isEmpty();
        SessionId first = script.status().id();
        script.runTo(attached + 29 * MINUTE + 10 * MILLI);
        assertThat(script.handshakes()).containsExactly(attached + 29 * MINUTE);
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
        script = Script.living(MINUTE);
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
        script = Script.living(MINUTE);
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
        script = Script.living(MINUTE);
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
        script = Script.living(MINUTE);
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
