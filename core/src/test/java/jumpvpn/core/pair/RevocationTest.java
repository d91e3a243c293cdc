package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.pair.ScriptedTable.Fate;
import org.junit.jupiter.api.Test;

/** A client that is revoked loses its session, whatever the table does meanwhile (contract section 1). */
class RevocationTest {
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

    private static List<String> rows(List<Event> events) {
        return events.stream()
                .filter(event -> event.type() == EventType.STATE_CHANGE)
                .map(event -> event.reason() + " " + event.version())
                .toList();
    }

    @Test
    void aRevokedClientsSessionEndsAndNoOtherBegins() {
        connect();
        pair.gateway.revoke(pair.now, pair.clientKey.publicKey());
        pair.run(100);
        assertThat(rows(pair.gatewayEvents)).containsExactly("REVOKED 1.1");
        assertThat(Pair.told(pair.clientEvents)).contains("ATTACHED>TERMINATED REVOKED");
        pair.run(20_000);
        assertThat(pair.table.live()).isEmpty();
        assertThat(Pair.told(pair.gatewayEvents)).noneMatch(told -> told.contains("HANDSHAKE_OK"));
    }

    @Test
    void aRevocationWaitsForTheTable() {
        connect();
        table.readable = false;
        pair.gateway.revoke(pair.now, pair.clientKey.publicKey());
        pair.run(3000);
        assertThat(pair.sessions()).hasSize(1);
        table.readable = true;
        pair.run(1000);
        assertThat(rows(pair.gatewayEvents)).containsExactly("REVOKED 1.1");
    }

    @Test
    void aRevocationDuringABirthEndsIt() {
        start();
        table.fates.add(Fate.LATE);
        pair.agent.start(pair.now);
        pair.await(() -> !table.commits.isEmpty(), 1000);
        pair.gateway.revoke(pair.now, pair.clientKey.publicKey());
        table.land();
        pair.run(1);
        assertThat(rows(pair.gatewayEvents)).containsExactly("HANDSHAKE_OK 1.0", "REVOKED 1.1");
        assertThat(pair.table.live()).isEmpty();
    }

    @Test
    void aClientThatIsNoLongerConfiguredIsRevokedWhenItsSessionIsLoaded() {
        connect();
        pair.startGatewayOver(List.of(), table);
        pair.run(1);
        assertThat(Pair.told(pair.gatewayEvents)).last().isEqualTo("RECOVERING>TERMINATED REVOKED");
        assertThat(pair.table.live()).isEmpty();
    }
}
