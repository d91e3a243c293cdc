package jumpvpn.node.app.timeline;

import java.io.PrintStream;
import java.util.List;
import jumpvpn.core.observability.audit.Report;
import jumpvpn.core.observability.audit.SessionReport;
import jumpvpn.core.session.SessionState;
import jumpvpn.node.observability.jsonl.UtcTime;
import org.jspecify.annotations.Nullable;

/** A timeline for the terminal: a band of states, then a line an event. */
public final class TimelineText {
    private static final int BAND = 72;

    private TimelineText() {}

    /** Prints the sessions that the timeline has. */
    public static void print(Timeline timeline, Report report, PrintStream out) {
        for (SessionReport session : timeline.sessions(report)) {
            Timeline.Life life = timeline.lives().get(session.id());
            if (life != null) {
                print(session, life, out);
            }
        }
    }

    private static void print(SessionReport session, Timeline.Life life, PrintStream out) {
        out.printf(
                "session %s  %s: %d binds, %s at %s%n",
                session.id(),
                session.verdict(),
                session.binds(),
                session.state() == null ? "no owner's row" : session.state(),
                session.version());
        List<Timeline.Stay> stays = life.stays();
        if (!stays.isEmpty()) {
            out.printf("  %s%n  %s%n", band(stays), shares(stays));
        }
        List<Moment> moments = life.moments();
        int node = width(moments.stream().map(Moment::node).toList());
        int version = width(moments.stream()
                .map(moment -> moment.event().version().toString())
                .toList());
        for (Moment moment : moments) {
            out.println(plain(("  %c %-" + version + "s  %s  %-" + node + "s  %s%s%s")
                    .formatted(
                            mark(moment),
                            moment.event().version(),
                            UtcTime.format(moment.wallMillis()),
                            moment.node(),
                            moment.what(),
                            behind(moment.event().path()),
                            behind(moment.more()))));
        }
        if (life.omitted() > 0) {
            out.printf("  … and %d events more%n", life.omitted());
        }
        out.println();
    }

    private static String behind(@Nullable String text) {
        return text == null || text.isEmpty() ? "" : "  " + text;
    }

    private static int width(List<String> texts) {
        return texts.stream().mapToInt(String::length).max().orElse(1);
    }

    /** What to look for when scrolling: switches and what was refused. */
    private static char mark(Moment moment) {
        return moment.isSwitch() ? '»' : moment.isRefusal() ? '!' : ' ';
    }

    /** The worst state in each of the columns, so that a short outage is seen. */
    private static String band(List<Timeline.Stay> stays) {
        long from = stays.getFirst().fromMillis();
        long all = stays.getLast().untilMillis() - from;
        StringBuilder band = new StringBuilder();
        for (int column = 0; column < BAND; column++) {
            long begin = from + all * column / BAND;
            long end = Math.max(begin + 1, from + all * (column + 1) / BAND);
            SessionState worst = SessionState.BIRTH;
            for (Timeline.Stay stay : stays) {
                if (stay.fromMillis() < end
                        && stay.untilMillis() > begin
                        && stay.state().compareTo(worst) > 0) {
                    worst = stay.state();
                }
            }
            band.append(sign(worst));
        }
        return band.toString();
    }

    private static char sign(SessionState state) {
        return switch (state) {
            case BIRTH -> ' ';
            case ATTACHED -> '█';
            case VOLATILE -> '▓';
            case DEGRADED -> '▒';
            case RECOVERING -> '░';
            case TERMINATED -> '·';
        };
    }

    /** The band's signs, and how long each state lasted altogether. */
    private static String shares(List<Timeline.Stay> stays) {
        StringBuilder text = new StringBuilder();
        for (SessionState state : SessionState.values()) {
            long millis = stays.stream()
                    .filter(stay -> stay.state() == state)
                    .mapToLong(stay -> stay.untilMillis() - stay.fromMillis())
                    .sum();
            if (millis > 0 && state != SessionState.TERMINATED) {
                text.append("%s %s %.3f s   ".formatted(sign(state), state, millis / 1000.0));
            }
        }
        return text.toString().strip();
    }

    /** No text that an event carries is obeyed by a terminal. */
    private static String plain(String line) {
        StringBuilder text = new StringBuilder(line);
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                text.setCharAt(i, '?');
            }
        }
        return text.toString();
    }
}
