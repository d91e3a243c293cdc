package jumpvpn.node.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/** Leaves out what this version can't carry, with a warning each, and insists that something is left. */
final class Endpoints {
    private Endpoints() {}

    static <T> List<T> usable(ConfigFile file, Section section, String key, List<T> given, Function<T, Scheme> scheme, ToIntFunction<T> line) {
        List<T> usable = new ArrayList<>();
        for (T endpoint : given) {
            if (scheme.apply(endpoint).built()) {
                usable.add(endpoint);
            } else {
                file.warn(line.applyAsInt(endpoint), endpoint + " is skipped, this version has no " + EndpointText.word(scheme.apply(endpoint)), "nothing to do, it will be used once it is there");
            }
        }
        if (usable.isEmpty() && section.isEmptyList(key)) {
            file.problems().add(section.lineOf(key), "\"" + key + "\" is empty", "write " + key + " = [\"udp://198.51.100.1:4500\"]");
        } else if (usable.isEmpty() && !given.isEmpty()) {
            file.problems().add(section.lineOf(key), "\"" + key + "\" has nothing that this version can use", "add one of " + built() + "://host:port");
        }
        return usable;
    }

    private static String built() {
        return Arrays.stream(Scheme.values()).filter(Scheme::built).map(EndpointText::word).collect(Collectors.joining(", "));
    }
}
