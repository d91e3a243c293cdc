package jumpvpn.lab.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClientViewTest {
    private static final Terms TERMS = new Terms(1000, 300, 10, 20, 40, 2, 15, 5, 80, 2, 50);
    private static final int PATH = 1;
    private static final int OTHER = 2;

    private ClientView client;

    @BeforeEach
    void attached() {
        client = new ClientView(TERMS, 0, PATH, Set.of(PATH, OTHER));
        client.welcomed(0, new Version(1, 0));
        assertThat(client.news()).singleElement().hasToString("BIRTH > ATTACHED 1.0 HANDSHAKE_OK");
    }

    private void ask(String nonce, Cause cause) {
        client.asks(nonce, OTHER, cause);
    }

    private void refuse(String nonce, Reason why) {
        client.refused(100, nonce, why, new Version(1, 0));
    }

    @Test
    void anUnansweredHandshakeEnds() {
        ClientView born = new ClientView(TERMS, 0, PATH, Set.of(PATH));
        assertThat(born.nextDeadlineNanos()).isEqualTo(TERMS.handshakeTimeout());
        born.decides(TERMS.handshakeTimeout(), Reason.HANDSHAKE_FAIL);
        assertThat(born.news()).singleElement().hasToString("BIRTH > TERMINATED 0.0 HANDSHAKE_FAIL");
    }

    /** A recording of a packet that came before the WELCOME, or should have, proves nothing after it. */
    @Test
    void whatCameBeforeTheWelcomeCountsToo() {
        ClientView born = new ClientView(TERMS, 0, PATH, Set.of(PATH));
        born.heard(1, 7);
        born.welcomed(1, new Version(1, 0));
        born.heard(50, 6);
        born.pathDead(60);
        born.decides(1 + TERMS.lossTtl(), Reason.TTL_TRANSPORT_LOSS_EXPIRED);
        assertThat(born.news()).last().hasToString("RECOVERING > TERMINATED 1.0 TTL_TRANSPORT_LOSS_EXPIRED");
    }

    @Test
    void aDeathIsFollowedByAnAck() {
        client.pathDown(100, PATH);
        assertThat(client.passage()).isEqualTo(Passage.HOLD);
        ask("a", Cause.DEAD);
        client.accepted(110, "a", new Version(2, 0));
        assertThat(client.news())
                .map(Row::toString)
                .containsExactly(
                        "ATTACHED > RECOVERING 1.0 TRANSPORT_DEAD", "RECOVERING > ATTACHED 2.0 REATTACH_ACCEPT");
        assertThat(client.epoch()).isEqualTo(2);
        assertThat(client.passage()).isEqualTo(Passage.FORWARD);
        client.pathDown(120, PATH);
        assertThat(client.news()).isEmpty();
        client.pathDown(120, OTHER);
        assertThat(client.state()).isEqualTo(State.RECOVERING);
    }

    @Test
    void anAckThatIsOvertakenChangesNothing() {
        client.pathDead(100);
        ask("a", Cause.DEAD);
        client.accepted(110, "a", new Version(3, 0));
        client.news();
        ask("b", Cause.DEAD);
        client.accepted(120, "b", new Version(2, 0));
        assertThat(client.news()).isEmpty();
        assertThat(client.version()).isEqualTo(new Version(3, 0));
    }

    @Test
    void aJumpThatIsRefusedIsGivenUp() {
        client.wants(100, Reason.BETTER_PATH);
        ask("a", Cause.BETTER_PATH);
        refuse("a", Reason.COOLDOWN_ACTIVE);
        assertThat(client.news()).last().hasToString("RECOVERING > ATTACHED 1.0 JUMP_ABANDONED");
    }

    @Test
    void whoMustLeaveAsksOn() {
        client.wants(100, Reason.LINK_GOING_DOWN);
        ask("a", Cause.LINK_GOING_DOWN);
        refuse("a", Reason.SWITCH_RATE_LIMITED);
        client.decides(101, Reason.JUMP_ABANDONED);
        assertThat(client.state()).isEqualTo(State.RECOVERING);
        client.decides(100 + TERMS.recoveryWindow(), Reason.JUMP_ABANDONED);
        assertThat(client.news()).last().hasToString("RECOVERING > ATTACHED 1.0 JUMP_ABANDONED");
    }

    @Test
    void aRefusalOfAnEarlierSearchGivesNothingUp() {
        client.wants(100, Reason.BETTER_PATH);
        ask("a", Cause.BETTER_PATH);
        client.decides(100 + TERMS.recoveryWindow(), Reason.JUMP_ABANDONED);
        client.wants(300, Reason.OPERATOR_JUMP);
        refuse("a", Reason.COOLDOWN_ACTIVE);
        assertThat(client.state()).isEqualTo(State.RECOVERING);
    }

    @Test
    void sentElsewhereTheClientMayGiveUp() {
        client.wants(100, Reason.OPERATOR_JUMP);
        ask("a", Cause.OPERATOR_JUMP);
        refuse("a", Reason.NOT_OWNER);
        assertThat(client.state()).isEqualTo(State.RECOVERING);
        client.decides(101, Reason.JUMP_ABANDONED);
        assertThat(client.state()).isEqualTo(State.ATTACHED);
    }

    @Test
    void staleWithNothingUnansweredIsACopy() {
        client.pathDead(100);
        ask("a", Cause.DEAD);
        ask("b", Cause.DEAD);
        refuse("b", Reason.STALE_STATE_VERSION);
        assertThat(client.state()).isEqualTo(State.RECOVERING);
        refuse("a", Reason.DUAL_ACTIVE_FORBIDDEN);
        assertThat(client.news()).last().hasToString("RECOVERING > TERMINATED 1.0 SECURITY_FAILURE");
    }

    @Test
    void aLaterRequestMayTellMore() {
        client.pathDead(100);
        ask("a", Cause.DEAD);
        ask("b", Cause.DEAD);
        refuse("a", Reason.STALE_STATE_VERSION);
        client.accepted(110, "b", new Version(3, 0));
        assertThat(client.state()).isEqualTo(State.ATTACHED);
    }

    @Test
    void whatWasRefusedButNotKeptMayStillBeAccepted() {
        client.pathDead(100);
        ask("a", Cause.DEAD);
        refuse("a", Reason.SWITCH_RATE_LIMITED);
        client.accepted(110, "a", new Version(2, 0));
        assertThat(client.state()).isEqualTo(State.ATTACHED);
    }

    @Test
    void whatWasRefusedForGoodIsNotAccepted() {
        client.pathDead(100);
        ask("a", Cause.DEAD);
        refuse("a", Reason.TRANSPORT_NOT_ALLOWED);
        client.accepted(110, "a", new Version(2, 0));
        assertThat(client.state()).isEqualTo(State.RECOVERING);
    }

    @Test
    void theVerdictIsGivenEvenIfUnansweredRequestsWereForgotten() {
        client.pathDead(100);
        for (int i = 0; i <= 32; i++) {
            ask("n" + i, Cause.DEAD);
        }
        for (int i = 1; i <= 32; i++) {
            refuse("n" + i, Reason.STALE_STATE_VERSION);
        }
        assertThat(client.state()).isEqualTo(State.TERMINATED);
    }

    @Test
    void onlyWhomPolicyHoldsIsCornered() {
        client.decides(100, Reason.LOSS_SPIKE);
        client.decides(100, Reason.SWITCH_RATE_LIMITED);
        assertThat(client.state()).isEqualTo(State.VOLATILE);
        client.decides(100, Reason.NO_VALID_CANDIDATE);
        assertThat(client.state()).isEqualTo(State.DEGRADED);
    }

    @Test
    void inItsCooldownAClientIsCornered() {
        client.decides(5, Reason.LOSS_SPIKE);
        client.decides(TERMS.cooldown() - 1, Reason.SWITCH_RATE_LIMITED);
        assertThat(client.state()).isEqualTo(State.DEGRADED);
    }

    @Test
    void aNoticeOfAnOlderBindingIsNoDeath() {
        client.noticed(100, 0, new Version(1, 4));
        assertThat(client.news()).isEmpty();
        assertThat(client.version()).isEqualTo(new Version(1, 4));
        client.noticed(100, 1, new Version(1, 4));
        assertThat(client.state()).isEqualTo(State.RECOVERING);
    }

    @Test
    void anAnswerProvesTheEnd() {
        client.pathDead(100);
        ask("a", Cause.DEAD);
        refuse("a", Reason.OWNER_GONE);
        assertThat(client.news()).last().hasToString("RECOVERING > TERMINATED 1.0 OWNER_GONE");
        assertThat(client.passage()).isEqualTo(Passage.DROP);
    }
}
