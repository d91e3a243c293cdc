package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.pair.ScriptedTable.Fate;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionMachine;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client is revoked at the second of two gateways over one table while something else is under way with its session (contract sections 1 and 4). */
class ClusterRevocationTest {
    private static final int UPPER = SessionMachine.FIRST_STEP_WITHOUT_MEMORY;

    private final Pair pair = new Pair();
    private final ScriptedTable second = new ScriptedTable(pair.table);
    private Site site;

    @BeforeEach
    void connect() {
        pair.startGatewayOver(List.of(pair.client()), pair.table);
        site = pair.startSecond(second);
        pair.b.leadsToSecond = true;
        pair.startClient(pair.gatewayKey.publicKey());
        pair.connect();
        pair.forgetEvents();
    }

    private void cutA() {
        pair.a.passes = false;
        pair.agent.pathDown(pair.now, pair.a.path.id());
    }

    private void revoke() {
        site.gateway.revoke(pair.now, pair.clientKey.publicKey());
    }

    private static List<String> rows(List<Event> events) {
        return events.stream()
                .filter(event -> event.type() == EventType.STATE_CHANGE)
                .map(event -> event.reason() + " " + event.version())
                .toList();
    }

    @Test
    void whatIsTakenOverButToEndHasAClosedGate() {
        second.fates.addAll(List.of(Fate.LATE, Fate.LATE));
        cutA();
        pair.await(() -> !second.commits.isEmpty(), 1000);
        revoke();
        second.land(); // the bind
        pair.run(1);
        assertThat(rows(site.events)).last().isEqualTo("REATTACH_ACCEPT 2.0");
        site.sendDown(1);
        assertThat(site.drops.get(DropReason.GATE_CLOSED)).isOne();
        second.land(); // the end
        pair.run(1);
        assertThat(rows(site.events)).last().isEqualTo("REVOKED 2.1");
        site.sendDown(2);
        assertThat(site.drops.get(DropReason.NO_ROUTE)).isOne();
        assertThat(pair.table.live()).isEmpty();
        assertThat(pair.atClient).isEmpty();
    }

    @Test
    void whereAllHearOfItTheOwnerEndsTheSession() {
        site.gateway.revokeEverywhere(pair.now, pair.clientKey.publicKey());
        pair.gateway.revokeEverywhere(pair.now, pair.clientKey.publicKey());
        pair.run(1);
        assertThat(rows(pair.gatewayEvents)).containsExactly("REVOKED " + StateVersion.of(1, 1));
        assertThat(rows(site.events)).isEmpty();
        pair.run(1500);
        assertThat(rows(site.events)).isEmpty();
        assertThat(pair.ends)
                .satisfiesExactly(
                        end -> assertThat(end.toString()).startsWith("REVOKED"),
                        again -> assertThat(again.toString()).startsWith("UNKNOWN_CLIENT"));
    }

    @Test
    void whatTheOwnerHasNotEndedForASecondIsEndedByWhoeverHeard() {
        site.gateway.revokeEverywhere(pair.now, pair.clientKey.publicKey());
        pair.run(900);
        assertThat(pair.table.live()).hasSize(1);
        pair.run(200);
        assertThat(pair.table.live()).isEmpty();
        assertThat(rows(site.events)).last().isEqualTo("REVOKED " + StateVersion.of(1, UPPER));
    }

    @Test
    void whatWasReadOfASessionBeforeItsEndHereFindsItEnded() {
        second.readsAreLate = true;
        cutA();
        pair.await(() -> !second.reads.isEmpty(), 1000);
        revoke();
        assertThat(rows(site.events)).last().isEqualTo("REVOKED " + StateVersion.of(1, UPPER));
        site.events.clear();
        second.readsAreLate = false;
        second.land();
        pair.run(1);
        assertThat(Pair.told(site.events)).containsExactly("REATTACH_REJECT SESSION_NOT_FOUND");
    }

    @Test
    void aRevocationThatABindOfTheOwnersOvertakesEndsTheSessionAllTheSame() {
        second.fates.add(Fate.LATE);
        revoke();
        pair.b.leadsToSecond = false;
        cutA();
        pair.await(() -> pair.state() == SessionState.ATTACHED, 1000);
        second.land(); // the end, refused
        pair.run(1500);
        assertThat(rows(site.events)).last().isEqualTo("REVOKED " + StateVersion.of(2, UPPER));
        assertThat(pair.table.live()).isEmpty();
        assertThat(pair.sessions()).isEmpty();
    }

    @Test
    void aRevocationEndsNoSessionThatIsBornElsewhereAfterwards() {
        SessionId old = pair.status().id();
        revoke();
        pair.a.passes = false; // the client is not told
        pair.startClient(pair.gatewayKey.publicKey());
        pair.agent.pathDown(pair.now, pair.b.path.id());
        pair.a.passes = true;
        pair.agent.start(pair.now);
        pair.await(() -> pair.state() == SessionState.ATTACHED, 1000);
        pair.run(3000);
        assertThat(pair.state()).as("that gateway still knows it").isEqualTo(SessionState.ATTACHED);
        assertThat(pair.status().id()).isNotEqualTo(old);
    }
}
