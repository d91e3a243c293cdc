package jumpvpn.node.app;

import org.jspecify.annotations.Nullable;

/**
 * An option of a command.
 *
 * @param name with its dashes
 * @param value what its value is called; null if it takes none
 * @param help one line
 */
record Option(String name, @Nullable String value, String help) {
    static final Option JSON = new Option("--json", null, "print JSON, for machines");
    static final Option HELP = new Option("--help", null, "show this text");
    static final Option CONFIG = new Option("--config", "FILE", "the node's TOML file");
    static final Option CONTROL =
            new Option("--control", "PATH", "control socket of the node (default: the only one that runs)");

    /** As in the table of options. */
    String label() {
        return value == null ? name : name + " " + value;
    }
}
