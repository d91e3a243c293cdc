package jumpvpn.node.dashboard;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import jumpvpn.core.session.SessionState;
import jumpvpn.node.runtime.SessionStatus;
import org.jspecify.annotations.Nullable;

/**
 * The node's sessions as they are now, from two sources: events change a state at once, a look at the node from time to time brings the figures and puts right what an
 * event that was lost left wrong. Keeps the newest {@value #MOST_ENDED} that ended. Any thread.
 */
final class Board {
    static final int MOST_ENDED = 1000;

    private final Map<String, SessionRow> live = new HashMap<>();
    private final Map<String, SessionRow> ended = new LinkedHashMap<>();
    private final Map<String, Long> lookedMillis = new HashMap<>();
    private long change;
    private @Nullable List<SessionRow> listed;

    /** An event of the stream; those that change no state change nothing here. */
    synchronized void take(Seen event) {
        SessionState to = event.to();
        String id = event.session();
        boolean isNews = event.is("STATE_CHANGE") && !event.isAgain();
        if (!isNews || to == null || id == null || ended.containsKey(id)) {
            return;
        }
        changed();
        SessionRow before = live.get(id);
        SessionRow row = before == null ? SessionRow.born(event, id, to, change) : before.after(event, to, change);
        if (to == SessionState.TERMINATED) {
            live.remove(id);
            end(row);
        } else {
            live.put(id, row);
        }
    }

    private void end(SessionRow row) {
        ended.put(row.id(), row);
        if (ended.size() > MOST_ENDED) {
            ended.remove(ended.keySet().iterator().next());
        }
    }

    /** Those that ended before this start, oldest first. */
    synchronized void remember(List<SessionRow> before) {
        List<SessionRow> since = ended();
        ended.clear();
        before.forEach(this::end);
        since.forEach(this::end);
    }

    /** How many changes there were: what {@link #refresh} wants to know from before its look. */
    synchronized long change() {
        return change;
    }

    /**
     * What a look at the node said. Rows that an event has changed since the look began stay as they are.
     *
     * @param asked {@link #change} before the look
     */
    synchronized void refresh(List<SessionStatus> sessions, long asked, long nowMillis) {
        Set<String> seen = new HashSet<>();
        for (SessionStatus status : sessions) {
            String id = Objects.toString(status.sessionId(), "");
            seen.add(id);
            SessionRow before = live.getOrDefault(id, SessionRow.unknown(id));
            if (!id.isEmpty() && before.change() <= asked && !ended.containsKey(id)) {
                long last = lookedMillis.getOrDefault(id, 0L);
                SessionRow row = SessionRow.of(status, id, before, last, nowMillis);
                lookedMillis.put(id, nowMillis);
                if (!row.looksLike(before)) {
                    changed();
                }
                live.put(id, row.looksLike(before) ? before : row);
            }
        }
        if (live.values().removeIf(row -> row.change() <= asked && !seen.contains(row.id()))) {
            changed();
        }
        lookedMillis.keySet().retainAll(live.keySet());
    }

    private void changed() {
        change++;
        listed = null;
    }

    /** All live ones, in no order. */
    synchronized List<SessionRow> live() {
        if (listed == null) {
            listed = List.copyOf(live.values());
        }
        return listed;
    }

    /** The newest that ended, oldest first. */
    synchronized List<SessionRow> ended() {
        return new ArrayList<>(ended.values());
    }

    /** A live or ended one. */
    synchronized Optional<SessionRow> find(String id) {
        return Optional.ofNullable(live.getOrDefault(id, ended.get(id)));
    }

    /** How many there are in each state; of TERMINATED those that are kept. */
    Map<SessionState, Integer> counts() {
        Map<SessionState, Integer> counts = new EnumMap<>(SessionState.class);
        for (SessionState state : SessionState.values()) {
            counts.put(state, 0);
        }
        live().forEach(row -> counts.merge(row.state(), 1, Integer::sum));
        counts.put(SessionState.TERMINATED, ended().size());
        return counts;
    }
}
