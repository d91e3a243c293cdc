package jumpvpn.node.config;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import jumpvpn.core.net.Protocol;

/** Leaves out what this version can't carry, with a warning each, and insists that something is left. */
final class Endpoints {
    private static final Set<Protocol> BUILT = EnumSet.of(Protocol.UDP);

    private Endpoints() {}

    static <T> List<T> usable(
            ConfigFile file,
            Section section,
            String key,
            List<T> given,
            Function<T, Protocol> protocol,
            ToIntFunction<T> line) {
        List<T> usable = new ArrayList<>();
        for (T endpoint : given) {
            if (BUILT.contains(protocol.apply(endpoint))) {
                usable.add(endpoint);
            } else {
                file.warn(
                        line.applyAsInt(endpoint),
                        endpoint + " is skipped, this version has no "
                                + protocol.apply(endpoint).scheme(),
                        "nothing to do, it will be used once it is there");
            }
        }
        if (usable.isEmpty() && section.isEmptyList(key)) {
            file.problems()
                    .add(
                            section.lineOf(key),
                            "\"" + key + "\" is empty",
                            "write " + key + " = [\"udp://198.51.100.1:4500\"]");
        } else if (usable.isEmpty() && !given.isEmpty()) {
            file.problems()
                    .add(
                            section.lineOf(key),
                            "\"" + key + "\" has nothing that this version can use",
                            "add one of " + built() + "://host:port");
        }
        return usable;
    }

    private static String built() {
        return BUILT.stream().map(Protocol::scheme).collect(Collectors.joining(", "));
    }
}
