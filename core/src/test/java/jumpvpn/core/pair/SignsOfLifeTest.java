package jumpvpn.core.pair;

import static jumpvpn.core.pair.LoneGateway.MILLI;
import static jumpvpn.core.pair.LoneGateway.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.ownership.SessionTable.Outcome;
import jumpvpn.core.pair.ScriptedTable.Fate;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionMachine;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;

/** When the gateway speaks to the table, and for how long it may take itself for an owner (contract section 4). */
class SignsOfLifeTest {
    private static final int UPPER = SessionMachine.FIRST_STEP_WITHOUT_MEMORY;

    private final LoneGateway gateway = new LoneGateway();
    private final HandClient client = new HandClient(gateway, 1);
    private final List<Long> commits = new ArrayList<>();

    private void connect() {
        gateway.start();
        client.connect();
        client.acknowledge();
        gateway.run(SECOND);
        client.forget();
        gateway.table.commits.clear();
        gateway.table.marks.clear();
        gateway.table.onCommit = () -> commits.add(gateway.now);
    }

    private List<Long> marks() {
        return gateway.table.marks.stream().map(SessionTable.Mark::nanos).toList();
    }

    @Test
    void aSignOfLifeIsGivenAtTheStartAndEveryTenSeconds() {
        long start = gateway.now;
        gateway.start();
        gateway.run(35 * SECOND);
        assertThat(marks()).containsExactly(start, start + 10 * SECOND, start + 20 * SECOND, start + 30 * SECOND);
        assertThat(gateway.gateway.nextNanos()).isEqualTo(start + 40 * SECOND);
    }

    @Test
    void aSignThatFailedIsGivenAgainAfterASecond() {
        long start = gateway.now;
        gateway.start();
        gateway.table.markOutcome = Outcome.UNAVAILABLE;
        gateway.run(12 * SECOND);
        gateway.table.markOutcome = Outcome.COMMITTED;
        gateway.run(11 * SECOND);
        assertThat(marks())
                .containsExactly(
                        start,
                        start + 10 * SECOND,
                        start + 11 * SECOND,
                        start + 12 * SECOND,
                        start + 13 * SECOND,
                        start + 23 * SECOND);
    }

    @Test
    void withALeaseItIsGivenSixTimesALeaseAndTriedThirtyTimes() {
        gateway.table.leaseNanos = 6 * SECOND;
        long start = gateway.now;
        gateway.start();
        gateway.run(5 * SECOND);
        assertThat(marks())
                .containsExactly(
                        start,
                        start + SECOND,
                        start + 2 * SECOND,
                        start + 3 * SECOND,
                        start + 4 * SECOND,
                        start + 5 * SECOND);
        gateway.table.markOutcome = Outcome.UNKNOWN;
        gateway.run(SECOND + 200 * MILLI);
        assertThat(marks()).hasSize(8).endsWith(start + 6 * SECOND, start + 6 * SECOND + 200 * MILLI);
        gateway.table.leaseNanos = 60 * SECOND;
        gateway.table.markOutcome = Outcome.COMMITTED;
        gateway.run(15 * SECOND);
        assertThat(marks())
                .as("at least every ten seconds")
                .endsWith(start + 6 * SECOND + 400 * MILLI, start + 16 * SECOND + 400 * MILLI);
    }

    @Test
    void aLeaseEndsToTheNanosecondAfterTheLastSignThatWasTakenAndComesBackWithTheNext() {
        gateway.table.leaseNanos = 9 * SECOND;
        connect();
        gateway.run(3 * SECOND);
        long last = marks().getLast();
        gateway.table.markOutcome = Outcome.UNAVAILABLE;
        gateway.run(last + 9 * SECOND - 1 - gateway.now);
        assertThat(gateway.sessions()).hasSize(1);
        client.sendUp(1);
        assertThat(gateway.delivered).containsExactly(1);
        gateway.run(1);
        assertThat(gateway.sessions()).isEmpty();
        assertThat(gateway.bindings.size()).isZero();
        assertThat(gateway.routes.size()).isZero();
        assertThat(gateway.events).singleElement().satisfies(event -> {
            assertThat(event.type()).isEqualTo(EventType.OWNERSHIP_CHANGE);
            assertThat(event.reason()).isEqualTo(ReasonCode.LEASE_LOST);
            assertThat(event.nanos()).isEqualTo(last + 9 * SECOND);
            assertThat(event.sessionId()).isEqualTo(client.id);
            assertThat(event.version()).isEqualTo(StateVersion.of(1, 0));
            assertThat(event.path()).isEqualTo("udp/from/" + client.from);
            assertThat(LoneGateway.detail(event, "from_gateway"))
                    .isEqualTo(Long.toHexString(
                            gateway.memory.live().getFirst().owner().gateway()));
        });
        assertThat(client.refusal(_ -> {})).isEqualTo(ReasonCode.STORE_UNAVAILABLE);
        gateway.table.markOutcome = Outcome.COMMITTED;
        gateway.run(SECOND);
        assertThat(gateway.session().version()).isEqualTo(StateVersion.of(1, 0));
        assertThat(gateway.rows()).containsExactly("HANDSHAKE_OK 1.0 again");
        client.reattach(BindCause.DEAD);
        assertThat(gateway.rows())
                .containsExactly(
                        "HANDSHAKE_OK 1.0 again",
                        "GATEWAY_RESTARTED " + StateVersion.of(1, UPPER),
                        "REATTACH_ACCEPT 2.0");
        client.sendUp(2);
        assertThat(gateway.delivered).containsExactly(1, 2);
    }

    @Test
    void aSignThatIsTakenTooLateBeginsNoLease() {
        gateway.table.leaseNanos = 9 * SECOND;
        gateway.table.marksAreLate = true;
        gateway.start();
        gateway.run(9 * SECOND);
        gateway.table.land();
        gateway.run(0);
        gateway.receive(client.from, client.init());
        assertThat(gateway.sent).as("it is over already").isEmpty();
        gateway.table.land();
        gateway.run(0);
        gateway.receive(client.from, client.init());
        assertThat(gateway.sent).as("the next was taken in time").hasSize(1);
    }

    @Test
    void theMarkTellsALossOnceWithTheTimeOfTheLastPacket() {
        connect();
        gateway.run(10 * SECOND);
        assertThat(gateway.table.marks)
                .singleElement()
                .satisfies(mark -> assertThat(mark.losses()).isEmpty());
        client.sendUp(1);
        long heard = gateway.now;
        gateway.run(20 * MILLI);
        gateway.sendDown(client.inner, 1);
        gateway.run(20 * SECOND);
        assertThat(gateway.table.marks.stream().flatMap(mark -> mark.losses().stream()))
                .containsExactly(new SessionTable.Loss(client.id, 1, heard));
    }

    @Test
    void whatIsLeftOfAnEndedSessionIsRemovedAfterTenSeconds() {
        connect();
        long ended = gateway.now;
        client.say(new BindingMessage.Close(ReasonCode.OPERATOR_TERMINATE));
        assertThat(gateway.rows()).containsExactly("PEER_CLOSED 1.1");
        assertThat(client.heard(BindingMessage.Close.class))
                .as("who said goodbye is told nothing")
                .isEmpty();
        gateway.run(20 * SECOND);
        assertThat(commits).containsExactly(ended, ended + 10 * SECOND);
        assertThat(gateway.memory.size()).isZero();
    }

    @Test
    void anEndThatTheTableDoesNotTakeIsTriedEverySecondAndNothingPassesMeanwhile() {
        connect();
        long ended = gateway.now;
        gateway.table.fates.addAll(List.of(Fate.UNAVAILABLE, Fate.UNAVAILABLE));
        gateway.gateway.terminate(gateway.now, client.id);
        gateway.run(SECOND / 2);
        client.sendUp(1);
        assertThat(gateway.delivered).isEmpty();
        assertThat(gateway.rows()).isEmpty();
        gateway.run(3 * SECOND);
        assertThat(commits).containsExactly(ended, ended + SECOND, ended + 2 * SECOND);
        assertThat(gateway.rows()).containsExactly("OPERATOR_TERMINATE 1.1");
    }

    @Test
    void aCommitThatNobodyCanSayIsTriedAgainWithGrowingPauses() {
        connect();
        for (int i = 0; i < 9; i++) {
            gateway.table.fates.add(Fate.LOST_UNKNOWN);
        }
        long asked = gateway.now;
        client.send(client.datagram(client.ask(ask -> ask.cause = BindCause.LINK_GOING_DOWN)));
        gateway.run(40 * SECOND);
        List<Long> pauses = new ArrayList<>();
        for (int i = 1; i < commits.size(); i++) {
            pauses.add((commits.get(i) - commits.get(i - 1)) / MILLI);
        }
        assertThat(commits.getFirst()).isEqualTo(asked);
        assertThat(pauses).containsExactly(50L, 100L, 200L, 400L, 800L, 1000L, 1000L, 1000L, 1000L);
        assertThat(gateway.memory.live().getFirst().version()).isEqualTo(StateVersion.of(2, 0));
    }

    @Test
    void aRecoveryWindowThatEndsDuringARefusedBindEndsAsSoonAsThatIsKnown() {
        gateway.policy = Policy.DEFAULT.with(PolicyKey.SWITCHING_RECOVERY_WINDOW, 3 * SECOND);
        connect();
        gateway.sendDown(client.inner, 1);
        gateway.run(2 * SECOND);
        assertThat(gateway.session().state()).isEqualTo(SessionState.RECOVERING);
        gateway.table.fates.add(Fate.LATE);
        client.send(client.datagram(client.ask(_ -> {})));
        gateway.run(5 * SECOND);
        assertThat(gateway.session().state()).as("no row beside the bind's").isEqualTo(SessionState.RECOVERING);
        gateway.table.settleLate(Outcome.UNAVAILABLE);
        gateway.run(0);
        assertThat(gateway.rows()).last().asString().startsWith("RECOVERY_WINDOW_EXCEEDED 1.");
        assertThat(gateway.session().state()).isEqualTo(SessionState.DEGRADED);
        assertThat(gateway.events.getLast().nanos()).isEqualTo(gateway.now);
    }

    @Test
    void revokingWhoHasNoSessionCommitsNothing() {
        gateway.start();
        gateway.gateway.revoke(gateway.now, client.key.publicKey());
        gateway.run(5 * SECOND);
        assertThat(gateway.table.commits).isEmpty();
        assertThat(gateway.events).isEmpty();
    }
}
