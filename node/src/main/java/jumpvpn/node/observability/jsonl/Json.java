package jumpvpn.node.observability.jsonl;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A JSON value that was read. */
public sealed interface Json {
    /** Fields in the text's order, each name once. */
    record Fields(Map<String, Json> fields) implements Json {
        /** The field, {@link Null} if there is none. */
        public Json get(String name) {
            return fields.getOrDefault(name, Null.NULL);
        }

        /** The field's text; empty if it is not there or no text. */
        public Optional<String> text(String name) {
            return get(name) instanceof Text text ? Optional.of(text.value()) : Optional.empty();
        }

        /** The field as an object without fields if it is none. */
        public Fields object(String name) {
            return get(name) instanceof Fields object ? object : new Fields(Map.of());
        }

        /** The field's elements, none if it is no array. */
        public List<Json> array(String name) {
            return get(name) instanceof Array array ? array.elements() : List.of();
        }

        /** Whether the field is true. */
        public boolean isTrue(String name) {
            return get(name) instanceof Truth truth && truth.value();
        }
    }

    /** Elements in order. */
    record Array(List<Json> elements) implements Json {}

    /** A text, escapes resolved. */
    record Text(String value) implements Json {}

    /** A number as it was written. */
    record Figure(String digits) implements Json {}

    /** True or false. */
    record Truth(boolean value) implements Json {}

    /** Null. */
    enum Null implements Json {
        /** The only one. */
        NULL
    }

    /**
     * Reads exactly one value.
     *
     * @throws IllegalArgumentException if the text is not one JSON value, or is nested deeper than 32
     */
    static Json parse(String text) {
        return new JsonReader(text).read();
    }
}
