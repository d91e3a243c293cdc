package jumpvpn.node.observability.otlp;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import jumpvpn.node.observability.HttpPost;
import jumpvpn.node.observability.Metric;

/** Sends all figures to an OTLP receiver (opentelemetry/proto/metrics/v1) once every 15 s, cumulative; what can't be sent is not kept: the next says it all. */
public final class OtlpMetrics implements AutoCloseable {
    private static final long INTERVAL_MILLIS = 15_000;
    private static final int CUMULATIVE = 2;

    private final URI url;
    private final Otlp.Resource resource;
    private final Supplier<List<Metric>> metrics;
    private final HttpPost http;
    private final Consumer<String> log;
    private final long startMillis = System.currentTimeMillis();
    private final Thread thread = new Thread(this::run, "otlp-metrics");
    private boolean failed;

    /**
     * Sends from {@link #start} on, {@code /v1/metrics} below this address.
     *
     * @param node the node's name
     * @param role {@code client} or {@code gateway}
     * @param start names this start of the node
     */
    public OtlpMetrics(
            URI base,
            String node,
            String role,
            String start,
            Supplier<List<Metric>> metrics,
            HttpPost http,
            Consumer<String> log) {
        this.url = OtlpEvents.below(base, "metrics");
        this.resource = new Otlp.Resource(node, role, start);
        this.metrics = metrics;
        this.http = http;
        this.log = log;
        thread.setDaemon(true);
    }

    /** Sends the first at once. */
    public void start() {
        thread.start();
    }

    private void run() {
        try {
            while (true) {
                send();
                Thread.sleep(INTERVAL_MILLIS);
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    private void send() throws InterruptedException {
        try {
            byte[] request = request(metrics.get(), System.currentTimeMillis());
            PartialSuccess answer = PartialSuccess.of(http.post(url, OtlpEvents.CONTENT_TYPE, request));
            if (answer.rejected() > 0) {
                throw answer.refusal(url, "data points", 0);
            }
            failed = false;
        } catch (IOException e) {
            if (!failed) {
                failed = true;
                log.accept("metrics do not reach " + url + ": " + e.getMessage() + "; it is tried again every "
                        + INTERVAL_MILLIS / 1000 + " s");
            }
        }
    }

    private byte[] request(List<Metric> all, long nowMillis) {
        List<Proto> items = new ArrayList<>();
        for (Metric metric : all) {
            Proto item =
                    new Proto().text(1, metric.name()).text(2, metric.help()).text(3, unit(metric));
            switch (metric) {
                case Metric.Figures figures -> {
                    Proto points = new Proto();
                    figures.samples().forEach(sample -> points.message(1, point(sample, nowMillis)));
                    item.message(
                            figures.counts() ? 7 : 5,
                            figures.counts() ? points.varint(2, CUMULATIVE).varint(3, 1) : points);
                }
                case Metric.Histogram histogram -> {
                    Proto points = new Proto();
                    histogram.spreads().forEach(spread -> points.message(1, point(histogram, spread, nowMillis)));
                    item.message(9, points.varint(2, CUMULATIVE));
                }
            }
            items.add(item);
        }
        return Otlp.request(resource, items);
    }

    /** As UCUM writes it. */
    private static String unit(Metric metric) {
        return switch (metric.unit()) {
            case "seconds" -> "s";
            case "bytes" -> "By";
            case "" -> "1";
            default -> "{" + metric.unit() + "}";
        };
    }

    private Proto point(Metric.Sample sample, long nowMillis) {
        Proto point = new Proto()
                .fixed64(2, Otlp.unixNanos(startMillis))
                .fixed64(3, Otlp.unixNanos(nowMillis))
                .number(4, sample.value());
        labels(point, 7, sample.labels());
        return point;
    }

    private Proto point(Metric.Histogram histogram, Metric.Spread spread, long nowMillis) {
        Proto point = new Proto()
                .fixed64(2, Otlp.unixNanos(startMillis))
                .fixed64(3, Otlp.unixNanos(nowMillis))
                .fixed64(4, spread.count())
                .number(5, spread.sum());
        spread.counts().forEach(count -> point.fixed64(6, count));
        histogram.bounds().forEach(bound -> point.number(7, bound));
        labels(point, 9, spread.labels());
        return point;
    }

    private static void labels(Proto point, int field, Map<String, String> labels) {
        labels.forEach((name, value) -> Otlp.attribute(point, field, name, value));
    }

    @Override
    public void close() {
        thread.interrupt();
        http.close();
    }
}
