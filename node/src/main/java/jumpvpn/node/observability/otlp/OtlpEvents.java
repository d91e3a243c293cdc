package jumpvpn.node.observability.otlp;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.node.observability.EventFormat;
import jumpvpn.node.observability.Exporter;
import jumpvpn.node.observability.HttpPost;
import jumpvpn.node.observability.NumberedEvent;
import jumpvpn.node.observability.Reattaches;
import org.jspecify.annotations.Nullable;

/** Events to an OTLP receiver: each as a log record, each reattach that ended as spans. */
public final class OtlpEvents implements Exporter {
    static final String CONTENT_TYPE = "application/x-protobuf";

    private static final long LINGER_MILLIS = 200;

    private final URI base;
    private final boolean logs;
    private final boolean traces;
    private final Otlp.Resource resource;
    private final LogRecords records;
    private final HttpPost http;
    private final List<Proto> spans = new ArrayList<>();
    private final Reattaches reattaches = new Reattaches(ended -> spans.addAll(ReattachSpans.of(ended)));
    private @Nullable List<NumberedEvent> begun;
    private boolean areLogsThere;
    private @Nullable RefusedException leftOut;

    /**
     * To the receiver at this address, {@code /v1/logs} and {@code /v1/traces} below it.
     *
     * @param node the node's name
     * @param role {@code client} or {@code gateway}
     * @param start names this start of the node
     * @param body what stands in a log record's body
     * @param logs whether events go there
     * @param traces whether reattaches go there
     */
    public OtlpEvents(
            URI base,
            String node,
            String role,
            String start,
            EventFormat body,
            boolean logs,
            boolean traces,
            HttpPost http) {
        this.base = base;
        this.logs = logs;
        this.traces = traces;
        this.resource = new Otlp.Resource(node, role, start);
        this.records = new LogRecords(body);
        this.http = http;
    }

    static URI below(URI base, String signal) {
        return URI.create(base.toString().replaceAll("/+$", "") + "/v1/" + signal);
    }

    @Override
    public void deliver(List<NumberedEvent> batch) throws IOException, InterruptedException {
        if (begun != batch) {
            begun = batch;
            areLogsThere = !logs;
            leftOut = null;
            if (traces) {
                batch.forEach(reattaches::take);
            }
        }
        try {
            send(batch);
        } catch (RefusedException e) {
            spans.clear(); // the batch is given up
            throw e;
        }
        begun = null;
    }

    private void send(List<NumberedEvent> batch) throws IOException, InterruptedException {
        if (!areLogsThere) {
            byte[] request =
                    Otlp.request(resource, batch.stream().map(records::of).toList());
            URI url = below(base, "logs");
            PartialSuccess answer = PartialSuccess.of(http.post(url, CONTENT_TYPE, request));
            areLogsThere = true;
            if (answer.rejected() > 0) {
                leftOut = answer.refusal(url, "of " + batch.size() + " log records", answer.rejected());
            }
        }
        if (!spans.isEmpty()) {
            URI url = below(base, "traces");
            PartialSuccess answer = PartialSuccess.of(http.post(url, CONTENT_TYPE, Otlp.request(resource, spans)));
            spans.clear();
            if (answer.rejected() > 0 && leftOut == null) {
                leftOut = answer.refusal(url, "spans", 0); // of events that did arrive
            }
        }
        if (leftOut != null) {
            throw leftOut;
        }
    }

    @Override
    public long lingerMillis() {
        return LINGER_MILLIS;
    }

    @Override
    public void close() {
        http.close();
    }
}
