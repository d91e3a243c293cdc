package jumpvpn.node.observability.jsonl;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Writes one JSON text (RFC 8259) into a buffer of its own, fields in the order of the calls. The caller nests correctly; the writer puts commas and escapes. One
 * thread at a time; reusable after {@link #clear}.
 */
public final class JsonWriter {
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final StringBuilder text = new StringBuilder(512);
    private boolean comma;

    /** Forgets what was written and keeps the buffer. */
    public JsonWriter clear() {
        text.setLength(0);
        comma = false;
        return this;
    }

    /** Opens an object: <code>{</code>. */
    public JsonWriter beginObject() {
        return open('{');
    }

    /** Closes it. */
    public JsonWriter endObject() {
        return close('}');
    }

    /** Opens an array. */
    public JsonWriter beginArray() {
        return open('[');
    }

    /** Closes it. */
    public JsonWriter endArray() {
        return close(']');
    }

    private JsonWriter open(char bracket) {
        separate();
        text.append(bracket);
        comma = false;
        return this;
    }

    private JsonWriter close(char bracket) {
        text.append(bracket);
        comma = true;
        return this;
    }

    /** The name of the object's next field. */
    public JsonWriter name(String name) {
        separate();
        quote(name);
        text.append(':');
        comma = false;
        return this;
    }

    /** A text, or null. */
    public JsonWriter value(@Nullable String value) {
        separate();
        if (value == null) {
            text.append("null");
        } else {
            quote(value);
        }
        comma = true;
        return this;
    }

    /** A whole number. */
    public JsonWriter value(long value) {
        separate();
        text.append(value);
        comma = true;
        return this;
    }

    /** A number; null if it is not finite, because JSON has no word for that. */
    public JsonWriter value(double value) {
        separate();
        if (Double.isFinite(value)) {
            text.append(value);
        } else {
            text.append("null");
        }
        comma = true;
        return this;
    }

    /** True or false. */
    public JsonWriter value(boolean value) {
        separate();
        text.append(value);
        comma = true;
        return this;
    }

    /** A value that was read, as it was. */
    public JsonWriter value(Json value) {
        switch (value) {
            case Json.Fields object -> {
                beginObject();
                object.fields().forEach((name, field) -> name(name).value(field));
                endObject();
            }
            case Json.Array array -> {
                beginArray();
                array.elements().forEach(this::value);
                endArray();
            }
            case Json.Text quoted -> value(quoted.value());
            case Json.Figure number -> raw(number.digits());
            case Json.Truth truth -> value(truth.value());
            case Json.Null.NULL -> raw("null");
        }
        return this;
    }

    private void raw(String word) {
        separate();
        text.append(word);
        comma = true;
    }

    /** A field with a text or null. */
    public JsonWriter field(String name, @Nullable String value) {
        return name(name).value(value);
    }

    /** A field with a whole number. */
    public JsonWriter field(String name, long value) {
        return name(name).value(value);
    }

    /** A field with a number, null if it is not finite. */
    public JsonWriter field(String name, double value) {
        return name(name).value(value);
    }

    /** A field with true or false. */
    public JsonWriter field(String name, boolean value) {
        return name(name).value(value);
    }

    private void separate() {
        if (comma) {
            text.append(',');
        }
    }

    /** A field with an array of texts. */
    public JsonWriter field(String name, Collection<String> values) {
        name(name).beginArray();
        values.forEach(this::value);
        return endArray();
    }

    /** Beside what must be escaped, DEL and the C1 controls, so that no terminal obeys a line, and lone surrogates, so that UTF-8 keeps them. */
    private void quote(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < 0x20 || c >= 0x7f && c <= 0x9f || Character.isSurrogate(c) && !isPaired(value, i)) {
                text.append("\\u")
                        .append(HEX[c >> 12])
                        .append(HEX[c >> 8 & 15])
                        .append(HEX[c >> 4 & 15])
                        .append(HEX[c & 15]);
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }

    /** Whether the surrogate at {@code i} has its other half beside it. */
    public static boolean isPaired(String value, int i) {
        return Character.isHighSurrogate(value.charAt(i))
                ? i + 1 < value.length() && Character.isLowSurrogate(value.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(value.charAt(i - 1));
    }

    /** What was written since the last {@link #clear}. */
    @Override
    public String toString() {
        return text.toString();
    }
}
