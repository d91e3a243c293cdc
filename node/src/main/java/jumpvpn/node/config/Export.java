package jumpvpn.node.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where events, and for OTLP figures, go besides the file that {@code events} names: an {@code [[export]]} of either file.
 *
 * @param name unique in the file; stands in figures and messages
 * @param url where to; null for {@link To#FILE}
 * @param path the file; null for all others
 * @param format null: the kind's own
 * @param rotateBytes a larger file becomes {@code NAME.1}; 0: none does
 * @param keep how many full files are kept
 * @param ca whom to trust over TLS, in PEM; null: whom the JDK trusts
 * @param token the file with the secret that is sent as {@code Authorization: Bearer}; null: none
 * @param queue events that wait at most
 * @param signals what an OTLP receiver gets
 * @param line of the section
 */
public record Export(
        To to,
        String name,
        @Nullable URI url,
        @Nullable Path path,
        @Nullable Format format,
        long rotateBytes,
        int keep,
        @Nullable Path ca,
        @Nullable Path token,
        int queue,
        Set<Signal> signals,
        int line) {
    /** Kinds of outlets. */
    public enum To {
        /** JSON lines, with rotation. */
        FILE,
        /** RFC 5424, by {@code udp}, {@code tcp} or {@code tls}. */
        SYSLOG,
        /** JSON arrays by HTTP POST. */
        WEBHOOK,
        /** OpenTelemetry over HTTP. */
        OTLP
    }

    /** What an event looks like. */
    public enum Format {
        /** As in the file that {@code events} names. */
        EVENT,
        /** Elastic Common Schema. */
        ECS
    }

    /** What OTLP carries. */
    public enum Signal {
        /** Each event. */
        LOGS,
        /** All figures, every 15 s. */
        METRICS,
        /** Each reattach. */
        TRACES
    }
}
