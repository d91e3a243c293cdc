package jumpvpn.lab.bench;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.lab.netns.Json;
import org.jspecify.annotations.Nullable;

/** What became of {@link StormLoad}'s clients since a time. */
final class StormTally {
    private static final double NANOS_PER_MILLI = 1e6;

    private final TreeMap<String, Integer> rejects = new TreeMap<>();
    private long[] takenNanos = new long[1024];
    private int bound;
    private int waits;
    private int repeats;
    private long resetNanos = System.nanoTime();
    private long boundNanos = resetNanos;
    private long gapNanos;

    /** A client was answered. */
    void said(long nowNanos, StormClient client, ReattachAnswer answer) {
        switch (answer) {
            case ReattachAnswer.Wait _ -> waits++;
            case ReattachAnswer.Reject reject -> rejects.merge(reject.reason().name(), 1, Integer::sum);
            case ReattachAnswer.Ack _ -> {
                if (bound == takenNanos.length) {
                    takenNanos = Arrays.copyOf(takenNanos, 2 * bound);
                }
                takenNanos[bound++] = nowNanos - client.askedNanos;
                gapNanos = Math.max(gapNanos, nowNanos - boundNanos);
                boundNanos = nowNanos;
            }
        }
    }

    /** A client says something again, or asks again. */
    void again() {
        repeats++;
    }

    /** Begins anew. */
    void reset(long nowNanos) {
        rejects.clear();
        bound = 0;
        waits = 0;
        repeats = 0;
        gapNanos = 0;
        resetNanos = nowNanos;
        boundNanos = nowNanos;
    }

    /** Tells it in a line: how many are attached at which gateway, how many were bound and how long that took, when the last was, the longest time without any bind, what else they were told, what they said again. */
    String json(List<StormClient> clients) {
        TreeMap<String, Integer> at = new TreeMap<>();
        int attached = 0;
        for (StormClient client : clients) {
            if (client.waits == StormClient.Waits.NOTHING && client.isAttached()) {
                attached++;
                at.merge("gw" + (client.gateway + 1), 1, Integer::sum);
            }
        }
        long[] taken = Arrays.copyOf(takenNanos, bound);
        Arrays.sort(taken);
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("attached", attached);
        json.put("at", at);
        json.put("bound", bound);
        json.put("p50_ms", millis(taken, 0.5));
        json.put("p99_ms", millis(taken, 0.99));
        json.put("most_ms", millis(taken, 1));
        json.put("last_ms", (boundNanos - resetNanos) / NANOS_PER_MILLI);
        json.put("gap_ms", gapNanos / NANOS_PER_MILLI);
        json.put("rejects", rejects);
        json.put("waits", waits);
        json.put("repeats", repeats);
        json.put("ends", Map.of());
        return Json.write(json);
    }

    private static double millis(long[] sorted, double share) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(share * sorted.length) - 1] / NANOS_PER_MILLI;
    }
}
