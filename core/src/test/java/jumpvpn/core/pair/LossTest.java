package jumpvpn.core.pair;

import static jumpvpn.core.pair.LoneGateway.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.pair.ScriptedTable.Fate;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A session without a path is lost for good in time, whoever looks first; what it knew is wiped (contract sections 1 and 2, gate A). */
class LossTest {
    private static final long TTL = 30 * SECOND;

    private final LoneGateway gateway = new LoneGateway();
    private final HandClient client = new HandClient(gateway, 1);
    private long heard;

    @BeforeEach
    void connected() {
        gateway.policy =
                Policy.DEFAULT.with(PolicyKey.SESSION_TRANSPORT_LOSS_TTL, TTL).with(PolicyKey.SWITCHING_COOLDOWN, 0);
        gateway.start();
        client.connect();
        client.acknowledge();
        heard = gateway.now;
        gateway.run(SECOND);
        client.forget();
    }

    private void die() {
        client.die(2 * SECOND);
    }

    /** The gateway did not get the processor until then. */
    private void sleepUntil(long nanos) {
        gateway.sleep(nanos - gateway.now);
    }

    @Test
    void aRequestThatComesBeforeTheDeadlineIsLookedAtFindsItOver() {
        die();
        sleepUntil(heard + TTL);
        assertThat(client.refusal(_ -> {})).isEqualTo(ReasonCode.TRANSPORT_TTL_EXPIRED);
    }

    @Test
    void aNanosecondEarlierItIsNotOver() {
        die();
        sleepUntil(heard + TTL - 1);
        assertThat(client.refusal(_ -> {})).isNull();
    }

    @Test
    void aBindingThatIsAliveLosesNothingHoweverLongNobodyLooked() {
        sleepUntil(heard + 2 * TTL);
        assertThat(client.refusal(_ -> {})).isNull();
        assertThat(gateway.session().version()).isEqualTo(StateVersion.of(2, 0));
    }

    @Test
    void onceItIsOverItStaysSoUntilTheTableKnows() {
        die();
        gateway.table.fates.addAll(List.of(Fate.UNAVAILABLE, Fate.UNAVAILABLE));
        gateway.run(heard + TTL - gateway.now);
        assertThat(gateway.session().ending()).isEqualTo(ReasonCode.TTL_TRANSPORT_LOSS_EXPIRED);
        assertThat(client.refusal(_ -> {})).isEqualTo(ReasonCode.TRANSPORT_TTL_EXPIRED);
        gateway.run(2 * SECOND);
        assertThat(gateway.rows()).last().asString().startsWith("TTL_TRANSPORT_LOSS_EXPIRED 1.");
        assertThat(gateway.sessions()).isEmpty();
    }

    @Test
    void whileABindIsUnderWayTheTimeThatIsOverStopsPacketsAndTheBindMayYetMakeItPointless() {
        die();
        gateway.table.fates.add(Fate.LATE);
        client.send(client.datagram(client.ask(_ -> {})));
        gateway.run(heard + TTL - gateway.now);
        gateway.sendDown(client.inner, 2);
        assertThat(gateway.drops.get(DropReason.GATE_CLOSED)).isOne();
        gateway.table.land();
        gateway.run(0);
        client.listen();
        assertThat(client.epoch).isEqualTo(2);
        client.sendUp(3);
        gateway.sendDown(client.inner, 4);
        client.listen();
        assertThat(gateway.delivered).containsExactly(3);
        assertThat(client.delivered).contains(4);
        assertThat(gateway.session().ending()).isNull();
    }

    @Test
    void ifThatBindIsRefusedTheSessionEndsAtOnceWhateverTheTableSays() {
        die();
        gateway.table.fates.addAll(List.of(Fate.LATE, Fate.UNAVAILABLE));
        client.send(client.datagram(client.ask(_ -> {})));
        gateway.run(heard + TTL - gateway.now);
        assertThat(gateway.bindings.size()).isOne();
        gateway.table.settleLate(SessionTable.Outcome.UNAVAILABLE);
        gateway.run(0);
        assertThat(gateway.bindings.size()).as("nothing passes any more").isZero();
        assertThat(gateway.memory.live()).hasSize(1);
        gateway.run(SECOND);
        assertThat(gateway.memory.live()).isEmpty();
        assertThat(gateway.rows()).last().asString().startsWith("TTL_TRANSPORT_LOSS_EXPIRED 1.");
    }

    @Test
    void aLoadedSessionsTimeCountsFromItsOwnersLastSign() {
        gateway.start();
        long sign = gateway.now; // the mark of this start comes after the load
        sleepUntil(sign + 2 * TTL);
        assertThat(client.refusal(_ -> {})).isEqualTo(ReasonCode.TRANSPORT_TTL_EXPIRED);
        gateway.run(0);
        assertThat(gateway.sessions()).isEmpty();
    }

    @Test
    void anothersSessionIsLostOnlyWhenItsOwnersLeaseIsOverToo() {
        SessionRecord record = gateway.memory.live().getFirst();
        gateway.memory.commit(1, List.of(new SessionTable.Change(record.id(), 1, ofAnother(record))), _ -> {});
        gateway.run(0);
        client.forget();
        client.epoch = 2;
        sleepUntil(heard + 2 * TTL);
        gateway.table.ownerGone = true;
        assertThat(client.refusal(_ -> {})).isEqualTo(ReasonCode.TRANSPORT_TTL_EXPIRED);
        gateway.table.ownerGone = false;
        assertThat(client.refusal(_ -> {})).as("alive, for all that is known").isNull();
    }

    private static SessionRecord ofAnother(SessionRecord record) {
        return new SessionRecord(
                record.id(),
                record.clientKey(),
                record.clientName(),
                new Owner(77, 1),
                record.commitId() + 1,
                List.of(new SessionRecord.Row(
                        StateVersion.of(2, 0),
                        SessionState.RECOVERING,
                        SessionState.ATTACHED,
                        ReasonCode.REATTACH_ACCEPT)),
                record.secrets(),
                record.bindNonce(),
                record.inner(),
                record.policy(),
                record.lifetimeEndNanos(),
                record.noBindingSinceNanos(),
                record.switches());
    }

    /** The lease ends, the session is ended as nobody's, and the lease is back before that is known: what was loaded meanwhile is not the session any more. */
    @Test
    void anEndAsNobodysIsTrueAlsoOfWhatWasLoadedMeanwhile() {
        gateway.table.leaseNanos = 9 * SECOND;
        gateway.start();
        gateway.run(SECOND);
        assertThat(client.refusal(_ -> {})).isEqualTo(ReasonCode.STALE_REQUEST);
        client.reattach(BindCause.DEAD);
        gateway.table.markOutcome = SessionTable.Outcome.UNAVAILABLE;
        gateway.run(10 * SECOND);
        assertThat(gateway.sessions()).isEmpty();
        gateway.forget();
        gateway.table.fates.add(Fate.LATE);
        gateway.table.tellOwnerGone(gateway.memory.live().getFirst());
        gateway.run(2 * TTL);
        assertThat(gateway.table.fates).as("it is being ended").isEmpty();
        gateway.table.markOutcome = SessionTable.Outcome.COMMITTED;
        gateway.run(2 * SECOND);
        assertThat(gateway.sessions()).hasSize(1);
        assertThat(gateway.routes.size()).isOne();
        gateway.table.land();
        gateway.run(0);
        assertThat(gateway.sessions()).isEmpty();
        assertThat(gateway.routes.size()).isZero();
        assertThat(gateway.rows())
                .filteredOn(row -> row.startsWith("TTL_TRANSPORT_LOSS_EXPIRED"))
                .hasSize(1);
    }

    private void isWiped(SessionSecret secret, boolean wiped) {
        if (wiped) {
            assertThat(secret.key()).containsOnly(0);
        } else {
            assertThat(secret.key()).isNotEqualTo(new byte[32]);
        }
    }

    @Test
    void anEndedSessionsSecretsAreWiped() {
        gateway.table.handedOut.clear();
        gateway.start();
        SessionRecord loaded = gateway.table.handedOut.getFirst();
        isWiped(loaded.secret(), false);
        gateway.gateway.terminate(gateway.now, client.id);
        isWiped(loaded.secret(), true);
    }

    @Test
    void aGenerationThatNobodyMayNameAnyMoreIsWiped() {
        gateway.table.handedOut.clear();
        gateway.start();
        SessionSecret first = gateway.table.handedOut.getFirst().secret();
        assertThat(client.refusal(_ -> {})).isEqualTo(ReasonCode.STALE_REQUEST);
        client.reattach(BindCause.DEAD);
        isWiped(first, false);
        client.reattach(BindCause.OPERATOR_JUMP);
        isWiped(first, true);
        client.sendUp(1);
        assertThat(gateway.delivered).containsExactly(1);
    }

    @Test
    void whatWasReadForATakeOverThatCameToNothingIsWiped() {
        SessionRecord record = gateway.memory.live().getFirst();
        gateway.memory.commit(1, List.of(new SessionTable.Change(record.id(), 1, ofAnother(record))), _ -> {});
        gateway.run(0);
        client.forget();
        client.epoch = 2;
        gateway.table.handedOut.clear();
        gateway.table.fates.add(Fate.UNAVAILABLE);
        assertThat(client.refusal(_ -> {})).isEqualTo(ReasonCode.STORE_UNAVAILABLE);
        assertThat(gateway.table.handedOut).hasSize(1);
        isWiped(gateway.table.handedOut.getFirst().secret(), true);
    }
}
