package jumpvpn.lab.sessions;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jumpvpn.core.agent.AgentStatus;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.SessionState;
import jumpvpn.lab.netns.Json;
import org.jspecify.annotations.Nullable;

/** What became of many sessions since a time. The control thread's. */
final class LoadTally {
    private static final double NANOS_PER_MILLI = 1e6;
    /** More than are bound in any time that is measured. */
    private static final int MOST = 1 << 20;

    private final List<Long> takenNanos = new ArrayList<>();
    private final TreeMap<String, Integer> rejects = new TreeMap<>();
    private final TreeMap<String, Integer> ends = new TreeMap<>();
    private int lost;
    private long boundNanos;
    private long gapNanos;

    /** A session was to lose its path. @param did whether it had one */
    void asked(boolean did) {
        lost += did ? 1 : 0;
    }

    /** A session says something. */
    void said(LoadSession session, Event event) {
        if (event.type() == EventType.REATTACH_REJECT) {
            rejects.merge(event.reason().name(), 1, Integer::sum);
        }
        if (event.type() != EventType.STATE_CHANGE) {
            return;
        }
        if (event.to() == SessionState.TERMINATED) {
            ends.merge(event.reason().name(), 1, Integer::sum);
        } else if (event.to() == SessionState.RECOVERING && event.from() != SessionState.DEGRADED) {
            session.lostNanos = event.nanos();
        } else if (event.to() == SessionState.ATTACHED && event.from() == SessionState.RECOVERING) {
            bound(event.nanos(), session);
        }
    }

    private void bound(long nowNanos, LoadSession session) {
        if (takenNanos.size() < MOST) {
            takenNanos.add(nowNanos - session.lostNanos);
        }
        gapNanos = boundNanos == 0 ? 0 : Math.max(gapNanos, nowNanos - boundNanos);
        boundNanos = nowNanos;
    }

    /** Tells it in a line: how many are attached at which gateway, how many lost their path, how many were bound and how long that took, the longest time without any bind. */
    String json(long nowNanos, List<LoadSession> sessions) {
        TreeMap<String, Integer> at = new TreeMap<>();
        int attached = 0;
        for (LoadSession session : sessions) {
            AgentStatus status = session.agent.status(nowNanos);
            if (status.state() == SessionState.ATTACHED && status.gateway() != null) {
                attached++;
                at.merge(status.gateway(), 1, Integer::sum);
            }
        }
        takenNanos.sort(null);
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("attached", attached);
        json.put("at", at);
        json.put("lost", lost);
        json.put("bound", takenNanos.size());
        json.put("p50_ms", millis(0.5));
        json.put("p99_ms", millis(0.99));
        json.put("most_ms", millis(1));
        json.put("gap_ms", gapNanos / NANOS_PER_MILLI);
        json.put("rejects", rejects);
        json.put("ends", ends);
        return Json.write(json);
    }

    /** Begins anew. */
    void reset() {
        takenNanos.clear();
        rejects.clear();
        ends.clear();
        lost = 0;
        boundNanos = 0;
        gapNanos = 0;
    }

    private double millis(double share) {
        return takenNanos.isEmpty()
                ? 0
                : takenNanos.get((int) Math.ceil(share * takenNanos.size()) - 1) / NANOS_PER_MILLI;
    }
}
