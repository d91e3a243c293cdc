package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.gateway.GatewayConfig;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionMachine;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;

/** A gateway that is killed and started again over the table that it had (contract section 4). */
class RestartTest {
    private static final int UPPER = SessionMachine.FIRST_STEP_WITHOUT_MEMORY;

    private static List<String> versions(List<Event> events) {
        return events.stream()
                .filter(event -> event.type() == EventType.STATE_CHANGE)
                .map(event -> event.reason() + " " + event.version()
                        + (event.details().contains(new Event.Detail("again", true)) ? " again" : ""))
                .toList();
    }

    /** The repeat is the request that began the record's epoch, and its answer went with the process: it may bind nothing, and convicts nobody. */
    @Test
    void anAckThatIsLostWithTheProcessDoesNotEndTheSession() {
        Pair pair = Pair.connected();
        SessionId id = pair.status().id();
        pair.b.passes = false; // one candidate only
        pair.a.swallowDown = _ -> true;
        pair.chat(1, 3, 5);
        pair.await(() -> pair.sessions().getFirst().version().epoch() == 2, 3000);
        pair.restartGateway();
        pair.a.swallowDown = _ -> false;
        pair.await(
                () -> pair.state() == SessionState.ATTACHED
                        && pair.status().version().epoch() == 3,
                5000);
        assertThat(pair.status().id()).isEqualTo(id);
        assertThat(pair.clientEvents).noneMatch(event -> event.reason() == ReasonCode.SECURITY_FAILURE);
    }

    @Test
    void theSessionGoesOnAndNoVersionIsSaidTwice() {
        Pair pair = Pair.connected();
        SessionId id = pair.status().id();
        IpAddress inner = pair.inner();
        pair.forgetEvents();
        pair.restartGateway();
        assertThat(versions(pair.gatewayEvents)).containsExactly("HANDSHAKE_OK 1.0 again");
        assertThat(pair.sessions()).singleElement().satisfies(session -> {
            assertThat(session.id()).isEqualTo(id);
            assertThat(session.version()).isEqualTo(StateVersion.of(1, 0));
        });
        pair.sendDown(1);
        pair.chat(2, 3, 5);
        pair.await(() -> pair.sessions().getFirst().version().epoch() == 2, 3000);
        pair.run(500);
        assertThat(pair.status().id()).isEqualTo(id);
        assertThat(pair.inner()).isEqualTo(inner);
        assertThat(pair.state()).isEqualTo(SessionState.ATTACHED);
        assertThat(versions(pair.gatewayEvents))
                .containsExactly(
                        "HANDSHAKE_OK 1.0 again",
                        "GATEWAY_RESTARTED " + StateVersion.of(1, UPPER),
                        "REATTACH_ACCEPT 2.0");
        assertThat(Pair.told(pair.clientEvents))
                .as("a token from before the start is stale, the fresh one is taken at once")
                .containsSubsequence("REATTACH_REJECT STALE_REQUEST", "REATTACH_ACK_RECEIVED REATTACH_ACCEPT");
        assertThat(pair.atClient).as("held until the session was bound").contains(1);
        pair.chat(10, 5, 5);
        pair.run(100);
        assertThat(pair.atGateway).contains(10, 11, 12, 13, 14);
        assertThat(pair.atClient).contains(10, 11, 12, 13, 14);
        assertThat(pair.ends).isEmpty();
    }

    @Test
    void aClientThatIsNoLongerConfiguredIsRevoked() {
        Pair pair = Pair.connected();
        pair.forgetEvents();
        pair.startGatewayOver(List.of(), pair.table);
        pair.run(100);
        assertThat(pair.sessions()).isEmpty();
        assertThat(versions(pair.gatewayEvents)).last().asString().startsWith("REVOKED ");
    }

    @Test
    void aSessionWhoseInnerAddressIsNoLongerItsClientsEnds() {
        Pair pair = Pair.connected();
        pair.forgetEvents();
        GatewayConfig.Client other =
                new GatewayConfig.Client("laptop", pair.client().publicKey(), List.of(IpAddress.parse("10.77.0.250")));
        pair.startGatewayOver(List.of(other), pair.table);
        pair.run(100);
        assertThat(pair.sessions()).isEmpty();
        assertThat(versions(pair.gatewayEvents)).last().asString().startsWith("OPERATOR_TERMINATE ");
    }

    @Test
    void bothRowsOfABindAreSaidAgain() {
        Pair pair = Pair.connected();
        pair.agent.pathDown(pair.now, pair.a.path.id());
        pair.await(() -> pair.state() == SessionState.ATTACHED, 500);
        pair.run(100);
        pair.forgetEvents();
        pair.restartGateway();
        assertThat(versions(pair.gatewayEvents))
                .containsExactly("PEER_REPORTED 1.1 again", "REATTACH_ACCEPT 2.0 again");
    }

    @Test
    void aSessionThatNobodyComesBackToEndsInTime() {
        Pair pair = Pair.connected(Policy.DEFAULT.with(PolicyKey.SESSION_TRANSPORT_LOSS_TTL, 60_000 * Pair.MILLI));
        pair.a.passes = false;
        pair.b.passes = false;
        pair.run(20_000);
        pair.forgetEvents();
        pair.restartGateway();
        pair.run(35_000);
        assertThat(pair.sessions()).hasSize(1);
        pair.run(30_000);
        assertThat(pair.sessions()).isEmpty();
        assertThat(versions(pair.gatewayEvents))
                .containsExactly(
                        "HANDSHAKE_OK 1.0 again",
                        "GATEWAY_RESTARTED " + StateVersion.of(1, UPPER),
                        "TTL_TRANSPORT_LOSS_EXPIRED " + StateVersion.of(1, UPPER + 1));
        pair.run(11_000);
        assertThat(pair.table.size()).isZero();
    }

    @Test
    void whatIsLeftOfAnEndedSessionIsSaidAgainAndRemoved() {
        Pair pair = Pair.connected();
        SessionId id = pair.status().id();
        pair.a.passes = false;
        pair.b.passes = false;
        pair.gateway.terminate(pair.now, id);
        pair.forgetEvents();
        pair.restartGateway();
        assertThat(versions(pair.gatewayEvents)).containsExactly("OPERATOR_TERMINATE 1.1 again");
        assertThat(pair.sessions()).isEmpty();
        pair.run(11_000);
        assertThat(pair.table.size()).isZero();
    }

    @Test
    void restartsInARowAreSurvivedAndSwitchTimesAreKept() {
        Pair pair = Pair.connected();
        SessionId id = pair.status().id();
        for (int restarts = 0; restarts < 5; restarts++) {
            int epoch = 2 + restarts;
            pair.restartGateway();
            pair.restartGateway();
            pair.chat(1, 1, 5);
            pair.await(() -> pair.sessions().getFirst().version().epoch() == epoch, 5000);
            pair.run(700);
        }
        assertThat(pair.status().id()).isEqualTo(id);
        assertThat(pair.state()).isEqualTo(SessionState.ATTACHED);
        List<String> said = versions(pair.gatewayEvents).stream()
                .filter(row -> !row.endsWith("again"))
                .map(row -> row.substring(row.indexOf(' ')))
                .toList();
        assertThat(said).doesNotHaveDuplicates();
        assertThat(pair.table.get(id).switches().lastForcedNanos()).isGreaterThan(0);
    }

    @Test
    void aRestartedClientSupersedesASessionThatWasOnlyLoaded() {
        Pair pair = Pair.connected();
        pair.restartGateway();
        pair.forgetEvents();
        pair.startClient(pair.gatewayKey.publicKey());
        pair.connect();
        assertThat(versions(pair.gatewayEvents))
                .containsExactly(
                        "GATEWAY_RESTARTED " + StateVersion.of(1, UPPER),
                        "SUPERSEDED " + StateVersion.of(1, UPPER + 1),
                        "HANDSHAKE_OK 1.0");
        assertThat(pair.table.live()).hasSize(1);
        assertThat(Pair.count(pair.gatewayEvents, EventType.SECURITY, ReasonCode.BAD_PROOF))
                .isZero();
    }
}
