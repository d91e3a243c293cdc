package jumpvpn.node.observability.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsPartialSuccess;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric.DataCase;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionState;
import jumpvpn.node.observability.Exporter;
import jumpvpn.node.observability.HttpPost;
import jumpvpn.node.observability.Metric;
import jumpvpn.node.observability.NumberedEvent;
import jumpvpn.node.observability.Samples;
import jumpvpn.node.observability.Sink;
import jumpvpn.node.observability.Trust;
import jumpvpn.node.observability.jsonl.EventJson;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OtlpTest {
    private final Receiver receiver;

    OtlpTest() throws IOException {
        receiver = new Receiver();
    }

    @AfterEach
    void close() {
        receiver.close();
        assertThat(receiver.problems).isEmpty();
    }

    private OtlpEvents events() throws IOException {
        return new OtlpEvents(
                receiver.url(),
                "laptop",
                "client",
                "a",
                new EventJson("laptop", "a"),
                true,
                true,
                new HttpPost(Trust.in(null), null));
    }

    private static Map<String, KeyValue> attributes(List<KeyValue> list) {
        return list.stream().collect(Collectors.toMap(KeyValue::getKey, one -> one));
    }

    private static String text(Map<String, KeyValue> attributes, String key) {
        return attributes.get(key).getValue().getStringValue();
    }

    @Test
    void everyTypeIsALogRecord() throws Exception {
        OtlpEvents otlp = events();
        otlp.deliver(Samples.everyType());
        otlp.close();
        ScopeLogs scope = receiver.logs.getFirst().getResourceLogs(0).getScopeLogs(0);
        assertThat(scope.getLogRecordsCount()).isEqualTo(EventType.values().length);
        assertThat(text(
                        attributes(receiver.logs
                                .getFirst()
                                .getResourceLogs(0)
                                .getResource()
                                .getAttributesList()),
                        "service.name"))
                .isEqualTo("jumpvpn-client");
        for (int i = 0; i < EventType.values().length; i++) {
            LogRecord log = scope.getLogRecords(i);
            Map<String, KeyValue> attributes = attributes(log.getAttributesList());
            assertThat(text(attributes, "jumpvpn.type")).isEqualTo(EventType.values()[i].name());
            assertThat(text(attributes, "jumpvpn.text")).isEqualTo("a \"quoted\" ] \\ and \n é");
            assertThat(attributes.get("jumpvpn.policy_version").getValue().getIntValue())
                    .isEqualTo(4294967291L);
            assertThat(attributes.get("jumpvpn.again").getValue().getBoolValue())
                    .isTrue();
            assertThat(attributes
                            .get("jumpvpn.inner")
                            .getValue()
                            .getArrayValue()
                            .getValuesCount())
                    .isEqualTo(2);
            assertThat(log.getTimeUnixNano()).isEqualTo((Samples.WALL_MILLIS + 1000L * i) * 1_000_000);
            assertThat(log.getBody().getStringValue()).startsWith("{\"schema\":\"jumpvpn.event/2\"");
        }
    }

    private static Map<String, Span> byName(List<Span> spans) {
        return spans.stream().collect(Collectors.toMap(Span::getName, span -> span));
    }

    /** The client's side of one trace: detect, request and switch inside the reattach. */
    @Test
    void aReattachIsATrace() throws Exception {
        OtlpEvents otlp = events();
        otlp.deliver(Samples.jump().subList(0, 4));
        otlp.deliver(Samples.jump().subList(4, 7));
        otlp.close();
        assertThat(receiver.traces).hasSize(1);
        Map<String, Span> spans = byName(
                receiver.traces.getFirst().getResourceSpans(0).getScopeSpans(0).getSpansList());
        Span root = spans.get("reattach");
        assertThat(spans).containsOnlyKeys("reattach", "detect", "request", "switch");
        assertThat(root.getParentSpanId()).isEqualTo(ByteString.EMPTY);
        assertThat(root.getTraceId().size()).isEqualTo(16);
        assertThat(root.getSpanId().size()).isEqualTo(8);
        for (String child : List.of("detect", "request", "switch")) {
            assertThat(spans.get(child).getTraceId()).isEqualTo(root.getTraceId());
            assertThat(spans.get(child).getParentSpanId()).isEqualTo(root.getSpanId());
        }
        assertThat(spans.values())
                .extracting(Span::getName, span -> (span.getEndTimeUnixNano() - span.getStartTimeUnixNano()) / 1e9)
                .containsExactlyInAnyOrder(
                        tuple("reattach", 5.0), tuple("detect", 1.0), tuple("request", 2.0), tuple("switch", 1.0));
        assertThat(root.getStartTimeUnixNano()).isEqualTo((Samples.WALL_MILLIS + 1000) * 1_000_000);
        assertThat(root.getEventsList())
                .extracting(Span.Event::getName)
                .contains("REATTACH_REQUEST_SENT", "TRANSPORT_SWITCH");
    }

    /** The gateway's spans hang below the client's request though the two never spoke of it. */
    @Test
    void bothEndsMeetInOneTrace() throws Exception {
        OtlpEvents client = events();
        client.deliver(Samples.jump());
        client.close();
        OtlpEvents gateway = events();
        gateway.deliver(List.of(
                atGateway(
                        0,
                        EventType.STATE_CHANGE,
                        ReasonCode.PEER_REPORTED,
                        SessionState.ATTACHED,
                        SessionState.RECOVERING),
                atGateway(1, EventType.REATTACH_REQUEST_RECEIVED, ReasonCode.PEER_REPORTED, null, null),
                atGateway(
                        2,
                        EventType.STATE_CHANGE,
                        ReasonCode.REATTACH_ACCEPT,
                        SessionState.RECOVERING,
                        SessionState.ATTACHED)));
        gateway.close();
        List<Map<String, Span>> ends = receiver.traces.stream()
                .map(request ->
                        byName(request.getResourceSpans(0).getScopeSpans(0).getSpansList()))
                .toList();
        assertThat(ends.get(1)).containsOnlyKeys("gates", "bind");
        assertThat(ends.get(1).get("gates").getTraceId())
                .isEqualTo(ends.get(0).get("request").getTraceId());
        assertThat(ends.get(1).get("gates").getParentSpanId())
                .isEqualTo(ends.get(0).get("request").getSpanId());
    }

    private static NumberedEvent atGateway(
            long seq, EventType type, ReasonCode reason, SessionState from, SessionState to) {
        Event sample = Samples.of(seq, type, reason, from, to).event();
        Event event = new Event(
                sample.nanos(),
                type,
                reason,
                Role.GATEWAY,
                sample.sessionId(),
                sample.version(),
                from,
                to,
                null,
                0,
                List.of());
        return new NumberedEvent(event, seq, Samples.WALL_MILLIS);
    }

    @Test
    void logsThatArrivedAreNotSentAgainWhenTracesFail() throws Exception {
        OtlpEvents otlp = events();
        receiver.answer = 503;
        List<NumberedEvent> jump = Samples.jump();
        assertThatThrownBy(() -> otlp.deliver(jump)).isInstanceOf(IOException.class);
        receiver.answer = 200;
        otlp.deliver(jump);
        otlp.close();
        assertThat(receiver.logs).hasSize(1);
        assertThat(receiver.traces).hasSize(1);
    }

    @Test
    void theSpansOfARefusedBatchAreGivenUpWithIt() throws Exception {
        OtlpEvents otlp = events();
        receiver.answer = 400;
        List<NumberedEvent> jump = Samples.jump();
        assertThatThrownBy(() -> otlp.deliver(jump)).isInstanceOf(Exporter.RefusedException.class);
        receiver.answer = 200;
        otlp.deliver(jump.subList(0, 1));
        otlp.close();
        assertThat(receiver.logs).hasSize(1);
        assertThat(receiver.traces).isEmpty();
    }

    private static Message rejecting(long records) {
        return ExportLogsServiceResponse.newBuilder()
                .setPartialSuccess(ExportLogsPartialSuccess.newBuilder()
                        .setRejectedLogRecords(records)
                        .setErrorMessage("too old\n".repeat(400)))
                .build();
    }

    /** 200, but not for all: what was left out is lost, is never sent again, and is counted; a whole success follows. */
    @Test
    void whatAReceiverLeavesOutIsCountedAndSaid() throws Exception {
        List<String> said = Collections.synchronizedList(new ArrayList<>());
        receiver.bodies.put("logs", rejecting(3));
        try (Sink sink = new Sink("otlp", events(), 1024, new Sink.Voice(Role.CLIENT, () -> 0, said::add))) {
            Samples.jump().forEach(sink::offer);
            int all = Samples.jump().size();
            sink.start();
            await().until(() -> sink.counts().dropped() == 3);
            assertThat(sink.counts()).isEqualTo(new Sink.Counts(all, all - 3, 3, 1, 0, 1024));
            assertThat(receiver.traces).hasSize(1);
            await().until(() -> said.size() == 2);
        }
        assertThat(receiver.logs).hasSize(2);
        List<LogRecord> second =
                receiver.logs.get(1).getResourceLogs(0).getScopeLogs(0).getLogRecordsList();
        assertThat(second).extracting(LogRecord::getEventName).first().isEqualTo("jumpvpn.EVENTS_DROPPED");
        assertThat(attributes(second.getFirst().getAttributesList())
                        .get("jumpvpn.count")
                        .getValue()
                        .getIntValue())
                .isEqualTo(3);
        assertThat(said.getFirst())
                .contains("/v1/logs refused 3 of 7 log records: too old too old")
                .endsWith("they are dropped and counted");
        assertThat(said.get(1)).contains("since the start 3 were dropped");
    }

    @Test
    void whatIsLeftOutIsKeptInMindUntilTheSpansAreThere() throws Exception {
        OtlpEvents otlp = events();
        receiver.bodies.put("logs", rejecting(2));
        receiver.bodies.put("traces", rejecting(1));
        receiver.refusedPath = "traces";
        List<NumberedEvent> jump = Samples.jump();
        assertThatThrownBy(() -> otlp.deliver(jump))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(Exporter.RefusedException.class);
        receiver.refusedPath = "";
        assertThatThrownBy(() -> otlp.deliver(jump))
                .isInstanceOf(Exporter.RefusedException.class)
                .hasMessageContaining("refused 2 of");
        otlp.deliver(List.of()); // and then it is over
        otlp.close();
        assertThat(receiver.logs).hasSize(2);
    }

    @Test
    void anAnswerThatIsNoneRejectsNothing() {
        for (String body : List.of("", "{}", "ok", "\nok", "<html>", "\u0008\u0001")) {
            assertThat(PartialSuccess.of(body.getBytes(StandardCharsets.UTF_8)).rejected())
                    .as(body)
                    .isZero();
        }
        byte[] cut = Arrays.copyOf(rejecting(300).toByteArray(), 60);
        assertThat(PartialSuccess.of(cut).rejected()).isEqualTo(300);
        assertThat(PartialSuccess.of(cut).message())
                .startsWith("too old too old")
                .hasSizeLessThan(60);
    }

    @Test
    void figuresAreMetrics() throws Exception {
        List<Metric> metrics = List.of(
                new Metric.Figures(
                        "jumpvpn_x_total",
                        "Help.",
                        "bytes",
                        true,
                        List.of(new Metric.Sample(Map.of("reason", "R"), 7))),
                new Metric.Figures("jumpvpn_y", "Help.", "", false, List.of(new Metric.Sample(Map.of(), 0.5))),
                new Metric.Histogram(
                        "jumpvpn_z_seconds",
                        "Help.",
                        "seconds",
                        List.of(0.1, 1.0),
                        List.of(new Metric.Spread(Map.of(), List.of(1L, 2L, 3L), 9.5))));
        List<String> said = new ArrayList<>();
        OtlpMetrics otlp = new OtlpMetrics(
                receiver.url(), "gw1", "gateway", "a", () -> metrics, new HttpPost(Trust.in(null), null), said::add);
        otlp.start();
        await().until(() -> !receiver.metrics.isEmpty() || !receiver.problems.isEmpty());
        otlp.close();
        List<io.opentelemetry.proto.metrics.v1.Metric> got = receiver.metrics
                .getFirst()
                .getResourceMetrics(0)
                .getScopeMetrics(0)
                .getMetricsList();
        assertThat(got)
                .extracting(
                        io.opentelemetry.proto.metrics.v1.Metric::getName,
                        io.opentelemetry.proto.metrics.v1.Metric::getUnit,
                        io.opentelemetry.proto.metrics.v1.Metric::getDataCase)
                .containsExactly(
                        tuple("jumpvpn_x_total", "By", DataCase.SUM),
                        tuple("jumpvpn_y", "1", DataCase.GAUGE),
                        tuple("jumpvpn_z_seconds", "s", DataCase.HISTOGRAM));
        assertThat(got.get(0).getSum().getIsMonotonic()).isTrue();
        assertThat(got.get(0).getSum().getAggregationTemporality())
                .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
        assertThat(got.get(0).getSum().getDataPoints(0).getAsDouble()).isEqualTo(7);
        assertThat(got.get(1).getGauge().getDataPoints(0).getAsDouble()).isEqualTo(0.5);
        HistogramDataPoint point = got.get(2).getHistogram().getDataPoints(0);
        assertThat(point.getBucketCountsList()).containsExactly(1L, 2L, 3L);
        assertThat(point.getExplicitBoundsList()).containsExactly(0.1, 1.0);
        assertThat(point.getCount()).isEqualTo(6);
        assertThat(said).isEmpty();
    }
}
