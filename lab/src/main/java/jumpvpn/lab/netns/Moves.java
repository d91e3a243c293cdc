package jumpvpn.lab.netns;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Where a client's session went, followed in the client's events. One thread. */
public final class Moves {
    private final EventFile events;
    private final List<String> paths = new ArrayList<>();
    private final Map<String, Integer> reasons = new TreeMap<>();

    Moves(Path events) {
        this.events = new EventFile(events);
    }

    /** The names of the paths that it was bound to until now, in order; its birth is not in it. */
    public List<String> paths() {
        events.poll(this::take);
        return List.copyOf(paths);
    }

    /** Why it left ATTACHED until the last look, and how often. */
    public Map<String, Integer> reasons() {
        return Map.copyOf(reasons);
    }

    private void take(EventLine event) {
        if (event.is("REATTACH_ACK_RECEIVED")) {
            paths.add(event.text("path"));
        }
        if (event.is("STATE_CHANGE") && event.text("from").equals("ATTACHED")) {
            reasons.merge(event.reason(), 1, Integer::sum);
        }
    }
}
