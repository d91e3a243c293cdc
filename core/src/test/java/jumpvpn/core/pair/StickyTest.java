package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.gateway.Placement;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;

/** Sticky ownership: a session belongs to one gateway by its id (contract section 4). */
class StickyTest {
    private final Pair pair = new Pair();

    private void cutA() {
        pair.a.passes = false;
        pair.agent.pathDown(pair.now, pair.a.path.id());
    }

    @Test
    void aStickySessionIsServedByItsOwnGatewayOnly() {
        pair.placement = _ -> Placement.Place.HERE;
        pair.startGatewayOver(List.of(pair.client()), pair.table);
        pair.placement = _ -> Placement.Place.ELSEWHERE;
        pair.others = Site.members(new Endpoint(IpAddress.parse("203.0.113.77"), 4500));
        ScriptedTable second = new ScriptedTable(pair.table);
        pair.startSecond(second);
        pair.b.leadsToSecond = true;
        pair.startClient(pair.gatewayKey.publicKey());
        pair.connect();
        cutA();
        pair.await(() -> Pair.told(pair.clientEvents).contains("REATTACH_REJECT NOT_OWNER"), 1000);
        assertThat(pair.table.live().getFirst().version()).isEqualTo(StateVersion.of(1, 0));
        assertThat(second.reads).as("the id alone says whose it is").isEmpty();
        pair.a.passes = true;
        pair.agent.pathUp(pair.now, pair.a.path);
        pair.await(() -> pair.state() == SessionState.ATTACHED, 2000);
        assertThat(pair.ends).isEmpty();
    }

    @Test
    void aStickySessionWhoseGatewayHasLeftForGoodEndsExplicitly() {
        pair.startGatewayOver(List.of(pair.client()), pair.table);
        Placement gone = _ -> Placement.Place.GONE;
        pair.placement = gone;
        pair.startSecond(pair.table);
        pair.b.leadsToSecond = true;
        pair.startClient(pair.gatewayKey.publicKey());
        pair.connect();
        cutA();
        pair.await(() -> !pair.ends.isEmpty(), 1000);
        assertThat(pair.ends.getFirst()).startsWith("OWNER_GONE");
        assertThat(Pair.told(pair.clientEvents)).contains("RECOVERING>TERMINATED OWNER_GONE");
        assertThat(pair.table.live()).hasSize(1);
    }

    @Test
    void aStickyGatewayDrawsIdsOfItsOwn() {
        pair.placement = id -> (id.low() & 7) == 5 ? Placement.Place.HERE : Placement.Place.ELSEWHERE;
        pair.startGatewayOver(List.of(pair.client()), pair.table);
        for (int births = 0; births < 3; births++) {
            pair.startClient(pair.gatewayKey.publicKey());
            pair.connect();
            assertThat(pair.status().id().low() & 7).isEqualTo(5);
        }
    }

    @Test
    void aGatewayWithoutAShareOfTheIdsRefusesHandshakes() {
        pair.placement = _ -> Placement.Place.ELSEWHERE;
        pair.startGatewayOver(List.of(pair.client()), pair.table);
        pair.startClient(pair.gatewayKey.publicKey());
        pair.agent.start(pair.now);
        pair.run(500);
        assertThat(Pair.count(pair.gatewayEvents, EventType.SECURITY, ReasonCode.NOT_OWNER))
                .isPositive();
        assertThat(pair.table.live()).isEmpty();
        assertThat(pair.state()).isNotEqualTo(SessionState.ATTACHED);
    }
}
