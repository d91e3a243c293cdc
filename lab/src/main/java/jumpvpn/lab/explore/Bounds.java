package jumpvpn.lab.explore;

import java.util.EnumMap;
import java.util.Map;

/**
 * How small the world is. With every limit finite the states are finite too: every end answers a datagram with finitely many.
 *
 * @param gateways one, with both paths, or two with a path each and one table
 * @param slots how many datagrams are under way at a time; of more, any is lost
 */
record Bounds(int gateways, int slots, Map<Choice.Limit, Integer> most) {
    /** More than are ever sent where time does not pass. */
    static final int ANY = 1000;

    /** A world where nothing of the limited kinds happens. */
    static Bounds none(int gateways, int slots) {
        return new Bounds(gateways, slots, Map.of());
    }

    /** The same with one limit changed. */
    Bounds with(Choice.Limit limit, int count) {
        EnumMap<Choice.Limit, Integer> changed = new EnumMap<>(Choice.Limit.class);
        changed.putAll(most);
        changed.put(limit, count);
        return new Bounds(gateways, slots, changed);
    }

    int of(Choice.Limit limit) {
        return most.getOrDefault(limit, 0);
    }
}
