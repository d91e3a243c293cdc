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

    private final OwnerView owner = OwnerView.born(TERMS, 0, 0);

    private static Request request(String nonce, long epoch, long madeNanos) {
        return request(nonce, epoch, Cause.DEAD, madeNanos, nonce.hashCode());
    }

    private static Request request(String nonce, long epoch, Cause cause, long madeNanos, int bytes) {
        return new Request(true, nonce, bytes, epoch, epoch - 1, List.of(), cause, true, madeNanos, true, false, null);
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
        assertThat(owner.commitRefused(SECOND, Reason.DUAL_ACTIVE_FORBIDDEN))
                .isEqualTo(new Answer.Refusal(Reason.DUAL_ACTIVE_FORBIDDEN, new Version(1, 0)));
        assertThat(owner.state()).isEqualTo(State.ATTACHED);
    }

    @Test
    void theSameBytesGetTheSameAnswerOthersDoNot() {
        bind("a", 1, SECOND);
        assertThat(owner.request(20 * SECOND, request("a", 1, SECOND))).isEqualTo(new Answer.SameAgain());
        Request other = new Request(true, "a", 0, 2, 1, List.of(), Cause.DEAD, true, 2 * SECOND, true, false, null);
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
        assertThat(owner.passage())
                .as("what must stop does not wait for the commit")
                .isEqualTo(Passage.DROP);
        assertThat(owner.state()).isEqualTo(State.ATTACHED);
        owner.ended(SECOND, Reason.OWNERSHIP_AMBIGUOUS);
        assertThat(owner.state()).isEqualTo(State.TERMINATED);
        assertThat(owner.passage()).isEqualTo(Passage.DROP);
    }

    @Test
    void tooManyStaleRequestsEndARecovery() {
        owner.pathDead(0);
        owner.request(0, request("a", 0, 0));
        assertThat(owner.state()).isEqualTo(State.RECOVERING);
        owner.request(0, request("b", 0, 0));
        assertThat(owner.lastRows(Reason.POLICY_EXCEEDED)).hasToString("[RECOVERING > TERMINATED 1.2 POLICY_EXCEEDED]");
        assertThat(owner.ending()).isEqualTo(Reason.POLICY_EXCEEDED);
    }

    @Test
    void ofTwoDeadlinesTheTableNamesTheFirst() {
        owner.heard(TERMS.lifetime() - TERMS.lossTtl(), 1);
        owner.pathDead(TERMS.lifetime() - TERMS.lossTtl());
        assertThat(owner.nextDeadlineNanos()).isEqualTo(TERMS.lifetime() - TERMS.lossTtl() + TERMS.recoveryWindow());
        assertThat(owner.mayEnd(TERMS.lifetime(), Reason.TTL_SESSION_EXPIRED)).isFalse();
        assertThat(owner.mayEnd(TERMS.lifetime(), Reason.TTL_TRANSPORT_LOSS_EXPIRED))
                .isTrue();
        owner.ended(TERMS.lifetime(), Reason.TTL_TRANSPORT_LOSS_EXPIRED);
        assertThat(owner.news()).last().hasToString("RECOVERING > TERMINATED 1.2 TTL_TRANSPORT_LOSS_EXPIRED");
    }

    @Test
    void unprovenRequestsGetSilence() {
        Request forged = new Request(false, "a", 1, 9, 9, List.of(), Cause.DEAD, true, 0, true, false, null);
        assertThat(owner.request(0, forged)).isEqualTo(new Answer.Silence());
        assertThat(owner.version()).isEqualTo(new Version(1, 0));
    }

    private Record left(String bindNonce) {
        Binds binds = new Binds(SECOND, SECOND, List.of());
        Row row = new Row(State.RECOVERING, State.ATTACHED, new Version(2, 0), Reason.REATTACH_ACCEPT);
        return new Record(List.of(row), List.of(0L, 1L), bindNonce, TERMS.lifetime(), 2 * SECOND, binds);
    }

    @Test
    void whoLoadsARecordBindsItAboveEverythingThatWasSaid() {
        OwnerView loaded = OwnerView.loaded(TERMS, left("a"), OwnerView.Life.OURS);
        assertThat(loaded.passage()).isEqualTo(Passage.HOLD);
        loaded.decides(10 * SECOND, Reason.HEARTBEAT_MISSED);
        assertThat(loaded.news()).as("no row but a committed one").isEmpty();
        assertThat(loaded.request(10 * SECOND, request("b", 2, 10 * SECOND))).isEqualTo(new Answer.Later());
        loaded.committed(10 * SECOND);
        assertThat(loaded.news())
                .hasToString("[ATTACHED > RECOVERING 2.2147483648 GATEWAY_RESTARTED,"
                        + " RECOVERING > ATTACHED 3.0 REATTACH_ACCEPT]");
    }

    @Test
    void whoTakesOverSaysTheClientsCause() {
        OwnerView taken = OwnerView.loaded(TERMS, left("a"), OwnerView.Life.ELSEWHERE);
        taken.judge(10 * SECOND, request("b", 2, 10 * SECOND));
        assertThat(taken.bind().rows())
                .hasToString("[ATTACHED > RECOVERING 2.2147483648 PEER_REPORTED,"
                        + " RECOVERING > ATTACHED 3.0 REATTACH_ACCEPT]");
    }

    @Test
    void thePathlessAgeOfALoadedSessionCountsFromTheLastSignOfLife() {
        OwnerView loaded = OwnerView.loaded(TERMS, left("a"), OwnerView.Life.OURS);
        long end = 2 * SECOND + TERMS.lossTtl();
        assertThat(loaded.nextDeadlineNanos()).isEqualTo(end);
        assertThat(loaded.lastRows(Reason.TTL_TRANSPORT_LOSS_EXPIRED))
                .hasToString("[ATTACHED > RECOVERING 2.2147483648 GATEWAY_RESTARTED,"
                        + " RECOVERING > TERMINATED 2.2147483649 TTL_TRANSPORT_LOSS_EXPIRED]");
    }

    @Test
    void aTableThatTakesNothingSpendsNoNonce() {
        Request request = request("a", 1, SECOND);
        owner.request(SECOND, request);
        assertThat(owner.request(SECOND, request)).as("its answer will come").isEqualTo(new Answer.Silence());
        assertThat(owner.commitRefused(SECOND, Reason.STORE_UNAVAILABLE))
                .isEqualTo(new Answer.Refusal(Reason.STORE_UNAVAILABLE, new Version(1, 0)));
        assertThat(owner.request(2 * SECOND, request)).isEqualTo(new Answer.Later());
    }

    @Test
    void anEndWaitsForTheBindUnderWayWhichMayMakeItPointless() {
        owner.pathDead(0);
        owner.request(SECOND, request("a", 1, SECOND));
        owner.end(SECOND, Reason.TTL_TRANSPORT_LOSS_EXPIRED);
        assertThat(owner.mustEnd()).isFalse();
        assertThat(owner.committed(SECOND)).isEqualTo(new Answer.Bound(new Version(2, 0)));
        assertThat(owner.ending()).isNull();
    }

    @Test
    void aUsedNonceKeepsItsFirstAnswerAndCountsOnce() {
        owner.pathDead(0);
        owner.request(0, request("a", 0, 0));
        Request other = new Request(true, "a", 7, 0, 0, List.of(), Cause.DEAD, true, 0, true, false, null);
        owner.request(0, other);
        assertThat(owner.ending()).as("one refusal of two that policy bears").isNull();
        assertThat(owner.request(0, request("a", 0, 0))).isEqualTo(new Answer.SameAgain());
    }
}
