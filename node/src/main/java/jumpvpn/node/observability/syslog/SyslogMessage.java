package jumpvpn.node.observability.syslog;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import jumpvpn.core.observability.Event;
import jumpvpn.node.observability.EventFormat;
import jumpvpn.node.observability.NumberedEvent;
import org.jspecify.annotations.Nullable;

/**
 * Events as syslog messages of RFC 5424: the type is the MSGID, all fields stand in one structured data element {@code jumpvpn@32473}, the text is for people or one line of
 * JSON. 32473 is the number that RFC 5612 sets apart for examples: this project has none of its own.
 */
public final class SyslogMessage {
    /** The structured data element that holds an event's fields. */
    public static final String ELEMENT = "jumpvpn@32473";

    private static final int DAEMON = 3;
    private static final int WARNING = 4;
    private static final int NOTICE = 5;
    private static final int INFO = 6;

    private final String host;
    private final String node;
    private final String start;
    private final @Nullable EventFormat text;

    /**
     * For the events of this node.
     *
     * @param host the machine's name
     * @param start names this start of the node
     * @param text what stands behind the structured data; null: a few words
     */
    public SyslogMessage(String host, String node, String start, @Nullable EventFormat text) {
        this.host = printable(host, 255);
        this.node = node;
        this.start = start;
        this.text = text;
    }

    /** Header fields are printable ASCII without blanks (section 6.2). */
    private static String printable(String value, int most) {
        String kept = value.replaceAll("[^\\x21-\\x7e]", "");
        return kept.isEmpty() ? "-" : kept.substring(0, Math.min(most, kept.length()));
    }

    /** The message without any framing, UTF-8. */
    public byte[] of(NumberedEvent numbered) {
        Event event = numbered.event();
        StringBuilder message = new StringBuilder(512)
                .append('<')
                .append(DAEMON * 8 + severity(event))
                .append(">1 ")
                .append(Instant.ofEpochMilli(numbered.wallMillis()))
                .append(' ')
                .append(host)
                .append(" jumpvpn ")
                .append(ProcessHandle.current().pid())
                .append(' ')
                .append(event.type())
                .append(" [" + ELEMENT);
        fields(message, numbered);
        message.append("] ").append(text == null ? words(event) : text.line(numbered));
        return message.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static int severity(Event event) {
        return switch (event.type()) {
            case SECURITY, EVENTS_DROPPED, ILLEGAL_TRANSITION -> WARNING;
            case REATTACH_REJECT, SWITCH_DENIED, TRANSPORT_DEAD, OWNERSHIP_CHANGE, OPERATOR_ACTION -> NOTICE;
            case STATE_CHANGE,
                    VOLATILITY_SIGNAL,
                    CANDIDATE,
                    REATTACH_REQUEST_SENT,
                    REATTACH_REQUEST_RECEIVED,
                    REATTACH_ACK_SENT,
                    REATTACH_ACK_RECEIVED,
                    TRANSPORT_SWITCH,
                    KEY_ROTATED,
                    POLICY_CHANGE -> INFO;
        };
    }

    private void fields(StringBuilder message, NumberedEvent numbered) {
        Event event = numbered.event();
        if (numbered.seq() >= 0) {
            field(message, "seq", numbered.seq());
        }
        field(message, "node", node);
        field(message, "role", event.role().label());
        field(message, "reason", event.reason());
        field(message, "session_id", event.sessionId());
        field(message, "state_version", event.version());
        field(message, "from", event.from());
        field(message, "to", event.to());
        field(message, "path", event.path());
        field(message, "policy_version", Integer.toUnsignedLong(event.policyVersion()));
        field(message, "boot_ns", event.nanos());
        field(message, "start", start);
        for (Event.Detail detail : event.details()) {
            field(
                    message,
                    detail.name(),
                    detail.value() instanceof List<?> list
                            ? String.join(
                                    ",", list.stream().map(String::valueOf).toList())
                            : detail.value());
        }
    }

    private static void field(StringBuilder message, String name, @Nullable Object value) {
        if (value == null) {
            return;
        }
        message.append(' ').append(name).append("=\"");
        String text = value.toString();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\' || c == ']') { // section 6.3.3
                message.append('\\');
            }
            message.append(c < 0x20 || c >= 0x7f && c <= 0x9f ? ' ' : c);
        }
        message.append('"');
    }

    private static String words(Event event) {
        String states = event.from() == null ? "" : " " + event.from() + " -> " + event.to();
        String path = event.path() == null ? "" : " on " + event.path();
        return event.type() + states + ": " + event.reason() + path;
    }
}
