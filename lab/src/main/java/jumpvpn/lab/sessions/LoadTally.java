package jumpvpn.lab.sessions;

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
    private final BindTimes binds = new BindTimes();
    private final TreeMap<String, Integer> rejects = new TreeMap<>();
    private final TreeMap<String, Integer> ends = new TreeMap<>();
    private int lost;

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
            binds.add(event.nanos(), event.nanos() - session.lostNanos);
        }
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
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("attached", attached);
        json.put("at", at);
        json.put("lost", lost);
        binds.put(json);
        json.put("rejects", rejects);
        json.put("ends", ends);
        return Json.write(json);
    }

    /** Begins anew. */
    void reset() {
        binds.reset();
        rejects.clear();
        ends.clear();
        lost = 0;
    }
}
