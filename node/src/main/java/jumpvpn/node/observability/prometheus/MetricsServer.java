package jumpvpn.node.observability.prometheus;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import jumpvpn.node.observability.HttpListener;
import jumpvpn.node.observability.Metric;

/** Answers scrapes on one address and path, in OpenMetrics to who asks for it, else in Prometheus's older format. Figures are as old as a second. */
public final class MetricsServer implements AutoCloseable {
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final String OPEN = "application/openmetrics-text";

    private final Supplier<List<Metric>> metrics;
    private final String path;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private List<Metric> newest = List.of();
    private long newestNanos;

    /**
     * Takes the address; answers from {@link #start} on.
     *
     * @param metrics asked at most once a second
     */
    public MetricsServer(InetSocketAddress address, String path, Supplier<List<Metric>> metrics) throws IOException {
        this.metrics = metrics;
        this.path = path;
        this.server = HttpListener.open(address);
        server.createContext("/", this::answer);
        server.setExecutor(threads);
    }

    /** Answers from now on. */
    public void start() {
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean isGet = exchange.getRequestMethod().equals("GET");
            if (!isGet || !exchange.getRequestURI().getPath().equals(path)) {
                exchange.sendResponseHeaders(isGet ? 404 : 405, -1);
                return;
            }
            String accepted = String.valueOf(exchange.getRequestHeaders().getFirst("Accept"));
            boolean isOpen = accepted.contains(OPEN);
            byte[] text = MetricsText.of(fresh(), isOpen).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders()
                    .set(
                            "Content-Type",
                            (isOpen ? OPEN + "; version=1.0.0" : "text/plain; version=0.0.4") + "; charset=utf-8");
            exchange.sendResponseHeaders(200, text.length);
            exchange.getResponseBody().write(text);
        }
    }

    private synchronized List<Metric> fresh() {
        long now = System.nanoTime();
        if (newest.isEmpty() || now - newestNanos > FRESH_NANOS) {
            newest = metrics.get();
            newestNanos = now;
        }
        return newest;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
