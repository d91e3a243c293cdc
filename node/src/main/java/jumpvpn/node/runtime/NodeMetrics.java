package jumpvpn.node.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionState;
import jumpvpn.node.observability.EventCounts;
import jumpvpn.node.observability.Metric;
import jumpvpn.node.observability.ReattachFigures;
import jumpvpn.node.observability.Sink;

/** A node's figures. No label names a session, a client or an address: their number must not grow with those. */
final class NodeMetrics {
    private static final double MILLIS_PER_SECOND = 1e3;

    private final String node;
    private final Role role;
    private final Supplier<Reply> status;
    private final EventLog events;
    private final EventCounts counts;
    private final ReattachFigures reattaches;
    private final double startSeconds = System.currentTimeMillis() / MILLIS_PER_SECOND;

    NodeMetrics(
            String node,
            Role role,
            Supplier<Reply> status,
            EventLog events,
            EventCounts counts,
            ReattachFigures reattaches) {
        this.node = node;
        this.role = role;
        this.status = status;
        this.events = events;
        this.counts = counts;
        this.reattaches = reattaches;
    }

    /** At this moment; what the node does not answer in time is left out. */
    List<Metric> now() {
        List<Metric> all = new ArrayList<>();
        all.add(gauge(
                "jumpvpn_node_info", "", "Always 1; says who this is.", Map.of("node", node, "role", role.label()), 1));
        all.add(gauge(
                "jumpvpn_start_time_seconds",
                "seconds",
                "When the node was started, since 1970.",
                Map.of(),
                startSeconds));
        if (status.get() instanceof Reply.Status answered) {
            of(all, answered.status());
            all.addAll(TunnelMetrics.of(answered.status().interfaceName()));
        }
        all.add(emitted());
        all.addAll(reattaches.metrics());
        sinks(all);
        all.addAll(ProcessMetrics.now());
        return all;
    }

    private static void of(List<Metric> all, NodeStatus node) {
        switch (node) {
            case NodeStatus.Client client -> all.add(sessions(List.of(client.session())));
            case NodeStatus.Gateway gateway -> {
                all.add(sessions(gateway.sessions()));
                all.add(gauge(
                        "jumpvpn_clients", "", "Clients that the gateway's file knows.", Map.of(), gateway.clients()));
                if (gateway.state() != null) {
                    all.add(gauge(
                            "jumpvpn_state_writable",
                            "",
                            "1 while commits reach the state folder, 0 once it refused one.",
                            Map.of(),
                            gateway.stateProblem() == null ? 1 : 0));
                }
                all.add(listeners(gateway.transports()));
            }
        }
        List<Metric.Sample> drops = Arrays.stream(DropReason.values())
                .map(reason -> new Metric.Sample(
                        Map.of("reason", lower(reason)), node.drops().get(reason)))
                .toList();
        all.add(new Metric.Figures(
                "jumpvpn_dropped_packets_total", "Packets that went no further, by reason.", "packets", true, drops));
    }

    private static Metric sessions(List<SessionStatus> sessions) {
        Map<SessionState, Integer> byState = new EnumMap<>(SessionState.class);
        for (SessionState state : SessionState.values()) {
            byState.put(state, 0);
        }
        sessions.forEach(session -> byState.merge(session.state(), 1, Integer::sum));
        List<Metric.Sample> samples = new ArrayList<>();
        byState.forEach((state, count) -> samples.add(new Metric.Sample(Map.of("state", state.name()), count)));
        return new Metric.Figures("jumpvpn_sessions", "Sessions now, by state.", "", false, samples);
    }

    /** A gateway's listeners stay, so these only count up; a client's paths come and go. */
    private static Metric listeners(List<TransportStatus> transports) {
        Map<Map<String, String>, Long> sums = new LinkedHashMap<>();
        for (TransportStatus transport : transports) {
            String protocol =
                    transport.id().substring(0, Math.max(0, transport.id().indexOf(':')));
            transport.counts().forEach((counter, count) -> {
                Map<String, String> labels = new LinkedHashMap<>();
                labels.put("protocol", protocol);
                labels.put("counter", lower(counter));
                sums.merge(labels, count, Long::sum);
            });
        }
        List<Metric.Sample> samples = new ArrayList<>();
        sums.forEach((labels, sum) -> samples.add(new Metric.Sample(labels, sum)));
        return new Metric.Figures(
                "jumpvpn_transport_total", "What the gateway's listeners counted, as in `status`.", "", true, samples);
    }

    private Metric emitted() {
        List<Metric.Sample> samples = new ArrayList<>();
        for (EventType type : EventType.values()) {
            for (ReasonCode reason : ReasonCode.values()) {
                long count = counts.get(type, reason);
                if (count > 0) {
                    Map<String, String> labels = new LinkedHashMap<>();
                    labels.put("type", type.name());
                    labels.put("reason", reason.name());
                    samples.add(new Metric.Sample(labels, count));
                }
            }
        }
        return new Metric.Figures("jumpvpn_events_total", "Events emitted, by type and reason.", "", true, samples);
    }

    private void sinks(List<Metric> all) {
        all.add(sinks(
                "jumpvpn_sink_offered_events_total",
                "events",
                "Events offered to a sink.",
                true,
                Sink.Counts::offered));
        all.add(sinks(
                "jumpvpn_sink_written_events_total", "events", "Of those, handed over.", true, Sink.Counts::written));
        all.add(sinks(
                "jumpvpn_sink_dropped_events_total", "events", "Of those, given up.", true, Sink.Counts::dropped));
        all.add(sinks(
                "jumpvpn_sink_failures_total", "", "Attempts of a sink that failed.", true, Sink.Counts::failures));
        all.add(sinks(
                "jumpvpn_sink_queue_events", "events", "Events that wait in a sink.", false, Sink.Counts::queued));
        all.add(sinks(
                "jumpvpn_sink_queue_capacity_events", "events", "Events that may wait.", false, Sink.Counts::capacity));
    }

    private Metric sinks(
            String name, String unit, String help, boolean isCounter, ToDoubleFunction<Sink.Counts> figure) {
        List<Metric.Sample> samples = events.sinks().stream()
                .map(sink -> new Metric.Sample(Map.of("sink", sink.name()), figure.applyAsDouble(sink.counts())))
                .toList();
        return new Metric.Figures(name, help, unit, isCounter, samples);
    }

    static Metric gauge(String name, String unit, String help, Map<String, String> labels, double value) {
        return new Metric.Figures(name, help, unit, false, List.of(new Metric.Sample(labels, value)));
    }

    private static String lower(Enum<?> one) {
        return one.name().toLowerCase(Locale.ROOT);
    }
}
