package jumpvpn.node.config;

/** Insists that a list of endpoints is not empty. */
final class Endpoints {
    private Endpoints() {}

    static void atLeastOne(ConfigFile file, Section section, String key) {
        if (section.isEmptyList(key)) {
            file.problems()
                    .add(
                            section.lineOf(key),
                            "\"" + key + "\" is empty",
                            "write " + key + " = [\"udp://198.51.100.1:4500\"]");
        }
    }
}
