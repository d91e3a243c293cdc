package jumpvpn.node.dashboard;

import java.util.Arrays;
import jumpvpn.core.session.SessionState;
import jumpvpn.node.observability.jsonl.JsonWriter;

/**
 * The states that a session was in lately, oldest first, for the small band of its row: at most {@value #MOST} changes, each {@code millis << 3 | state}. Immutable.
 */
final class Band {
    static final Band EMPTY = new Band(new long[0]);
    static final long SPAN_MILLIS = 15 * 60_000L;
    private static final int MOST = 24;
    private static final SessionState[] STATES = SessionState.values();

    private final long[] changes;

    private Band(long[] changes) {
        this.changes = changes;
    }

    /** With this change at its end; what ended more than {@link #SPAN_MILLIS} before goes. */
    Band with(long millis, SessionState state) {
        int from = Math.max(0, changes.length + 1 - MOST);
        while (from + 1 < changes.length && changes[from + 1] >> 3 < millis - SPAN_MILLIS) {
            from++;
        }
        long[] longer = Arrays.copyOfRange(changes, Math.min(from, changes.length), changes.length + 1);
        longer[longer.length - 1] = millis << 3 | state.ordinal();
        return new Band(longer);
    }

    boolean isEmpty() {
        return changes.length == 0;
    }

    /** {@code [[millis,"ATTACHED"],…]}. */
    void write(JsonWriter json) {
        json.beginArray();
        for (long change : changes) {
            json.beginArray()
                    .value(change >> 3)
                    .value(STATES[(int) (change & 7)].name())
                    .endArray();
        }
        json.endArray();
    }
}
