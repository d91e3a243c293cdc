package jumpvpn.lab.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The model says what the contract says, sentence by sentence; that the product does it too is the simulation's to find. */
class OwnerViewTest {
    static final long SECOND = 1_000_000_000L;
    static final Terms TERMS = new Terms(
            86_400 * SECOND,
            14_400 * SECOND,
            10 * SECOND,
            2 * SECOND,
            4 * SECOND,
            8,
            SECOND * 3 / 2,
            SECOND / 2,
            8 * SECOND,
            2,
            5 * SECOND);

    private final OwnerView owner = new OwnerView(TERMS, 0);

    private static Request request(String nonce, long epoch, long madeNanos) {
        return request(nonce, epoch, Cause.DEAD, madeNanos, nonce.hashCode());
    }

    private static Request request(String nonce, long epoch, Cause cause, long madeNanos, int bytes) {
        return new Request(true, nonce, bytes, epoch, epoch - 1, List.of(), cause, true, madeNanos, true);
    }

    private void bind(String nonce, long epoch, long nanos) {
        assertThat(owner.request(nanos, request(nonce, epoch, nanos))).isEqualTo(new Answer.Later());
        assertThat(owner.committed(nanos)).isEqualTo(new Answer.Bound(new Version(epoch + 1, 0)));
    }

    @Test
    void aBindIsTwoRowsAndTheNextEpoch() {
        bind("a", 1, SECOND);
        assertThat(owner.news())
                .hasToString("[BIRTH > ATTACHED 1.0 HANDSHAKE_OK, ATTACHED > RECOVERING 1.1 PEER_REPORTED,"
                        + " RECOVERING > ATTACHED 2.0 REATTACH_ACCEPT]");
        assertThat(owner.passage()).isEqualTo(Passage.FORWARD);
    }

    @Test
    void untilTheCommitNothingChanges() {
        owner.request(SECOND, request("a", 1, SECOND));
        assertThat(owner.version()).isEqualTo(new Version(1, 0));
        assertThat(owner.request(SECOND, request("b", 1, SECOND)))
                .isEqualTo(new Answer.Refusal(Reason.DUAL_ACTIVE_FORBIDDEN, new Version(1, 0)));
        assertThat(owner.commitRefused(SECOND))
                .isEqualTo(new Answer.Refusal(Reason.DUAL_ACTIVE_FORBIDDEN, new Version(1, 0)));
        assertThat(owner.state()).isEqualTo(State.ATTACHED);
    }

    @Test
    void theSameBytesGetTheSameAnswerOthersDoNot() {
        bind("a", 1, SECOND);
        assertThat(owner.request(20 * SECOND, request("a", 1, SECOND))).isEqualTo(new Answer.SameAgain());
        Request other = new Request(true, "a", 0, 2, 1, List.of(), Cause.DEAD, true, 2 * SECOND, true);
        assertThat(owner.request(2 * SECOND, other))
                .isEqualTo(new Answer.Refusal(Reason.REPLAY_DETECTED, new Version(2, 0)));
    }

    @Test
    void theFirstGateThatFailsAnswers() {
        Request staleAndOld = request("a", 0, -60 * SECOND);
        assertThat(owner.request(0, staleAndOld))
                .isEqualTo(new Answer.Refusal(Reason.STALE_STATE_VERSION, new Version(1, 0)));
        Request oldAndTooSoon = request("b", 1, Cause.OPERATOR_JUMP, -60 * SECOND, 1);
        assertThat(owner.request(0, oldAndTooSoon))
                .isEqualTo(new Answer.Refusal(Reason.STALE_REQUEST, new Version(1, 0)));
        Request tooSoon = request("c", 1, Cause.OPERATOR_JUMP, 0, 2);
        assertThat(owner.request(0, tooSoon)).isEqualTo(new Answer.Refusal(Reason.COOLDOWN_ACTIVE, new Version(1, 0)));
    }

    @Test
    void anEpochAheadEndsTheSession() {
        assertThat(owner.request(0, request("a", 2, 0)))
                .isEqualTo(new Answer.Refusal(Reason.OWNERSHIP_AMBIGUOUS, new Version(1, 0)));
        assertThat(owner.state()).isEqualTo(State.TERMINATED);
        assertThat(owner.passage()).isEqualTo(Passage.DROP);
    }

    @Test
    void tooManyStaleRequestsEndARecovery() {
        owner.pathDead(0);
        owner.request(0, request("a", 0, 0));
        assertThat(owner.state()).isEqualTo(State.RECOVERING);
        owner.request(0, request("b", 0, 0));
        assertThat(owner.news()).last().hasToString("RECOVERING > TERMINATED 1.2 POLICY_EXCEEDED");
    }

    @Test
    void ofTwoDeadlinesTheTableNamesTheFirst() {
        owner.heard(TERMS.lifetime() - TERMS.lossTtl(), 1);
        owner.pathDead(TERMS.lifetime() - TERMS.lossTtl());
        assertThat(owner.nextDeadlineNanos()).isEqualTo(TERMS.lifetime() - TERMS.lossTtl() + TERMS.recoveryWindow());
        owner.decides(TERMS.lifetime(), Reason.TTL_TRANSPORT_LOSS_EXPIRED);
        assertThat(owner.news()).last().hasToString("RECOVERING > TERMINATED 1.2 TTL_TRANSPORT_LOSS_EXPIRED");
    }

    @Test
    void unprovenRequestsGetSilence() {
        Request forged = new Request(false, "a", 1, 9, 9, List.of(), Cause.DEAD, true, 0, true);
        assertThat(owner.request(0, forged)).isEqualTo(new Answer.Silence());
        assertThat(owner.version()).isEqualTo(new Version(1, 0));
    }
}
