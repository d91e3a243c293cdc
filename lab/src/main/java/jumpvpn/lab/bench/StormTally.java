package jumpvpn.lab.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.lab.netns.Json;
import jumpvpn.lab.sessions.BindTimes;
import org.jspecify.annotations.Nullable;

/** What became of {@link StormLoad}'s clients since a time. */
final class StormTally {
    private static final double NANOS_PER_MILLI = 1e6;

    private final TreeMap<String, Integer> rejects = new TreeMap<>();
    private final TreeMap<String, Integer> ends = new TreeMap<>();
    private final BindTimes binds = new BindTimes();
    private int waits;
    private int repeats;
    private long resetNanos = System.nanoTime();

    /** A client was answered. */
    void said(long nowNanos, StormClient client, ReattachAnswer answer) {
        switch (answer) {
            case ReattachAnswer.Wait _ -> waits++;
            case ReattachAnswer.Reject reject ->
                (client.isAttached() ? rejects : ends).merge(reject.reason().name(), 1, Integer::sum);
            case ReattachAnswer.Ack _ -> binds.add(nowNanos, nowNanos - client.askedNanos);
        }
    }

    /** A client says something again, or asks again. */
    void again() {
        repeats++;
    }

    /** Begins anew. */
    void reset(long nowNanos) {
        rejects.clear();
        ends.clear();
        binds.reset();
        waits = 0;
        repeats = 0;
        resetNanos = nowNanos;
    }

    /** Tells it in a line: how many are attached at which gateway, how many were bound and how long that took, when the last was, the longest time without any bind, what else they were told, what they said again. */
    String json(List<StormClient> clients) {
        TreeMap<String, Integer> at = new TreeMap<>();
        int attached = 0;
        for (StormClient client : clients) {
            if (client.isAttached() && client.waits == StormClient.Waits.NOTHING) {
                attached++;
                at.merge("gw" + (client.gateway + 1), 1, Integer::sum);
            }
        }
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("attached", attached);
        json.put("at", at);
        binds.put(json);
        json.put("last_ms", binds.count() == 0 ? 0 : (binds.newestNanos() - resetNanos) / NANOS_PER_MILLI);
        json.put("rejects", rejects);
        json.put("waits", waits);
        json.put("repeats", repeats);
        json.put("ends", ends);
        return Json.write(json);
    }
}
