package jumpvpn.node.config;

import java.util.Arrays;
import java.util.List;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import org.tomlj.TomlArray;
import org.tomlj.TomlTable;

/** Reads {@code [policy]}: dotted keys, values in the form of their kind. */
final class PolicySection {
    private static final List<String> KEYS =
            Arrays.stream(PolicyKey.values()).map(PolicyKey::key).toList();

    private final Problems problems;
    private Policy policy = Policy.DEFAULT;

    private PolicySection(Problems problems) {
        this.problems = problems;
    }

    /** The defaults with what the file changes; what it says wrongly is a problem by then. */
    static Policy read(ConfigFile file) {
        PolicySection section = new PolicySection(file.problems());
        TomlTable table = file.policy();
        if (table != null) {
            section.read(table, "");
        }
        return section.policy;
    }

    private void read(TomlTable table, String prefix) {
        for (String name : table.keySet()) {
            String key = prefix + name;
            Object value = table.get(List.of(name));
            int line = ConfigFile.line(table.inputPositionOf(List.of(name)));
            if (name.contains(".")) {
                problems.add(line, "policy key \"" + key + "\" is in quotes", "leave them out: " + key + " = …");
            } else if (value instanceof TomlTable nested) {
                read(nested, key + ".");
            } else if (value != null) {
                set(key, value, line);
            }
        }
    }

    private void set(String name, Object value, int line) {
        PolicyKey key = PolicyKey.parse(name);
        if (key == null) {
            problems.add(line, "[policy] has no key \"" + name + "\"", instead(name));
            return;
        }
        try {
            long amount = PolicyValue.read(key, value instanceof TomlArray array ? array.toList() : value);
            String wrong = Policy.problem(key, amount);
            if (wrong == null) {
                policy = policy.with(key, amount);
            } else {
                problems.add(line, name + " " + wrong, PolicyValue.allowed(key));
            }
        } catch (BadValue bad) {
            problems.add(line, bad.what(), bad.suggestion());
        }
    }

    /** A whole name that is close, or a key whose last part is the one typed. */
    private static String instead(String name) {
        return Similar.to(name, KEYS)
                .or(() -> KEYS.stream().filter(key -> key.endsWith("." + name)).findFirst())
                .map(near -> "did you mean \"" + near + "\"?")
                .orElse("it may have " + String.join(", ", KEYS));
    }
}
