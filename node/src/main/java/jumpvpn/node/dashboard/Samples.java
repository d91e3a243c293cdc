package jumpvpn.node.dashboard;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jumpvpn.node.observability.jsonl.JsonWriter;

/**
 * Chooses whose round trip and loss go into the history: those that have changed, who waited longest first, and no more than fit into half of it in a week. One thread.
 */
final class Samples {
    private static final long LEAST_MILLIS = 10_000;
    private static final long MOST_MILLIS = 15 * 60_000;
    /** What a sample costs on disk, packed; measured. */
    private static final double BYTES = 28;

    private static final double MOST_AT_ONCE = 2000;

    private record Sample(long millis, double rttMillis, double loss) {}

    private final Map<String, Sample> last = new HashMap<>();
    private final double perMilli;
    private double room = MOST_AT_ONCE;
    private long lookedMillis;

    /** @param historyBytes what the history may have */
    Samples(long historyBytes) {
        perMilli = historyBytes / 2.0 / History.KEPT_MILLIS / BYTES;
    }

    void take(List<SessionRow> rows, long nowMillis, History history) {
        room = Math.min(MOST_AT_ONCE, room + Math.max(0, nowMillis - lookedMillis) * perMilli);
        lookedMillis = nowMillis;
        List<SessionRow> due = new ArrayList<>();
        Map<String, Sample> kept = new HashMap<>();
        for (SessionRow row : rows) {
            Sample before = last.get(row.id());
            if (before != null) {
                kept.put(row.id(), before);
            }
            if (isDue(row, before, nowMillis)) {
                due.add(row);
            }
        }
        due.sort(Comparator.comparingLong(row -> {
            Sample before = last.get(row.id());
            return before == null ? 0 : before.millis;
        }));
        for (SessionRow row : due.subList(0, (int) Math.min(due.size(), room))) {
            room--;
            kept.put(row.id(), new Sample(nowMillis, row.rttMillis(), row.loss()));
            history.add(nowMillis, row.id(), line(row, nowMillis));
        }
        last.clear();
        last.putAll(kept);
    }

    private static boolean isDue(SessionRow row, @org.jspecify.annotations.Nullable Sample before, long nowMillis) {
        if (Double.isNaN(row.rttMillis())) {
            return false;
        }
        if (before == null || nowMillis - before.millis >= MOST_MILLIS) {
            return true;
        }
        boolean isOther = Math.abs(row.rttMillis() - before.rttMillis) > Math.max(2, before.rttMillis / 10)
                || Math.abs(row.loss() - before.loss) >= 0.005;
        return isOther && nowMillis - before.millis >= LEAST_MILLIS;
    }

    private static String line(SessionRow row, long nowMillis) {
        return new JsonWriter()
                .beginObject()
                .field("type", "SAMPLE")
                .field("ts_ms", nowMillis)
                .field("session_id", row.id())
                .field("rtt_ms", row.rttMillis())
                .field("loss", row.loss())
                .endObject()
                .toString();
    }
}
