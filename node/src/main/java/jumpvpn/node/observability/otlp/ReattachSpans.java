package jumpvpn.node.observability.otlp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Role;
import jumpvpn.node.observability.NumberedEvent;
import jumpvpn.node.observability.Reattach;
import org.jspecify.annotations.Nullable;

/**
 * A reattach as spans (opentelemetry/proto/trace/v1). Trace and span identifiers come from session and epoch, so that both ends' spans meet in one trace without a word
 * between them: the client says {@code reattach} with {@code detect}, {@code request} and {@code switch} below it, the gateway {@code gates} and {@code bind} below the client's
 * {@code request}.
 */
final class ReattachSpans {
    private static final int INTERNAL = 1;
    private static final int SERVER = 2;
    private static final int CLIENT = 3;
    private static final int ERROR = 2;
    private static final int TRACE_BYTES = 16;
    private static final int SPAN_BYTES = 8;

    private final Reattach reattach;
    private final byte[] trace;
    private final long offsetNanos;
    private final List<Proto> spans = new ArrayList<>();

    private ReattachSpans(Reattach reattach) {
        this.reattach = reattach;
        this.trace = Arrays.copyOf(digest("trace"), TRACE_BYTES);
        NumberedEvent last = reattach.events().getLast();
        this.offsetNanos = Otlp.unixNanos(last.wallMillis()) - last.event().nanos();
    }

    static List<Proto> of(Reattach reattach) {
        ReattachSpans spans = new ReattachSpans(reattach);
        if (reattach.role() == Role.CLIENT) {
            spans.client();
        } else {
            spans.gateway();
        }
        return spans.spans;
    }

    private byte[] digest(String what) {
        ByteBuffer seed = ByteBuffer.allocate(TRACE_BYTES + Integer.BYTES);
        reattach.session().encode(seed);
        seed.putInt(reattach.version().epoch() + (reattach.isBound() ? 0 : 1));
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(what.getBytes(StandardCharsets.US_ASCII));
            return digest.digest(seed.array());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    private byte[] span(String name) {
        return Arrays.copyOf(digest(name), SPAN_BYTES);
    }

    private long firstNanos(EventType type, long otherwise) {
        return reattach.events().stream()
                .map(NumberedEvent::event)
                .filter(event -> event.type() == type)
                .mapToLong(Event::nanos)
                .findFirst()
                .orElse(otherwise);
    }

    private void client() {
        long begin = reattach.events().getFirst().event().nanos();
        long request = firstNanos(EventType.REATTACH_REQUEST_SENT, reattach.endNanos());
        long answer = firstNanos(EventType.REATTACH_ACK_RECEIVED, reattach.endNanos());
        add("reattach", null, INTERNAL, begin, reattach.endNanos(), true);
        add("detect", "reattach", INTERNAL, begin, reattach.recoveringNanos(), false);
        if (request < reattach.endNanos()) {
            add("request", "reattach", CLIENT, request, answer, false);
        }
        if (reattach.isBound()) {
            add("switch", "reattach", INTERNAL, answer, reattach.endNanos(), false);
        }
    }

    private void gateway() {
        long received = firstNanos(EventType.REATTACH_REQUEST_RECEIVED, reattach.endNanos());
        add("gates", "request", SERVER, received, reattach.endNanos(), true);
        if (reattach.isBound()) {
            add("bind", "gates", INTERNAL, received, reattach.endNanos(), false);
        }
    }

    private void add(String name, @Nullable String parent, int kind, long from, long to, boolean isWhole) {
        Proto span = new Proto().bytes(1, trace).bytes(2, span(name));
        if (parent != null) {
            span.bytes(4, span(parent));
        }
        span.text(5, name).varint(6, kind).fixed64(7, offsetNanos + from).fixed64(8, offsetNanos + to);
        Otlp.attribute(span, 9, "jumpvpn.session_id", reattach.session());
        Otlp.attribute(span, 9, "jumpvpn.cause", reattach.cause());
        Otlp.attribute(span, 9, "jumpvpn.outcome", reattach.outcome());
        if (isWhole) {
            Otlp.attribute(span, 9, "jumpvpn.state_version", reattach.version());
            for (NumberedEvent event : reattach.events()) {
                span.message(11, happened(event.event()));
            }
        }
        if (!reattach.isBound()) {
            span.message(15, new Proto().text(2, reattach.outcome().name()).varint(3, ERROR));
        }
        spans.add(span);
    }

    private Proto happened(Event event) {
        Proto happened = new Proto()
                .fixed64(1, offsetNanos + event.nanos())
                .text(2, event.type().name());
        Otlp.attributes(happened, 3, event);
        return happened;
    }
}
