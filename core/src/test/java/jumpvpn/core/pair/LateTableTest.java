package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.pair.ScriptedTable.Fate;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionMachine;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a table does or says so late that something else was committed meanwhile (contract section 4). */
class LateTableTest {
    private static final long SECOND = 1_000_000_000L;
    private static final StateVersion WITHOUT_MEMORY = StateVersion.of(1, SessionMachine.FIRST_STEP_WITHOUT_MEMORY);

    private final Pair pair = new Pair();
    private final ScriptedTable table = new ScriptedTable(pair.table);

    @BeforeEach
    void start() {
        pair.startGatewayOver(List.of(pair.client()), table);
        pair.startClient(pair.gatewayKey.publicKey());
    }

    private List<String> rows() {
        return rows(pair.gatewayEvents);
    }

    private static List<String> rows(List<Event> events) {
        return events.stream()
                .filter(event -> event.type() == EventType.STATE_CHANGE)
                .map(event -> event.reason() + " " + event.version()
                        + (event.details().contains(new Event.Detail("again", true)) ? " again" : ""))
                .toList();
    }

    @Test
    void aLateTryOfABirthDoesNotBringItsEndedSessionBack() {
        table.fates.add(Fate.LATE_UNKNOWN);
        pair.connect();
        SessionId id = pair.status().id();
        pair.agent.terminate(pair.now);
        pair.await(() -> pair.sessions().isEmpty(), 1000);
        pair.a.passes = false; // the client begins anew
        pair.b.passes = false;
        table.land();
        pair.run(1500);
        assertThat(pair.table.get(id))
                .satisfies(record -> assertThat(record.isLive()).isFalse());
        assertThat(pair.sessions()).isEmpty();
        assertThat(rows()).containsExactly("HANDSHAKE_OK 1.0", "PEER_CLOSED 1.1");
    }

    /** A birth whose commit ended so, from then on nothing could be read, and six seconds have passed. */
    private SessionId birthInDoubt(Fate fate) {
        table.fates.add(fate);
        table.fated = _ -> {
            table.readable = false;
            return true;
        };
        pair.agent.start(pair.now);
        pair.await(() -> !table.commits.isEmpty(), 1000);
        pair.a.passes = false; // the client confirms no more
        pair.b.passes = false;
        pair.run(6000);
        return table.commits.getFirst().getFirst().id();
    }

    @Test
    void aBirthInDoubtForLongIsNotCommittedAgain() {
        SessionId id = birthInDoubt(Fate.LOST_UNKNOWN);
        table.readable = true;
        pair.run(10_000);
        assertThat(table.commits).hasSize(1);
        assertThat(pair.table.get(id)).isNull();
        assertThat(pair.sessions()).isEmpty();
    }

    /** It may have been a session that another gateway has ended, and whose record is gone by now. */
    @Test
    void aBirthOfWhichNothingIsLeftAfterLongIsNotSaidToHaveFailed() {
        SessionId id = birthInDoubt(Fate.DONE_UNKNOWN);
        SessionRecord record = pair.table.get(id);
        pair.table.commit(1, List.of(new SessionTable.Change(id, 1, null)), _ -> {});
        assertThat(record.isLive()).isTrue();
        table.readable = true;
        pair.run(20_000);
        assertThat(rows()).isEmpty();
        assertThat(pair.sessions()).isEmpty();
    }

    @Test
    void whatIsCommittedAgainHasItsSecretsThoughTheSessionIsForgotten() {
        table.leaseNanos = 9_000_000_000L;
        start();
        pair.connect();
        SessionId id = pair.status().id();
        table.fates.add(Fate.LOST_UNKNOWN);
        table.readable = false;
        pair.a.passes = false;
        pair.agent.pathDown(pair.now, pair.a.path.id());
        pair.await(() -> table.fates.isEmpty(), 1000);
        pair.b.passes = false;
        table.markOutcome = SessionTable.Outcome.UNAVAILABLE;
        pair.run(9500);
        assertThat(pair.sessions()).isEmpty();
        table.readable = true;
        pair.await(() -> pair.table.get(id).version().epoch() == 2, 11_000);
        table.markOutcome = SessionTable.Outcome.COMMITTED;
        pair.b.passes = true;
        pair.await(() -> pair.state() == SessionState.ATTACHED, 10_000);
        pair.chat(0, 3, 5);
        pair.run(100);
        assertThat(pair.status().id()).isEqualTo(id);
        assertThat(pair.atGateway).hasSize(3);
        assertThat(pair.atClient).hasSize(3);
    }

    @Test
    void aBirthIsToldAfterTheEndOfTheSessionBeforeIt() {
        pair.connect();
        SessionId old = pair.status().id();
        pair.forgetEvents();
        table.fates.add(Fate.DONE_UNKNOWN);
        table.readsAreLate = true;
        pair.agent.terminate(pair.now);
        pair.await(() -> !pair.table.get(old).isLive(), 1000);
        pair.startClient(pair.gatewayKey.publicKey());
        pair.agent.start(pair.now);
        pair.run(1000);
        assertThat(rows()).as("its end is in, but that is not known").isEmpty();
        table.readsAreLate = false;
        table.land();
        pair.await(() -> pair.state() == SessionState.ATTACHED, 3000);
        assertThat(rows()).containsExactly("PEER_CLOSED 1.1", "HANDSHAKE_OK 1.0");
        assertThat(pair.status().id()).isNotEqualTo(old);
    }

    @Test
    void aSessionIsSupersededOnlyWhenItsBirthIsTold() {
        table.fates.add(Fate.DONE_UNKNOWN);
        table.readsAreLate = true;
        pair.agent.start(pair.now);
        pair.await(() -> !pair.table.live().isEmpty(), 1000);
        pair.startClient(pair.gatewayKey.publicKey());
        pair.agent.start(pair.now);
        pair.run(1000);
        assertThat(rows()).as("its birth is in, but that is not known").isEmpty();
        table.readsAreLate = false;
        table.land();
        pair.run(1);
        assertThat(rows()).contains("HANDSHAKE_OK 1.0").noneMatch(row -> row.startsWith("SUPERSEDED"));
        pair.await(() -> pair.state() == SessionState.ATTACHED, 15_000);
        assertThat(rows())
                .noneMatch(row -> row.endsWith("again"))
                .filteredOn(row -> row.startsWith("SUPERSEDED"))
                .hasSize(1);
    }

    private void loseLease() {
        pair.a.passes = false;
        pair.b.passes = false;
        table.markOutcome = SessionTable.Outcome.UNAVAILABLE;
        pair.await(() -> pair.sessions().isEmpty(), 9500);
    }

    @Test
    void theLateEndOfAnOrphanThatIsOursAgainIsToldByWhoHasToldItsRows() {
        pair.policy = Policy.DEFAULT.with(PolicyKey.SESSION_TRANSPORT_LOSS_TTL, 12 * SECOND);
        table.leaseNanos = 9 * SECOND;
        start();
        pair.connect();
        SessionId id = pair.status().id();
        loseLease();
        table.tellOwnerGone(pair.table.get(id));
        table.fates.add(Fate.LATE);
        pair.await(() -> table.fates.isEmpty(), 13_000);
        table.markOutcome = SessionTable.Outcome.COMMITTED;
        pair.await(() -> pair.sessions().size() == 1, 1500);
        pair.forgetEvents();
        table.land();
        pair.run(1);
        assertThat(pair.sessions()).isEmpty();
        assertThat(rows()).containsExactly("TTL_TRANSPORT_LOSS_EXPIRED " + WITHOUT_MEMORY);
    }

    @Test
    void anEndIsNotToldAgainByALoadThatBeganBeforeItsRecordWasRemoved() {
        table.leaseNanos = 9 * SECOND;
        start();
        pair.connect();
        SessionId id = pair.status().id();
        pair.agent.terminate(pair.now);
        pair.await(() -> pair.sessions().isEmpty(), 1000);
        pair.a.passes = false;
        pair.b.passes = false;
        table.markOutcome = SessionTable.Outcome.UNAVAILABLE;
        pair.run(9000);
        table.loadsAreLate = true;
        table.markOutcome = SessionTable.Outcome.COMMITTED;
        pair.run(950);
        assertThat(pair.table.get(id)).as("so it is loaded").isNotNull();
        pair.run(1000);
        assertThat(pair.table.get(id)).isNull();
        table.land();
        pair.run(100);
        assertThat(rows()).containsExactly("HANDSHAKE_OK 1.0", "PEER_CLOSED 1.1");
    }

    @Test
    void aCooldownBeginsWhenABindWasSettledThoughTheLeaseWasGoneSince() {
        pair.policy = Policy.DEFAULT.with(PolicyKey.SWITCHING_COOLDOWN, 5 * SECOND);
        table.leaseNanos = 9 * SECOND;
        start();
        pair.connect();
        pair.run(6000);
        table.fates.add(Fate.DONE_UNKNOWN);
        table.readsAreLate = true;
        table.markOutcome = SessionTable.Outcome.UNAVAILABLE;
        pair.agent.jump(pair.now, "wlan0");
        pair.run(8000);
        table.land();
        table.readsAreLate = false;
        pair.await(() -> pair.sessions().isEmpty(), 1000);
        table.markOutcome = SessionTable.Outcome.COMMITTED;
        pair.await(() -> pair.sessions().size() == 1, 1500);
        assertThat(pair.sessions().getFirst().version()).isEqualTo(StateVersion.of(2, 0));
        pair.forgetEvents();
        pair.agent.jump(pair.now, "eth0");
        pair.run(300);
        assertThat(Pair.told(pair.clientEvents)).contains("REATTACH_REJECT COOLDOWN_ACTIVE");
        assertThat(rows()).isEmpty();
    }

    @Test
    void whatTwoGatewaysInARowCouldNotTellIsToldByTheNext() {
        pair.policy = Policy.DEFAULT.with(PolicyKey.SESSION_TRANSPORT_LOSS_TTL, 5 * SECOND);
        start();
        pair.connect();
        SessionId id = pair.status().id();
        table.fates.add(Fate.DONE_UNKNOWN);
        table.readable = false;
        pair.agent.pathDown(pair.now, pair.a.path.id());
        pair.await(() -> pair.table.get(id).version().epoch() == 2, 1000);
        pair.b.passes = false;
        ScriptedTable second = new ScriptedTable(pair.table);
        second.fates.add(Fate.DONE_UNKNOWN);
        second.fated = _ -> {
            second.readable = false;
            return true;
        };
        Site ender = pair.startSecond(second);
        second.tellOwnerGone(pair.table.get(id));
        pair.await(() -> !pair.table.get(id).isLive(), 6000);
        assertThat(rows()).containsExactly("HANDSHAKE_OK 1.0");
        assertThat(ender.events).isEmpty();
        Site next = pair.startSecond(new ScriptedTable(pair.table));
        next.gateway.proceed(pair.now);
        assertThat(rows(next.events))
                .containsExactly(
                        "PEER_REPORTED 1.1 again",
                        "REATTACH_ACCEPT 2.0 again",
                        "TTL_TRANSPORT_LOSS_EXPIRED " + StateVersion.of(2, WITHOUT_MEMORY.step()) + " again");
    }

    /** The gates of a session that can't end yet, since the table takes nothing, are those of one that has not begun to end. */
    @Test
    void aTransportLossIsOverAlsoWhereTheSessionEndsForAnotherReason() {
        pair.policy = Policy.DEFAULT.with(PolicyKey.SESSION_TRANSPORT_LOSS_TTL, 5 * SECOND);
        start();
        pair.connect();
        pair.run(1000);
        pair.a.swallowUp = _ -> true;
        pair.b.swallowUp = _ -> true;
        pair.sendDown(1);
        pair.await(
                () -> pair.state() == SessionState.RECOVERING,
                3000); // told so: it heard the gateway later than the gateway heard it
        pair.a.passes = false;
        pair.b.passes = false;
        for (int tries = 0; tries < 20; tries++) {
            table.fates.add(Fate.UNAVAILABLE);
        }
        pair.gateway.terminate(pair.now, pair.sessions().getFirst().id());
        pair.run(4200);
        assertThat(pair.sessions()).as("the end is not committed").hasSize(1);
        pair.forgetEvents();
        pair.a.swallowUp = _ -> false;
        pair.b.swallowUp = _ -> false;
        pair.a.passes = true;
        pair.b.passes = true;
        pair.run(1500);
        assertThat(Pair.told(pair.gatewayEvents)).anyMatch(told -> told.contains("TRANSPORT_TTL_EXPIRED"));
        assertThat(Pair.told(pair.gatewayEvents)).noneMatch(told -> told.contains("DUAL_ACTIVE_FORBIDDEN"));
    }
}
