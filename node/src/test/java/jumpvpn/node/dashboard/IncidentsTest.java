package jumpvpn.node.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.node.observability.jsonl.Json;
import jumpvpn.node.observability.jsonl.JsonWriter;
import org.junit.jupiter.api.Test;

class IncidentsTest {
    private static final long NOW = 1_800_000_000_000L;
    private static final long HOUR = 3_600_000;

    private final Incidents incidents = new Incidents();

    private Json.Fields written() {
        JsonWriter json = new JsonWriter();
        incidents.write(json, NOW);
        return (Json.Fields) Json.parse(json.toString());
    }

    private String figure(String name) {
        Json.Fields first = (Json.Fields) written().array("reasons").getFirst();
        return ((Json.Figure) first.get(name)).digits();
    }

    private void badProofs(long millis, long count) {
        incidents.take(Events.other(EventType.SECURITY, ReasonCode.BAD_PROOF, millis, new Detail("count", count)));
    }

    @Test
    void countsAreOfTheirTimes() {
        badProofs(NOW - 8 * 24 * HOUR, 1);
        badProofs(NOW - 3 * 24 * HOUR, 10);
        badProofs(NOW - 5 * HOUR, 100);
        badProofs(NOW - 60_000, 1000);
        assertThat(figure("hour")).isEqualTo("1000");
        assertThat(figure("day")).isEqualTo("1100");
        assertThat(figure("week")).isEqualTo("1110");
        assertThat(incidents.lastHour(NOW)).isEqualTo(1000);
    }

    @Test
    void anOrdinaryEndIsNone() {
        incidents.take(Events.row(1, SessionState.ATTACHED, SessionState.TERMINATED, ReasonCode.PEER_CLOSED, NOW));
        assertThat(incidents.lastHour(NOW)).isZero();
        incidents.take(Events.row(1, SessionState.ATTACHED, SessionState.TERMINATED, ReasonCode.SECURITY_FAILURE, NOW));
        assertThat(incidents.lastHour(NOW)).isEqualTo(1);
    }

    @Test
    void theNewestComeFirstAlsoAfterThoseOfBefore() {
        badProofs(NOW, 1);
        incidents.remember(Events.other(EventType.SECURITY, ReasonCode.UNKNOWN_CLIENT, NOW - HOUR));
        incidents.remembered();
        assertThat(written().array("newest"))
                .extracting(line -> ((Json.Text) line).value().contains("BAD_PROOF"))
                .containsExactly(true, false);
    }

    @Test
    void whatOperatorsAskedForStandsBesideAndDoesNotCount() {
        incidents.take(
                Events.other(EventType.OPERATOR_ACTION, ReasonCode.ACTION_DONE, NOW, new Detail("action", "drain")));
        incidents.remember(
                Events.other(EventType.OPERATOR_ACTION, ReasonCode.ACTION_REFUSED, NOW, new Detail("action", "jump")));
        incidents.remembered();
        assertThat(written().array("actions"))
                .extracting(line -> ((Json.Text) line).value().contains("drain"))
                .containsExactly(true, false);
        assertThat(written().array("newest")).isEmpty();
        assertThat(incidents.lastHour(NOW)).isZero();
    }

    @Test
    void theNewestAreBounded() {
        for (int i = 0; i < 1000; i++) {
            badProofs(NOW, 1);
        }
        assertThat(written().array("newest")).hasSize(200);
    }
}
