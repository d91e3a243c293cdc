package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A gateway that many ask at once tells its clients to wait. */
class WaitTest {
    private final Script script = Script.attached();

    @BeforeEach
    void loseThePath() {
        script.down(1);
    }

    private void askToWait(Script.Request request, int pauseMillis) {
        ReattachAnswer wait = new ReattachAnswer.Wait(pauseMillis, script.token(request.to()));
        script.deliver(
                request.pathId(),
                script.sealed(request, wait, script.crypto.entropy().bytes(16)));
    }

    @Test
    void whoIsToldToWaitSaysNothingAgainAndAsksNobodyElseUntilThen() {
        askToWait(script.lastRequest(), 1500);
        script.run(1499);
        assertThat(script.requests).hasSize(1);
        script.run(2);
        assertThat(script.requests).hasSizeGreaterThan(1);
    }

    @Test
    void theAckIsTakenWhenItComes() {
        askToWait(script.lastRequest(), 1500);
        script.run(700);
        script.accept(script.requests.getFirst());
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
    }

    @Test
    void aRefusalEndsTheWait() {
        askToWait(script.lastRequest(), 1500);
        script.refuse(script.lastRequest(), ReasonCode.STALE_REQUEST);
        assertThat(script.requests).as("again at once, with the fresh token").hasSize(2);
        assertThat(script.lastRequest().nanos()).isEqualTo(script.now);
    }

    @Test
    void whoIsToldSoForEverDoesNotWaitForEver() {
        for (int times = 0; times < 100; times++) {
            askToWait(script.requests.getFirst(), 60_000);
        }
        script.run(2001);
        int before = script.requests.size();
        assertThat(before).isGreaterThan(1);
        askToWait(script.requests.getLast(), 60_000);
        script.run(500);
        assertThat(script.requests).as("this is not heeded any more").hasSizeGreaterThan(before);
    }
}
