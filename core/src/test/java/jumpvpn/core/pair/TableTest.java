package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.ownership.SessionTable.Outcome;
import jumpvpn.core.pair.ScriptedTable.Fate;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A table that answers late, or unknown, or not at all, at every kind of commit (contract section 4). */
class TableTest {
    private static final long SECOND = 1_000_000_000L;

    private final Pair pair = new Pair();
    private final ScriptedTable table = new ScriptedTable(pair.table);

    private void start() {
        pair.startGatewayOver(List.of(pair.client()), table);
        pair.startClient(pair.gatewayKey.publicKey());
    }

    private void connect() {
        start();
        pair.connect();
        pair.run(1000);
        pair.forgetEvents();
        table.commits.clear();
    }

    private void cutA() {
        pair.a.passes = false;
        pair.agent.pathDown(pair.now, pair.a.path.id());
    }

    private long answers() {
        return pair.seen.stream()
                .filter(datagram -> datagram.bytes()[0] == MessageType.REATTACH_ANSWER)
                .count();
    }

    private static List<String> rows(List<Event> events) {
        return events.stream()
                .filter(event -> event.type() == EventType.STATE_CHANGE)
                .map(event -> event.reason() + " " + event.version())
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void aBirthIsCommittedOnceWhateverBecomesOfTheFirstTry(Fate fate) {
        start();
        table.fates.add(fate);
        pair.agent.start(pair.now);
        pair.run(300);
        if (fate == Fate.LATE) {
            assertThat(pair.sessions()).as("nothing before it is settled").isEmpty();
            assertThat(pair.state()).isEqualTo(SessionState.BIRTH);
        }
        table.land();
        pair.await(
                () -> pair.state() == SessionState.ATTACHED && pair.sessions().size() == 1, 3000);
        pair.run(500);
        assertThat(rows(pair.gatewayEvents)).containsExactly("HANDSHAKE_OK 1.0");
        assertThat(pair.table.live())
                .singleElement()
                .satisfies(record ->
                        assertThat(record.id()).isEqualTo(pair.status().id()));
        assertThat(table.commits).allMatch(changes -> changes.size() == 1);
        pair.chat(0, 3, 5);
        pair.run(100);
        assertThat(pair.atGateway).hasSize(3);
        assertThat(pair.atClient).hasSize(3);
    }

    @ParameterizedTest
    @EnumSource
    void aBindIsCommittedOnceWhateverBecomesOfTheFirstTry(Fate fate) {
        connect();
        SessionId id = pair.status().id();
        table.fates.add(fate);
        cutA();
        pair.run(75);
        if (fate == Fate.LATE || fate == Fate.LOST_UNKNOWN || fate == Fate.LATE_UNKNOWN) {
            assertThat(answers()).as("nothing is answered before it is settled").isZero();
            assertThat(pair.sessions().getFirst().version().epoch()).isEqualTo(1);
        }
        pair.run(200);
        table.land();
        pair.await(() -> pair.state() == SessionState.ATTACHED, 3000);
        pair.run(500);
        assertThat(rows(pair.gatewayEvents))
                .containsExactlyElementsOf(
                        fate == Fate.REFUSED // the table has another record than what is known here: that
                                // is not gone on with
                                ? List.of("HANDSHAKE_OK 1.0", "GATEWAY_RESTARTED 1.2147483648", "REATTACH_ACCEPT 2.0")
                                : List.of("PEER_REPORTED 1.1", "REATTACH_ACCEPT 2.0"));
        assertThat(pair.status().id()).isEqualTo(id);
        pair.chat(0, 3, 5);
        pair.run(100);
        assertThat(pair.atGateway).hasSize(3);
        assertThat(pair.atClient).hasSize(3);
        if (fate == Fate.UNAVAILABLE) {
            assertThat(Pair.told(pair.clientEvents)).contains("REATTACH_REJECT STORE_UNAVAILABLE");
        }
        if (fate == Fate.REFUSED) {
            assertThat(Pair.told(pair.clientEvents)).contains("REATTACH_REJECT DUAL_ACTIVE_FORBIDDEN");
        }
    }

    @Test
    void anUnknownBindIsSettledByReadingOnlyWhenTheTableCanBeRead() {
        connect();
        table.fates.add(Fate.DONE_UNKNOWN);
        table.readable = false;
        cutA();
        pair.run(2000);
        assertThat(answers()).isZero();
        assertThat(table.commits).hasSize(1);
        assertThat(table.reads.size()).as("with growing pauses").isBetween(4, 8);
        table.readable = true;
        pair.await(() -> pair.state() == SessionState.ATTACHED, 5000);
        assertThat(table.commits).as("the evidence was enough").hasSize(1);
        assertThat(rows(pair.gatewayEvents)).containsExactly("PEER_REPORTED 1.1", "REATTACH_ACCEPT 2.0");
    }

    @Test
    void aBindThatWasLostIsTriedAgainWithTheSameId() {
        connect();
        table.fates.add(Fate.LOST_UNKNOWN);
        table.fates.add(Fate.LOST_UNKNOWN);
        cutA();
        pair.await(() -> pair.state() == SessionState.ATTACHED, 3000);
        assertThat(table.commits).hasSize(3);
        assertThat(table.commits.stream()
                        .map(changes -> changes.getFirst().record().commitId())
                        .distinct())
                .hasSize(1);
    }

    @Test
    void whileABindIsUnderWayTheOldBindingForwardsAndNoOtherRequestBinds() {
        connect();
        table.fates.add(Fate.LATE);
        assertThat(pair.agent.jump(pair.now, "wlan0")).isNull();
        pair.run(40);
        assertThat(table.commits).hasSize(1);
        pair.sendUp(1);
        pair.sendDown(2);
        pair.run(50);
        assertThat(pair.atGateway).containsExactly(1);
        assertThat(pair.atClient).containsExactly(2);
        cutA();
        pair.run(300);
        assertThat(table.commits).hasSize(1);
        table.land();
        pair.await(() -> pair.state() == SessionState.ATTACHED, 3000);
        pair.run(1000);
        assertThat(pair.sessions().getFirst().version().epoch())
                .isEqualTo(pair.status().version().epoch());
    }

    @ParameterizedTest
    @EnumSource(names = {"FINE", "DONE_UNKNOWN", "LOST_UNKNOWN", "LATE_UNKNOWN", "LATE", "UNAVAILABLE"})
    void anEndStopsPacketsAtOnceAndIsCommittedOnce(Fate fate) {
        connect();
        pair.a.swallowUp = datagram -> datagram[0] == MessageType.HANDSHAKE_INIT;
        pair.b.swallowUp = pair.a.swallowUp;
        table.fates.add(fate);
        pair.sendUp(1);
        pair.gateway.terminate(pair.now, pair.status().id());
        pair.run(40);
        assertThat(pair.atGateway).isEmpty();
        if (fate == Fate.LATE || fate == Fate.UNAVAILABLE || fate == Fate.LATE_UNKNOWN) {
            assertThat(rows(pair.gatewayEvents))
                    .as("not said before it is true")
                    .isEmpty();
        }
        table.land();
        pair.run(2000);
        assertThat(rows(pair.gatewayEvents)).containsExactly("OPERATOR_TERMINATE 1.1");
        assertThat(pair.table.live()).isEmpty();
        assertThat(pair.sessions()).isEmpty();
        pair.run(11_000);
        assertThat(pair.table.size()).isZero();
    }

    @Test
    void anEndThatIsRefusedIsSomebodyElsesAffair() {
        connect();
        table.fates.add(Fate.REFUSED);
        pair.gateway.terminate(pair.now, pair.status().id());
        pair.run(1);
        assertThat(rows(pair.gatewayEvents)).isEmpty();
        assertThat(Pair.count(pair.gatewayEvents, EventType.OWNERSHIP_CHANGE, ReasonCode.NOT_OWNER))
                .isOne();
        assertThat(pair.sessions()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void whatIsLeftOfAnEndedSessionIsRemoved(Fate fate) {
        connect();
        pair.agent.close(pair.now);
        pair.run(100);
        assertThat(pair.table.size()).isOne();
        table.fates.add(fate);
        pair.run(10_000);
        table.land();
        pair.run(12_000);
        assertThat(pair.table.size()).isEqualTo(fate == Fate.REFUSED ? 1 : 0);
    }

    @Test
    void anEndDuringABindFollowsIt() {
        connect();
        table.fates.add(Fate.LATE);
        pair.agent.jump(pair.now, "wlan0");
        pair.run(40);
        pair.gateway.terminate(pair.now, pair.status().id());
        pair.sendDown(1);
        pair.run(10);
        assertThat(pair.atClient).isEmpty();
        assertThat(rows(pair.gatewayEvents)).isEmpty();
        table.land();
        pair.run(1);
        assertThat(rows(pair.gatewayEvents))
                .containsExactly("OPERATOR_JUMP 1.1", "REATTACH_ACCEPT 2.0", "OPERATOR_TERMINATE 2.1");
        assertThat(pair.table.live()).isEmpty();
        assertThat(answers())
                .as("a bind that came to nothing is not acknowledged")
                .isZero();
    }

    @Test
    void aRequestDuringAnEndBindsNothing() {
        connect();
        table.fates.add(Fate.LATE);
        pair.a.swallowDown = _ -> true; // the client does not hear of it
        pair.gateway.terminate(pair.now, pair.status().id());
        cutA();
        pair.await(() -> Pair.told(pair.clientEvents).contains("REATTACH_REJECT DUAL_ACTIVE_FORBIDDEN"), 1000);
        table.land();
        pair.await(() -> !pair.ends.isEmpty(), 2000);
        assertThat(pair.ends.getFirst()).startsWith("SESSION_NOT_FOUND");
        assertThat(rows(pair.gatewayEvents)).first().isEqualTo("OPERATOR_TERMINATE 1.1");
    }

    private void lostWhileABindIsUnderWay() {
        pair.policy = Policy.DEFAULT.with(PolicyKey.SESSION_TRANSPORT_LOSS_TTL, 5 * SECOND);
        connect();
        pair.a.swallowUp = datagram -> datagram[0] == MessageType.HANDSHAKE_INIT;
        pair.b.swallowUp = pair.a.swallowUp;
        pair.a.passes = false;
        pair.b.passes = false;
        pair.sendDown(1);
        pair.await(() -> pair.sessions().getFirst().state() == SessionState.RECOVERING, 3000);
        table.fates.add(Fate.LATE);
        pair.b.passes = true;
        cutA();
        pair.await(() -> !table.commits.isEmpty(), 2000);
        pair.run(5000);
        assertThat(pair.table.live()).hasSize(1);
        assertThat(table.commits).as("the end waits for the bind").hasSize(1);
    }

    @Test
    void aTransportLossThatABindOvertakesEndsNothing() {
        lostWhileABindIsUnderWay();
        table.land();
        pair.run(500);
        assertThat(rows(pair.gatewayEvents)).contains("REATTACH_ACCEPT 2.0");
        assertThat(Pair.told(pair.gatewayEvents)).noneMatch(told -> told.contains("TERMINATED"));
    }

    @Test
    void anEndThatNoBindOvertakesCountsThoughTheTransportLossIsToEndItAlready() {
        lostWhileABindIsUnderWay();
        pair.gateway.terminate(pair.now, pair.sessions().getFirst().id());
        table.land();
        pair.run(1);
        assertThat(rows(pair.gatewayEvents)).last().isEqualTo("OPERATOR_TERMINATE 2.1");
        assertThat(pair.table.live()).isEmpty();
    }

    @Test
    void aSupersedingBirthThatIsUnknownEndsTheOldSessionOnce() {
        connect();
        SessionId old = pair.status().id();
        table.fates.add(Fate.LOST_UNKNOWN);
        pair.startClient(pair.gatewayKey.publicKey());
        pair.agent.start(pair.now);
        pair.await(() -> pair.state() == SessionState.ATTACHED, 3000);
        assertThat(pair.status().id()).isNotEqualTo(old);
        assertThat(rows(pair.gatewayEvents)).containsExactly("SUPERSEDED 1.1", "HANDSHAKE_OK 1.0");
        assertThat(pair.table.live()).hasSize(1);
        assertThat(pair.sessions()).hasSize(1);
    }

    @Test
    void aBirthThatCantReadTheTableWaitsForTheClientToConfirmAgain() {
        start();
        table.readable = false;
        pair.agent.start(pair.now);
        pair.run(1000);
        assertThat(pair.state()).isEqualTo(SessionState.BIRTH);
        assertThat(table.commits).isEmpty();
        table.readable = true;
        pair.await(() -> pair.state() == SessionState.ATTACHED, 2000);
    }

    @Test
    void marksThatFailAreGivenAgainWithTheirLosses() {
        connect();
        table.markOutcome = Outcome.UNKNOWN;
        pair.a.passes = false;
        pair.b.passes = false;
        pair.sendDown(1);
        pair.await(() -> pair.sessions().getFirst().state() == SessionState.RECOVERING, 3000);
        pair.run(12_000);
        int tries = table.marks.size();
        assertThat(table.marks.getLast().losses()).hasSize(1);
        table.markOutcome = Outcome.COMMITTED;
        pair.run(1100);
        assertThat(table.marks).hasSizeGreaterThan(tries);
        assertThat(table.marks.getLast().losses()).singleElement().satisfies(loss -> {
            assertThat(loss.id()).isEqualTo(pair.status().id());
            assertThat(loss.epoch()).isOne();
        });
        pair.run(10_000);
        assertThat(table.marks.getLast().losses()).as("told once").isEmpty();
    }

    @Test
    void aGatewayThatLeavesTellsItsLossesAndAcceptsNothingNewAndClientsHearNothing() {
        connect();
        SessionId id = pair.status().id();
        pair.a.passes = false;
        pair.sendDown(1);
        pair.await(() -> pair.sessions().getFirst().state() == SessionState.RECOVERING, 3000);
        pair.seen.clear();
        int before = table.marks.size();
        pair.gateway.leave(pair.now);
        assertThat(table.marks).hasSize(before + 1);
        assertThat(table.marks.getLast().losses()).hasSize(1);
        assertThat(table.marks.getLast().nanos()).isEqualTo(pair.now);
        assertThat(pair.seen).isEmpty();
        assertThat(table.commits).isEmpty();
        cutA();
        pair.run(300);
        assertThat(table.commits).isEmpty();
        pair.startGatewayOver(List.of(pair.client()), pair.table);
        pair.await(() -> pair.state() == SessionState.ATTACHED, 5000);
        assertThat(pair.status().id()).isEqualTo(id);
    }

    @Test
    void aBirthThatComesInAfterItWasGivenUpIsAdopted() {
        connect();
        SessionId old = pair.status().id();
        table.fates.add(Fate.LATE_UNKNOWN); // a second handshake, lost on the way to the table
        pair.startClient(pair.gatewayKey.publicKey());
        pair.agent.start(pair.now);
        pair.await(() -> !table.commits.isEmpty(), 1000);
        SessionTable.Change birth = table.commits.getFirst().getFirst();
        pair.a.passes = false;
        pair.b.passes = false;
        table.readable = false;
        pair.run(10);
        SessionTable.Change removal = table.commits.getFirst().getLast();
        pair.table.commit(
                99, List.of(removal), _ -> {}); // the old session's end comes in alone: now the birth is refused
        table.readable = true;
        pair.run(1000);
        assertThat(pair.table.get(old).isLive()).isFalse();
        pair.table.commit(birth.record().commitId(), List.of(birth), _ -> {});
        pair.run(1);
        assertThat(pair.sessions())
                .anySatisfy(session -> assertThat(session.id()).isEqualTo(birth.id()));
    }

    @Test
    void aReadingThatTakesLongKeepsOneRequestASession() {
        connect();
        assertThat(pair.sessions().getFirst().version()).isEqualTo(StateVersion.of(1, 0));
        pair.startGatewayOver(
                List.of(pair.client()), new ScriptedTable(new jumpvpn.core.ownership.MemorySessionTable()));
        cutA();
        pair.await(() -> !pair.ends.isEmpty(), 1000);
        assertThat(pair.ends.getFirst()).startsWith("SESSION_NOT_FOUND");
    }
}
