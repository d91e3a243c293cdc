package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Fault;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;

/** Planted faults do what they say: without this a dead switch would look like a fault that nobody can find. */
class FaultTest {
    private static Pair broken(Fault fault, Policy policy) {
        Pair pair = new Pair();
        pair.policy = policy;
        pair.faults = EnumSet.of(fault);
        pair.startGateway(List.of(pair.client()));
        pair.startClient(pair.gatewayKey.publicKey());
        pair.connect();
        return pair;
    }

    private static Pair jumped(Fault fault) {
        Pair pair = broken(fault, Policy.DEFAULT);
        pair.run(2000);
        pair.agent.jump(pair.now, "wlan0");
        pair.run(500);
        return pair;
    }

    @Test
    void aVersionStepIsForgotten() {
        Pair pair = jumped(Fault.FORGET_VERSION_STEP);
        assertThat(pair.gatewayEvents)
                .filteredOn(event -> event.reason() == ReasonCode.OPERATOR_JUMP && event.from() != null)
                .singleElement()
                .satisfies(event -> assertThat(event.version()).isEqualTo(StateVersion.of(1, 0)));
    }

    @Test
    void theTransportLossTtlNeverEndsASession() {
        Policy policy = Policy.DEFAULT.with(PolicyKey.SESSION_TRANSPORT_LOSS_TTL, 5_000_000_000L);
        Pair pair = broken(Fault.NO_LOSS_TTL, policy);
        pair.a.passes = false;
        pair.b.passes = false;
        pair.sendDown(1);
        pair.run(60_000);
        assertThat(pair.sessions()).hasSize(1);
    }

    @Test
    void theCooldownIsIgnored() {
        Pair pair = broken(Fault.COOLDOWN_IGNORED, Policy.DEFAULT.with(PolicyKey.SWITCHING_COOLDOWN, 600_000_000_000L));
        pair.agent.jump(pair.now, "wlan0");
        pair.run(1000);
        assertThat(Pair.count(pair.gatewayEvents, EventType.TRANSPORT_SWITCH, ReasonCode.BOUND))
                .isOne();
    }

    @Test
    void rowsLoseTheirEvents() {
        Pair pair = broken(Fault.LOST_EVENT, Policy.DEFAULT);
        for (int jumps = 0; jumps < 4; jumps++) {
            pair.run(3000);
            pair.agent.jump(pair.now, null);
        }
        pair.run(3000);
        long rows = pair.gatewayEvents.stream()
                .filter(event -> event.type() == EventType.STATE_CHANGE)
                .count();
        assertThat(pair.sessions().getFirst().version()).isEqualTo(StateVersion.of(5, 0));
        assertThat(rows).isEqualTo(9 - 1);
    }

    @Test
    void aRefusalNamesAnotherReason() {
        Pair pair = broken(Fault.WRONG_REASON, Policy.DEFAULT);
        pair.restartGateway(); // its token is stale
        pair.agent.pathDown(pair.now, pair.a.path.id());
        pair.run(500);
        assertThat(Pair.told(pair.clientEvents))
                .contains("REATTACH_REJECT TRANSPORT_NOT_ALLOWED")
                .doesNotContain("REATTACH_REJECT STALE_REQUEST");
    }

    @Test
    void theAckLeavesBeforeTheCommitIsKnown() {
        Pair pair = new Pair();
        ScriptedTable table = new ScriptedTable(pair.table);
        pair.faults = EnumSet.of(Fault.ANSWER_BEFORE_DURABLE);
        pair.startGatewayOver(List.of(pair.client()), table);
        pair.startClient(pair.gatewayKey.publicKey());
        pair.connect();
        pair.run(1000);
        table.fates.add(ScriptedTable.Fate.LATE);
        pair.agent.pathDown(pair.now, pair.a.path.id());
        pair.await(() -> pair.state() == SessionState.ATTACHED, 300);
        assertThat(pair.table.live().getFirst().version()).isEqualTo(StateVersion.of(1, 0));
    }

    @Test
    void aSecondGatewayServesWithoutALease() {
        Pair pair = new Pair();
        ScriptedTable table = new ScriptedTable(pair.table);
        table.leaseNanos = 9_000_000_000L;
        pair.faults = EnumSet.of(Fault.SKIP_GATE_E);
        pair.startGatewayOver(List.of(pair.client()), table);
        pair.startClient(pair.gatewayKey.publicKey());
        pair.connect();
        table.markOutcome = jumpvpn.core.ownership.SessionTable.Outcome.UNAVAILABLE;
        pair.run(20_000);
        assertThat(pair.sessions()).hasSize(1);
    }

    @Test
    void aBindStartsFromAnOlderVersion() {
        Pair pair = jumped(Fault.VERSION_ROLLBACK);
        assertThat(pair.gatewayEvents)
                .filteredOn(event -> event.reason() == ReasonCode.REATTACH_ACCEPT && event.from() != null)
                .allSatisfy(event -> assertThat(event.version().epoch()).isLessThan(2));
    }
}
