package jumpvpn.node.config;

import java.util.regex.Pattern;

/** The rules for names of nodes and interfaces. */
public final class Names {
    private static final Pattern NODE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
    private static final Pattern INTERFACE = Pattern.compile("[A-Za-z0-9_.-]{1,15}");

    private Names() {}

    /** Whether a node may be called so: it becomes part of file names and events. */
    public static boolean isNode(String name) {
        return NODE.matcher(name).matches();
    }

    static String node(String name) throws BadValue {
        if (!isNode(name)) {
            throw new BadValue(
                    "\"" + name + "\" can't be a name",
                    "use 1 to 63 letters, digits, dots, dashes and underscores, the first a letter or digit");
        }
        return name;
    }

    /** Linux allows 15 bytes (IFNAMSIZ) and more characters than this; these need no quoting anywhere. */
    static String device(String name) throws BadValue {
        if (!INTERFACE.matcher(name).matches() || name.equals(".") || name.equals("..")) {
            throw new BadValue(
                    "\"" + name + "\" can't be an interface's name",
                    "use at most 15 letters, digits, dashes and underscores, such as \"jvpn0\"");
        }
        return name;
    }
}
