package jumpvpn.node.app.timeline;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.audit.Report;
import jumpvpn.core.observability.audit.SessionReport;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;

/** What all nodes said of a few sessions, each in the order of its versions. Bounded. */
public final class Timeline {
    /** More of them than these the reader has no eyes for. */
    public static final int MOST_SESSIONS = 50;

    private static final int MOST_MOMENTS = 5_000;

    /**
     * A session that was in one state.
     *
     * @param untilMillis by the owners' clocks, never before {@code fromMillis}
     */
    record Stay(SessionState state, long fromMillis, long untilMillis) {}

    /** One session's life. */
    static final class Life {
        private final List<Moment> moments = new ArrayList<>();
        private int omitted;

        /** In order. */
        List<Moment> moments() {
            return moments.stream().sorted(Moment.ORDER).toList();
        }

        /** How many more there are. */
        int omitted() {
            return omitted;
        }

        /** Its states one after the other, as its owners said them; clocks that go back are held still. */
        List<Stay> stays() {
            List<Stay> stays = new ArrayList<>();
            SessionState state = null;
            long since = 0;
            long now = 0;
            for (Moment moment : moments()) {
                now = Math.max(now, moment.wallMillis());
                if (moment.isOwners()) {
                    if (state != null && now > since) {
                        stays.add(new Stay(state, since, now));
                    }
                    state = moment.event().to();
                    since = now;
                }
            }
            if (state != null) {
                stays.add(new Stay(state, since, Math.max(now, since + 1)));
            }
            return stays;
        }
    }

    private final Map<SessionId, Life> lives = new LinkedHashMap<>();
    private int turn;

    /** Of these sessions, at most {@link #MOST_SESSIONS}; others are passed over. */
    public Timeline(Collection<SessionId> sessions) {
        sessions.stream().limit(MOST_SESSIONS).forEach(id -> lives.put(id, new Life()));
    }

    /** Whether this event is of one of its sessions. */
    public boolean wants(Event event) {
        return event.sessionId() != null && lives.containsKey(event.sessionId());
    }

    /**
     * Takes the next event.
     *
     * @param place where it stands, {@code file:line}
     */
    public void take(Event event, String node, long wallMillis, String place) {
        SessionId id = event.sessionId();
        Life life = id == null ? null : lives.get(id);
        if (life == null) {
            return;
        }
        if (life.moments.size() < MOST_MOMENTS) {
            life.moments.add(new Moment(event, node, wallMillis, place, turn++));
        } else {
            life.omitted++;
        }
    }

    /** Its sessions as the report has them, the worst first. */
    List<SessionReport> sessions(Report report) {
        return report.sessions().stream()
                .filter(session -> lives.containsKey(session.id()))
                .sorted(Comparator.comparing(SessionReport::verdict).reversed())
                .toList();
    }

    Map<SessionId, Life> lives() {
        return lives;
    }
}
