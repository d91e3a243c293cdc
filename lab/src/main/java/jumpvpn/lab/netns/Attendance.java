package jumpvpn.lab.netns;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Who is there, by what a gateway says of its sessions and by its events.
 *
 * @param attached sessions that are ATTACHED now
 * @param born sessions that have been ATTACHED at any time
 * @param left how often one was ATTACHED no more, by reason
 * @param ended how many have ended
 */
public record Attendance(int attached, int born, Map<String, Integer> left, int ended) {
    static Attendance of(List<Map<?, ?>> sessions, List<EventLine> events) {
        Set<String> born = new HashSet<>();
        Map<String, Integer> left = new TreeMap<>();
        int ended = 0;
        for (EventLine event : events) {
            if (event.becomes("ATTACHED")) {
                born.add(event.sessionId());
            }
            if (event.is("STATE_CHANGE") && event.text("from").equals("ATTACHED")) {
                left.merge(event.reason(), 1, Integer::sum);
            }
            ended += event.becomes("TERMINATED") ? 1 : 0;
        }
        int attached = (int) sessions.stream()
                .filter(session -> "ATTACHED".equals(session.get("state")))
                .count();
        return new Attendance(attached, born.size(), left, ended);
    }

    /** Whether so many sessions were born, and all of them are ATTACHED. */
    public boolean isComplete(int sessions) {
        return attached == sessions && born == sessions && ended == 0;
    }

    @Override
    public String toString() {
        return "%d ATTACHED of %d born; ATTACHED was left %s, %d ended"
                .formatted(attached, born, left.isEmpty() ? "never" : left, ended);
    }
}
