package jumpvpn.lab.netns;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who is there, by what a gateway says of its sessions and by its events.
 *
 * @param attached sessions that are ATTACHED now
 * @param born sessions that have been ATTACHED at any time
 * @param left how often one was ATTACHED no more
 * @param ended how many have ended
 */
public record Attendance(int attached, int born, int left, int ended) {
    static Attendance of(List<Map<?, ?>> sessions, List<EventLine> events) {
        Set<String> born = new HashSet<>();
        int left = 0;
        int ended = 0;
        for (EventLine event : events) {
            if (event.becomes("ATTACHED")) {
                born.add(event.sessionId());
            }
            left += event.is("STATE_CHANGE") && event.text("from").equals("ATTACHED") ? 1 : 0;
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
        return "%d ATTACHED of %d born; ATTACHED was left %d times, %d ended".formatted(attached, born, left, ended);
    }
}
