package jumpvpn.node.observability.jsonl;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads RFC 8259, strictly, by recursive descent with bounded depth. */
final class JsonReader {
    private static final int MOST_NESTED = 32;
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?");

    private final String text;
    private int at;
    private int depth;

    JsonReader(String text) {
        this.text = text;
    }

    Json read() {
        Json value = value();
        if (peek() != '\0' || at < text.length()) {
            throw wrong("the end");
        }
        return value;
    }

    private Json value() {
        return switch (peek()) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> new Json.Text(quoted());
            case 't' -> word("true", new Json.Truth(true));
            case 'f' -> word("false", new Json.Truth(false));
            case 'n' -> word("null", Json.Null.NULL);
            default -> number();
        };
    }

    private Json object() {
        Map<String, Json> fields = new LinkedHashMap<>();
        enter('{');
        if (peek() != '}') {
            do {
                peek();
                String name = quoted();
                expect(':');
                if (fields.put(name, value()) != null) {
                    throw wrong("each name once");
                }
            } while (isNext(','));
        }
        leave('}');
        return new Json.Fields(Collections.unmodifiableMap(fields));
    }

    private Json array() {
        List<Json> elements = new ArrayList<>();
        enter('[');
        if (peek() != ']') {
            do {
                elements.add(value());
            } while (isNext(','));
        }
        leave(']');
        return new Json.Array(Collections.unmodifiableList(elements));
    }

    private void enter(char bracket) {
        expect(bracket);
        if (++depth > MOST_NESTED) {
            throw wrong("less nesting");
        }
    }

    private void leave(char bracket) {
        expect(bracket);
        depth--;
    }

    private String quoted() {
        if (at >= text.length() || text.charAt(at++) != '"') {
            throw wrong("a text in quotes");
        }
        StringBuilder value = new StringBuilder();
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at++);
            if (c < 0x20) {
                throw wrong("no control character");
            }
            value.append(c == '\\' ? escaped() : c);
        }
        if (at++ >= text.length()) {
            throw wrong("closing quotes");
        }
        return value.toString();
    }

    private char escaped() {
        char c = at < text.length() ? text.charAt(at++) : '\0';
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                if (at + 4 > text.length() || !text.substring(at, at + 4).matches("[0-9a-fA-F]{4}")) {
                    throw wrong("four hexadecimal digits");
                }
                at += 4;
                yield (char) Integer.parseInt(text, at - 4, at, 16);
            }
            default -> throw wrong("an escape");
        };
    }

    private Json word(String word, Json value) {
        if (!text.startsWith(word, at)) {
            throw wrong("a value");
        }
        at += word.length();
        return value;
    }

    private Json number() {
        Matcher number = NUMBER.matcher(text).region(at, text.length());
        if (!number.lookingAt()) {
            throw wrong("a value");
        }
        at = number.end();
        return new Json.Figure(number.group());
    }

    private boolean isNext(char c) {
        if (peek() != c) {
            return false;
        }
        at++;
        return true;
    }

    private void expect(char c) {
        if (!isNext(c)) {
            throw wrong("'" + c + "'");
        }
    }

    /** The next character that is no white space; NUL at the end. */
    private char peek() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private IllegalArgumentException wrong(String expected) {
        return new IllegalArgumentException("JSON wants " + expected + " at character " + (at + 1));
    }
}
