package jumpvpn.node.config;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** A file that is valid TOML, and its sections. */
final class ConfigFile {
    private static final long MOST_BYTES = 1 << 20;

    private final TomlTable root;
    private final Problems problems;
    private final List<String> warnings = new ArrayList<>();

    private ConfigFile(TomlTable root, Problems problems) {
        this.root = root;
        this.problems = problems;
    }

    static ConfigFile open(Path file) throws ConfigException {
        Problems problems = new Problems(file);
        String text = text(file, problems);
        problems.throwIfAny();
        return of(file, text);
    }

    /** As if the file had this text. */
    static ConfigFile of(Path file, String text) throws ConfigException {
        Problems problems = new Problems(file);
        TomlParseResult parsed = Toml.parse(text);
        parsed.errors()
                .forEach(error -> problems.add(
                        error.position().line(),
                        String.valueOf(error.getMessage()).replace("\n", " "),
                        "TOML wants key = \"text in quotes\", [\"lists\", \"in brackets\"] and each key once"));
        problems.throwIfAny();
        return new ConfigFile(parsed, problems);
    }

    private static String text(Path file, Problems problems) {
        try {
            if (Files.size(file) <= MOST_BYTES) {
                return Files.readString(file);
            }
            problems.add(1, "is larger than " + MOST_BYTES + " bytes", "name the TOML file");
        } catch (NoSuchFileException e) {
            problems.add(1, "does not exist", "check the path, or write a first one with \"jumpvpn gateway init\"");
        } catch (MalformedInputException e) {
            problems.add(1, "is not UTF-8 text", "name the TOML file, or save it as UTF-8");
        } catch (IOException e) {
            problems.add(1, "can't be read (" + KeyFile.reason(e) + ")", "run as its owner, or name another file");
        }
        return "";
    }

    /** Whether it describes a client: it has {@code [client]}, or at least no {@code [gateway]}, and several {@code [[gateway]]}. */
    boolean isClient() {
        return root.get(List.of("client")) instanceof TomlTable || root.get(List.of("gateway")) instanceof TomlArray;
    }

    Problems problems() {
        return problems;
    }

    /** A path of the file, relative to the file. */
    Path beside(String text, String key) throws BadValue {
        if (text.isBlank() || text.indexOf('\0') >= 0) {
            throw new BadValue(
                    "\"" + key + "\" names no file",
                    "write a path, absolute or relative to " + problems.file().getFileName());
        }
        if (KeyText.isKey(text)) {
            throw new BadValue(
                    "\"" + key + "\" holds a key, and names of files stand in messages",
                    "put it into a file that only its owner can read, and name that: (umask 077; cat > FILE)");
        }
        return problems.file().resolveSibling(text);
    }

    void warn(int line, String what, String suggestion) {
        warnings.add(new Problem(problems.file(), line, what, suggestion).toString());
    }

    List<String> warnings() {
        return List.copyOf(warnings);
    }

    /**
     * Refuses sections that are not among these.
     *
     * @param otherwise what to do about one that resembles none
     */
    void onlySections(List<String> allowed, String otherwise) {
        for (String name : root.keySet()) {
            if (!allowed.contains(name)) {
                problems.add(
                        line(root.inputPositionOf(List.of(name))),
                        "there is no section or key \"" + name + "\"",
                        Similar.to(name, allowed)
                                .map(near -> "did you mean \"" + near + "\"?")
                                .orElse(otherwise));
            }
        }
    }

    /** The section {@code [name]}; null, and a problem, if it is missing. */
    @Nullable
    Section section(String name, List<Key> keys) {
        Object found = root.get(List.of(name));
        int line = line(root.inputPositionOf(List.of(name)));
        if (found instanceof TomlTable table) {
            return new Section("[" + name + "]", table, line, keys, problems);
        }
        if (found == null) {
            problems.add(1, "there is no section [" + name + "]", "add [" + name + "] with " + examples(keys));
        } else {
            problems.add(line, name + " must be one section", "write [" + name + "] with single brackets, once");
        }
        return null;
    }

    /** The section {@code [name]}; null if the file has none. */
    @Nullable
    Section optionalSection(String name, List<Key> keys) {
        return root.contains(List.of(name)) ? section(name, keys) : null;
    }

    /** All sections {@code [[name]]}, perhaps none. */
    List<Section> sections(String name, List<Key> keys) {
        Object found = root.get(List.of(name));
        List<Section> sections = new ArrayList<>();
        if (found instanceof TomlArray array && array.toList().stream().allMatch(TomlTable.class::isInstance)) {
            for (int i = 0; i < array.size(); i++) {
                sections.add(new Section(
                        "[[" + name + "]]", array.getTable(i), line(array.inputPositionOf(i)), keys, problems));
            }
        } else if (found != null) {
            problems.add(
                    line(root.inputPositionOf(List.of(name))),
                    name + " must be a section that can be repeated",
                    "write [[" + name + "]] with double brackets");
        }
        return sections;
    }

    private static String examples(List<Key> keys) {
        return String.join(
                " and ", keys.stream().filter(Key::required).map(Key::example).toList());
    }

    /** The section {@code [policy]}; null if the file has none. */
    @Nullable
    TomlTable policy() {
        Object found = root.get(List.of("policy"));
        if (found != null && !(found instanceof TomlTable)) {
            problems.add(
                    line(root.inputPositionOf(List.of("policy"))),
                    "policy must be one section",
                    "write [policy] with single brackets, once");
        }
        return found instanceof TomlTable table ? table : null;
    }

    /** The position's line, 1 without one. */
    static int line(@Nullable TomlPosition position) {
        return position == null ? 1 : position.line();
    }
}
