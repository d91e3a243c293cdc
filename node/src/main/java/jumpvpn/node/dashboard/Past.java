package jumpvpn.node.dashboard;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jumpvpn.core.session.SessionState;
import jumpvpn.node.runtime.Log;

/** Reads the history over once at the start: which sessions ended, and what was refused. Beside the node's work, on a thread that called it. */
final class Past {
    private static final int MOST_NAMES = 20_000;

    private final Map<String, SessionRow> live = new HashMap<>();
    private final Deque<SessionRow> ended = new ArrayDeque<>();
    private final Incidents incidents;

    private Past(Incidents incidents) {
        this.incidents = incidents;
    }

    static void read(History history, Board board, Incidents incidents, long nowMillis, Log log) {
        Past past = new Past(incidents);
        try {
            history.replay(nowMillis - History.KEPT_MILLIS, past::take);
        } catch (IOException e) {
            log.warn("the dashboard's history can't be read any further: " + e.getMessage());
        }
        incidents.remembered();
        board.remember(List.copyOf(past.ended));
    }

    private void take(String line) {
        if (line.contains("\"SAMPLE\"")) {
            return; // most lines: not worth reading
        }
        Seen.parse(line).ifPresent(event -> {
            incidents.remember(event);
            SessionState to = event.to();
            String id = event.session();
            if (event.is("STATE_CHANGE") && to != null && id != null) {
                row(event, id, to);
            }
        });
    }

    private void row(Seen event, String id, SessionState to) {
        SessionRow before = live.remove(id);
        SessionRow row = before == null ? SessionRow.born(event, id, to, 0) : before.after(event, to, 0);
        if (to == SessionState.TERMINATED) {
            ended.addLast(row);
            if (ended.size() > Board.MOST_ENDED) {
                ended.removeFirst();
            }
        } else if (live.size() < MOST_NAMES) {
            live.put(id, row);
        }
    }
}
