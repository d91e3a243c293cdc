package jumpvpn.node.runtime;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import jumpvpn.core.session.Role;
import jumpvpn.node.config.Export;
import jumpvpn.node.config.Exports;
import jumpvpn.node.config.NodeConfig;
import jumpvpn.node.observability.EventCounts;
import jumpvpn.node.observability.EventFormat;
import jumpvpn.node.observability.Exporter;
import jumpvpn.node.observability.HttpPost;
import jumpvpn.node.observability.Metric;
import jumpvpn.node.observability.ReattachFigures;
import jumpvpn.node.observability.Trust;
import jumpvpn.node.observability.jsonl.EcsJson;
import jumpvpn.node.observability.jsonl.JsonLinesFile;
import jumpvpn.node.observability.otlp.OtlpEvents;
import jumpvpn.node.observability.otlp.OtlpMetrics;
import jumpvpn.node.observability.prometheus.MetricsServer;
import jumpvpn.node.observability.syslog.SyslogDatagrams;
import jumpvpn.node.observability.syslog.SyslogMessage;
import jumpvpn.node.observability.syslog.SyslogStream;
import jumpvpn.node.observability.webhook.Webhook;
import jumpvpn.node.transport.SocketAddresses;
import org.jspecify.annotations.Nullable;

/** Makes the outlets that a node's file asks for. Nothing of them, and nothing of this, is loaded where it asks for none. */
final class Exporting {
    private final NodeConfig config;
    private final Role role;
    private final EventLog events;
    private final Log log;
    private final Opened opened;
    private final Supplier<Reply> status;
    private @Nullable NodeMetrics metrics;

    private Exporting(NodeConfig config, Role role, EventLog events, Log log, Opened opened, Supplier<Reply> status) {
        this.config = config;
        this.role = role;
        this.events = events;
        this.log = log;
        this.opened = opened;
        this.status = status;
    }

    /**
     * Adds the outlets, before the events' start.
     *
     * @param status asks the node how it is; asked when the events have started
     */
    static void add(NodeConfig config, Role role, EventLog events, Log log, Opened opened, Supplier<Reply> status)
            throws StartException {
        new Exporting(config, role, events, log, opened, status).add(config.exports());
    }

    private void add(Exports exports) throws StartException {
        for (Export export : exports.list()) {
            try {
                add(export);
            } catch (IOException e) {
                throw new StartException(
                        config.file() + ":" + export.line() + ": cannot export to \"" + export.name() + "\" ("
                                + EventLog.reason(e) + "); change this section",
                        e);
            }
        }
        Exports.Metrics asked = exports.metrics();
        if (asked != null) {
            serve(asked);
        }
    }

    private void add(Export export) throws IOException {
        if (export.to() == Export.To.OTLP && export.signals().contains(Export.Signal.METRICS)) {
            send(export, Objects.requireNonNull(export.url()));
            if (export.signals().size() == 1) {
                return; // no events
            }
        }
        Exporter exporter = switch (export.to()) {
            case FILE ->
                new JsonLinesFile(
                        Objects.requireNonNull(export.path()), format(export), export.rotateBytes(), export.keep());
            case SYSLOG -> syslog(export, Objects.requireNonNull(export.url()));
            case WEBHOOK -> new Webhook(Objects.requireNonNull(export.url()), format(export), http(export));
            case OTLP -> otlp(export, Objects.requireNonNull(export.url()));
        };
        events.add(export.name(), exporter, export.queue());
    }

    private EventFormat format(Export export) {
        return export.format() == Export.Format.ECS ? new EcsJson(config.name(), events.startName()) : events.json();
    }

    private Exporter syslog(Export export, URI url) throws IOException {
        String host = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        EventFormat text = export.format() == null ? null : format(export);
        SyslogMessage message = new SyslogMessage(host, config.name(), events.startName(), text);
        return switch (url.getScheme()) {
            case "udp" -> new SyslogDatagrams(url.getHost(), url.getPort(), message);
            case "tcp" -> new SyslogStream(url.getHost(), url.getPort(), null, message);
            default -> new SyslogStream(url.getHost(), url.getPort(), Trust.in(export.ca()), message);
        };
    }

    private static HttpPost http(Export export) throws IOException {
        Path token = export.token();
        return new HttpPost(Trust.in(export.ca()), token == null ? null : token(token));
    }

    /** Neither what the file holds nor its name, which may be a token put in a wrong place, goes into a message: the section's line says which file. */
    private static String token(Path file) throws IOException {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
        } catch (IOException e) {
            throw new IOException("the file that \"token\" names is not there, or can't be read", e);
        }
        if (!text.matches("[\\x21-\\x7e]+")) {
            throw new IOException(
                    "the file that \"token\" names must hold the token alone: one line of printable characters without blanks");
        }
        return text;
    }

    private void send(Export export, URI url) throws IOException {
        OtlpMetrics sender = new OtlpMetrics(
                url, config.name(), role.label(), events.startName(), metrics(), http(export), log::warn);
        opened.add(sender::close);
        events.whenStarted(sender::start);
    }

    private Exporter otlp(Export export, URI url) throws IOException {
        return new OtlpEvents(
                url,
                config.name(),
                role.label(),
                events.startName(),
                format(export),
                export.signals().contains(Export.Signal.LOGS),
                export.signals().contains(Export.Signal.TRACES),
                http(export));
    }

    private Supplier<List<Metric>> metrics() {
        NodeMetrics known = metrics;
        if (known == null) {
            ReattachFigures reattaches = new ReattachFigures();
            EventCounts counts = new EventCounts();
            events.count(counts);
            events.add("metrics", reattaches, EventLog.QUEUE);
            known = new NodeMetrics(config.name(), role, status, events, counts, reattaches);
            metrics = known;
        }
        return known::now;
    }

    private void serve(Exports.Metrics asked) throws StartException {
        try {
            MetricsServer server = new MetricsServer(SocketAddresses.of(asked.address()), asked.path(), metrics());
            opened.add(server::close);
            events.whenStarted(server::start);
        } catch (IOException e) {
            throw new StartException(
                    config.file() + ":" + asked.line() + ": cannot listen at " + asked.address() + " (" + e.getMessage()
                            + "); choose another port, or end what has it",
                    e);
        }
    }
}
