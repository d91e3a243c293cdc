package jumpvpn.node.observability.jsonl;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.jspecify.annotations.Nullable;

/** Reads the lines that {@link EventJson} writes, byte by byte as it writes them: fields in their order, known names, no blanks. One thread at a time. */
public final class EventReader {
    /** What a line was. */
    public enum Outcome {
        /** An event: see the getters. */
        EVENT,
        /** The beginning of an event. */
        TORN,
        /** Something else: see {@link #problem}. */
        WRONG
    }

    private static final byte[] SCHEMA = ascii("{\"schema\":\"" + EventJson.SCHEMA + "\",\"ts\":\"");
    private static final byte[] SEQ = ascii("\",\"seq\":");
    private static final byte[] COMMA_NODE = ascii(",\"node\":\"");
    private static final byte[] NODE = ascii("\",\"node\":\"");
    private static final byte[] ROLE = ascii(",\"role\":\"");
    private static final byte[] TYPE = ascii("\",\"type\":\"");
    private static final byte[] REASON = ascii("\",\"reason\":\"");
    private static final byte[] SESSION = ascii("\",\"session_id\":");
    private static final byte[] VERSION = ascii(",\"state_version\":\"");
    private static final byte[] FROM = ascii("\",\"from\":");
    private static final byte[] TO = ascii(",\"to\":");
    private static final byte[] PATH = ascii(",\"path\":");
    private static final byte[] POLICY = ascii(",\"policy_version\":");
    private static final byte[] BOOT = ascii(",\"boot_ns\":");
    private static final byte[] START = ascii(",\"start\":\"");
    private static final byte[] NULL = ascii("null");
    private static final byte[] TRUE = ascii("true");
    private static final byte[] FALSE = ascii("false");
    private static final byte[] QUOTES = ascii("\"");
    private static final byte[] COMMA = ascii(",");
    private static final byte[] COMMA_QUOTES = ascii(",\"");
    private static final byte[] NAMED = ascii(":");
    private static final byte[] END = ascii("}");
    private static final byte[] OPEN = ascii("[");
    private static final byte[] CLOSE = ascii("]");
    private static final byte[] DOT = ascii(".");
    private static final long UINT = 0xffff_ffffL;

    private static final Names<Role> ROLES = new Names<>(Role.values(), Role::label);
    private static final Names<EventType> TYPES = new Names<>(EventType.values(), EventType::name);
    private static final Names<ReasonCode> REASONS = new Names<>(ReasonCode.values(), ReasonCode::name);
    private static final Names<SessionState> STATES = new Names<>(SessionState.values(), SessionState::name);

    private final LineCursor cursor = new LineCursor();
    private long wallMillis;
    private long seq;
    private String node = "";
    private String start = "";
    private @Nullable Event event;
    private String problem = "";

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Reads one line, without its line feed. */
    public Outcome read(byte[] bytes, int from, int to) {
        cursor.line(bytes, from, to);
        try {
            read();
            return Outcome.EVENT;
        } catch (LineCursor.Mismatch e) {
            problem = String.valueOf(e.getMessage());
            return e.torn ? Outcome.TORN : Outcome.WRONG;
        }
    }

    private void read() throws LineCursor.Mismatch {
        cursor.expect(SCHEMA);
        wallMillis = cursor.time();
        boolean numbered = cursor.accept(SEQ);
        seq = numbered ? cursor.number() : -1;
        cursor.expect(numbered ? COMMA_NODE : NODE);
        node = cursor.text();
        cursor.expect(ROLE);
        Role role = known(ROLES, "a role");
        cursor.expect(TYPE);
        EventType type = known(TYPES, "a type");
        cursor.expect(REASON);
        ReasonCode reason = known(REASONS, "a reason");
        cursor.expect(SESSION);
        SessionId session = session();
        cursor.expect(VERSION);
        StateVersion version = version();
        cursor.expect(FROM);
        SessionState before = state();
        cursor.expect(TO);
        SessionState after = state();
        cursor.expect(PATH);
        String path = cursor.accept(NULL) ? null : quoted();
        cursor.expect(POLICY);
        long policy = below32Bits();
        cursor.expect(BOOT);
        long nanos = cursor.number();
        cursor.expect(START);
        start = cursor.text();
        List<Event.Detail> details = details();
        event = new Event(nanos, type, reason, role, session, version, before, after, path, (int) policy, details);
    }

    private <E extends Enum<E>> E known(Names<E> names, String due) throws LineCursor.Mismatch {
        int from = cursor.word();
        E value = names.find(cursor.bytes(), from, cursor.at());
        if (value == null) {
            throw new LineCursor.Mismatch(
                    false,
                    "\"" + new String(cursor.bytes(), from, cursor.at() - from, StandardCharsets.UTF_8) + "\" is not "
                            + due);
        }
        return value;
    }

    private @Nullable SessionId session() throws LineCursor.Mismatch {
        if (cursor.accept(NULL)) {
            return null;
        }
        cursor.expect(QUOTES);
        SessionId id = new SessionId(cursor.hex(), cursor.hex());
        cursor.expect(QUOTES);
        return id;
    }

    private StateVersion version() throws LineCursor.Mismatch {
        long epoch = below32Bits();
        cursor.expect(DOT);
        return StateVersion.of((int) epoch, (int) below32Bits());
    }

    private long below32Bits() throws LineCursor.Mismatch {
        long value = cursor.number();
        if (value > UINT) {
            throw cursor.wrong("a number below 2^32");
        }
        return value;
    }

    private @Nullable SessionState state() throws LineCursor.Mismatch {
        if (cursor.accept(NULL)) {
            return null;
        }
        cursor.expect(QUOTES);
        SessionState state = known(STATES, "a state");
        cursor.expect(QUOTES);
        return state;
    }

    private String quoted() throws LineCursor.Mismatch {
        cursor.expect(QUOTES);
        return cursor.text();
    }

    private List<Event.Detail> details() throws LineCursor.Mismatch {
        List<Event.Detail> details = List.of();
        while (cursor.accept(COMMA_QUOTES)) {
            String name = cursor.text();
            cursor.expect(NAMED);
            if (details.isEmpty()) {
                details = new ArrayList<>(3);
            }
            details.add(new Event.Detail(name, value()));
        }
        cursor.expect(END);
        if (!cursor.isAtEnd()) {
            throw cursor.wrong("the end of the line");
        }
        return details;
    }

    private Object value() throws LineCursor.Mismatch {
        if (cursor.accept(QUOTES)) {
            return cursor.text();
        } else if (cursor.accept(OPEN)) {
            return list();
        } else if (cursor.accept(TRUE)) {
            return true;
        } else if (cursor.accept(FALSE)) {
            return false;
        }
        return figure();
    }

    private List<String> list() throws LineCursor.Mismatch {
        List<String> list = new ArrayList<>(6);
        while (!cursor.accept(CLOSE)) {
            if (!list.isEmpty()) {
                cursor.expect(COMMA);
            }
            list.add(quoted());
        }
        return list;
    }

    /** A number of any kind that JSON has. */
    private Object figure() throws LineCursor.Mismatch {
        int from = cursor.at();
        while ("+-.eE0123456789".indexOf(cursor.peek()) >= 0) {
            cursor.skip(1);
        }
        String digits = new String(cursor.bytes(), from, cursor.at() - from, StandardCharsets.US_ASCII);
        try {
            return digits.chars().allMatch(c -> c == '-' || (c >= '0' && c <= '9'))
                    ? (Object) Long.valueOf(digits)
                    : (Object) Double.valueOf(digits);
        } catch (NumberFormatException e) {
            throw cursor.wrong("a value");
        }
    }

    /** When it was emitted, by its node's clock. */
    public long wallMillis() {
        return wallMillis;
    }

    /** The event's number; -1 if it has none. */
    public long seq() {
        return seq;
    }

    /** Who said it. */
    public String node() {
        return node;
    }

    /** Which start of that node. */
    public String start() {
        return start;
    }

    /** What it said. */
    public Event event() {
        return java.util.Objects.requireNonNull(event);
    }

    /** Why the last line was wrong. */
    public String problem() {
        return problem;
    }
}
