package jumpvpn.node.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** One table of a file, checked against its keys when it is made: unknown ones, missing ones and wrong types are problems from then on. */
final class Section {
    private final TomlTable table;
    private final int line;
    private final Problems problems;

    /**
     * @param title as its user writes it, {@code [gateway]}
     */
    Section(String title, TomlTable table, int line, List<Key> keys, Problems problems) {
        this.table = table;
        this.line = line;
        this.problems = problems;
        for (String name : table.keySet()) {
            if (keys.stream().noneMatch(key -> key.name().equals(name))) {
                problems.add(lineOf(name), title + " has no key \"" + name + "\"", instead(name, keys));
            }
        }
        for (Key key : keys) {
            check(title, key);
        }
    }

    private static String instead(String name, List<Key> keys) {
        List<String> names = keys.stream().map(Key::name).toList();
        return Similar.to(name, names)
                .map(near -> "did you mean \"" + near + "\"?")
                .orElseGet(() -> Sections.owning(name)
                        .map(owner -> "it belongs in " + owner)
                        .orElse("it may have " + String.join(", ", names)));
    }

    private void check(String title, Key key) {
        Object value = table.get(List.of(key.name()));
        if (value == null) {
            if (key.required()) {
                problems.add(line, title + " lacks \"" + key.name() + "\"", "add " + key.example());
            }
            return;
        }
        boolean fits = switch (key.kind()) {
            case TEXT -> value instanceof String;
            case FLAG -> value instanceof Boolean;
            case NUMBER -> value instanceof Long;
            case TEXTS ->
                value instanceof TomlArray array && array.toList().stream().allMatch(String.class::isInstance);
        };
        if (!fits) {
            problems.add(
                    lineOf(key.name()), "\"" + key.name() + "\" must be " + key.kind().words, "write " + key.example());
        }
    }

    /** The section's own line. */
    int line() {
        return line;
    }

    /** The line of a key, or of the section if it lacks it. */
    int lineOf(String key) {
        return line(table.inputPositionOf(List.of(key)), line);
    }

    private static int line(@Nullable TomlPosition position, int otherwise) {
        return position == null ? otherwise : position.line();
    }

    /** The value of a text key; null if it is not there, is no text or its reader refused it: the last two are problems by then. */
    <T> @Nullable T value(String key, Reader<T> reader) {
        return table.get(List.of(key)) instanceof String text ? read(text, lineOf(key), reader) : null;
    }

    /** The constant of a text key that names one in small letters; null as with {@link #value}. */
    <E extends Enum<E>> @Nullable E choice(String key, Class<E> type) {
        return value(key, (text, at) -> {
            E[] all = type.getEnumConstants();
            for (E one : all) {
                if (word(one).equals(text)) {
                    return one;
                }
            }
            String words = Arrays.stream(all).map(Section::word).collect(Collectors.joining(", "));
            throw new BadValue("\"" + key + "\" can't be \"" + text + "\"", "choose one of " + words);
        });
    }

    /** How a constant is written in a file. */
    static String word(Enum<?> one) {
        return one.name().toLowerCase(Locale.ROOT);
    }

    /** Whether the key is there, whatever its value. */
    boolean has(String key) {
        return table.contains(List.of(key));
    }

    /** The accepted elements of a list of texts. */
    <T> List<T> values(String key, Reader<T> reader) {
        List<T> values = new ArrayList<>();
        if (table.get(List.of(key)) instanceof TomlArray array) {
            for (int i = 0; i < array.size(); i++) {
                if (array.get(i) instanceof String text) {
                    T value = read(text, line(array.inputPositionOf(i), lineOf(key)), reader);
                    if (value != null) {
                        values.add(value);
                    }
                }
            }
        }
        return values;
    }

    /** The value of a flag, false if it is not there. */
    boolean flag(String key) {
        return table.get(List.of(key)) instanceof Boolean flag && flag;
    }

    /** The value of a number, or the default if it is not there; outside of these bounds it is a problem. */
    int number(String key, int least, int most, int defaultValue) {
        if (!(table.get(List.of(key)) instanceof Long number)) {
            return defaultValue;
        }
        if (number < least || number > most) {
            problems.add(
                    lineOf(key),
                    "\"" + key + "\" is outside what is allowed",
                    "from " + least + " to " + most + " are");
            return defaultValue;
        }
        return number.intValue();
    }

    /** Whether the key is there with a list of nothing. */
    boolean isEmptyList(String key) {
        return table.get(List.of(key)) instanceof TomlArray array && array.isEmpty();
    }

    private <T> @Nullable T read(String text, int at, Reader<T> reader) {
        try {
            return reader.read(text, at);
        } catch (BadValue bad) {
            problems.add(at, bad.what(), bad.suggestion());
            return null;
        }
    }

    /** Turns a text into a value. */
    @FunctionalInterface
    interface Reader<T> {
        T read(String text, int line) throws BadValue;
    }

    /** What a required key gave, once {@link Problems#throwIfAny} has passed. */
    static <T> T present(@Nullable T value) {
        return Objects.requireNonNull(value, "a required key without a value or a problem");
    }
}
