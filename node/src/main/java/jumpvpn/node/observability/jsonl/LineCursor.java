package jumpvpn.node.observability.jsonl;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Goes through the bytes of one JSON line as {@link JsonWriter} writes it: no blanks. */
final class LineCursor {
    /** The line does not go on as it must. */
    static final class Mismatch extends Exception {
        private static final long serialVersionUID = 1;

        /** The line ends here: it was right so far. */
        final boolean torn;

        Mismatch(boolean torn, String message) {
            super(message, null, false, false);
            this.torn = torn;
        }
    }

    private static final byte[] TIME = "0000-00-00T00:00:00.000Z".getBytes(StandardCharsets.US_ASCII);

    private final TextPool texts = new TextPool();
    private byte[] bytes = new byte[0];
    private int from;
    private int to;
    private int at;

    /** Begins a line. */
    void line(byte[] source, int start, int end) {
        bytes = source;
        from = start;
        to = end;
        at = start;
    }

    byte[] bytes() {
        return bytes;
    }

    int at() {
        return at;
    }

    boolean isAtEnd() {
        return at == to;
    }

    Mismatch wrong(String due) {
        return new Mismatch(at >= to, "character " + (at - from + 1) + ": " + due + " was due");
    }

    /** These bytes, and no others. */
    void expect(byte[] literal) throws Mismatch {
        if (!accept(literal)) {
            int same = Arrays.mismatch(bytes, at, Math.min(to, at + literal.length), literal, 0, literal.length);
            at += Math.max(0, same);
            throw wrong(new String(literal, StandardCharsets.US_ASCII));
        }
    }

    /** Goes on if these bytes are next. */
    boolean accept(byte[] literal) {
        int end = at + literal.length;
        if (end <= to && Arrays.equals(bytes, at, end, literal, 0, literal.length)) {
            at = end;
            return true;
        }
        return false;
    }

    /** The next byte, NUL at the end. */
    byte peek() {
        return at < to ? bytes[at] : 0;
    }

    void skip(int count) {
        at += count;
    }

    /** Up to the closing quotes of a name, which has no escapes. Afterwards {@link #at} is on them. */
    int word() throws Mismatch {
        int start = at;
        while (at < to && bytes[at] != '"') {
            at++;
        }
        if (at >= to) {
            throw wrong("closing quotes");
        }
        return start;
    }

    /** A text behind its opening quotes, and the closing ones. */
    String text() throws Mismatch {
        int start = at;
        boolean escaped = false;
        while (at < to && bytes[at] != '"') {
            if (bytes[at] == '\\') {
                escaped = true;
                at++;
            } else if (bytes[at] >= 0 && bytes[at] < 0x20) {
                throw wrong("no raw control character");
            }
            at++;
        }
        if (at >= to) {
            at = to;
            throw wrong("closing quotes");
        }
        at++;
        return escaped ? unescaped(start - 1) : texts.text(bytes, start, at - 1);
    }

    private String unescaped(int quotes) throws Mismatch {
        try {
            Json value = Json.parse(new String(bytes, quotes, at - quotes, StandardCharsets.UTF_8));
            return ((Json.Text) value).value();
        } catch (IllegalArgumentException e) {
            throw new Mismatch(false, "character " + (quotes - from + 1) + ": " + e.getMessage());
        }
    }

    /** A whole number, not negative, of at most 18 digits, without needless zeros. */
    long number() throws Mismatch {
        int start = at;
        long value = 0;
        while (at < to && bytes[at] >= '0' && bytes[at] <= '9') {
            value = 10 * value + bytes[at++] - '0';
        }
        if (at >= to) {
            throw wrong("the rest of a number");
        }
        if (at == start || at - start > 18 || (bytes[start] == '0' && at - start > 1)) {
            throw wrong("a number");
        }
        return value;
    }

    /** 16 hexadecimal digits, small ones. */
    long hex() throws Mismatch {
        long value = 0;
        for (int i = 0; i < 16; i++) {
            byte b = peek();
            int digit = b >= '0' && b <= '9' ? b - '0' : b >= 'a' && b <= 'f' ? b - 'a' + 10 : -1;
            if (digit < 0) {
                throw wrong("a hexadecimal digit");
            }
            value = value << 4 | digit;
            at++;
        }
        return value;
    }

    /** A time as {@link UtcTime} writes it, in milliseconds since 1970. */
    long time() throws Mismatch {
        int start = at;
        for (byte due : TIME) { // 0 stands for any digit, everything else for itself
            byte b = peek();
            if (due == '0' ? b < '0' || b > '9' : b != due) {
                throw wrong("a time like 2026-11-23T19:32:51.941Z");
            }
            at++;
        }
        return UtcTime.parse(bytes, start);
    }
}
