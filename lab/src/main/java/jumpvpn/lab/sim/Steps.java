package jumpvpn.lab.sim;

import java.util.SortedMap;
import java.util.TreeMap;

/** How often an end was looked at after something happened to it, and how often the model was compared with it then. */
final class Steps {
    private final TreeMap<String, Long> counts = new TreeMap<>();

    void client() {
        count("client_steps");
    }

    void clientCompared() {
        count("client_steps_compared");
    }

    void gateway() {
        count("gateway_steps");
    }

    void gatewayCompared() {
        count("gateway_steps_compared");
    }

    private void count(String name) {
        counts.merge(name, 1L, Long::sum);
    }

    /** By name, as {@link Totals} sums them. */
    SortedMap<String, Long> counts() {
        return new TreeMap<>(counts);
    }
}
