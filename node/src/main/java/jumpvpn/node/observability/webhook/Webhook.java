package jumpvpn.node.observability.webhook;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import jumpvpn.node.observability.EventFormat;
import jumpvpn.node.observability.Exporter;
import jumpvpn.node.observability.HttpPost;
import jumpvpn.node.observability.NumberedEvent;

/** Posts events as one JSON array of up to some hundred. An answer of 2xx takes them; what got no answer comes again, so the other side may see an event twice. */
public final class Webhook implements Exporter {
    private static final long LINGER_MILLIS = 200;

    private final URI url;
    private final EventFormat format;
    private final HttpPost http;

    /** To this address. */
    public Webhook(URI url, EventFormat format, HttpPost http) {
        this.url = url;
        this.format = format;
        this.http = http;
    }

    @Override
    public void deliver(List<NumberedEvent> batch) throws IOException, InterruptedException {
        String array = batch.stream().map(format::line).collect(Collectors.joining(",", "[", "]"));
        http.post(url, "application/json", array.getBytes(StandardCharsets.UTF_8));
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
