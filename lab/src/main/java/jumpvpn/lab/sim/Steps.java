package jumpvpn.lab.sim;

import java.util.SortedMap;
import java.util.TreeMap;

/** How often an end was looked at after something happened to it, and how often the model had its say then. */
final class Steps {
    private final TreeMap<String, Long> counts = new TreeMap<>();

    /** A client was looked at. */
    void client(boolean compared) {
        count("client", compared);
    }

    /** A gateway was looked at. */
    void gateway(boolean compared) {
        count("gateway", compared);
    }

    private void count(String end, boolean compared) {
        counts.merge(end + "_steps", 1L, Long::sum);
        counts.merge(end + "_steps_compared", compared ? 1L : 0L, Long::sum);
    }

    /** By name, as {@link Totals} sums them. */
    SortedMap<String, Long> counts() {
        return new TreeMap<>(counts);
    }
}
