package jumpvpn.node.app.timeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import jumpvpn.core.session.SessionState;
import jumpvpn.node.observability.jsonl.UtcTime;

/** A session's states over time as SVG: a coloured band, marks for switches and refusals, a scale of time. */
final class Band {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 78;
    private static final int TOP = 18;
    private static final int THICK = 26;
    private static final int TICKS = 5;
    private static final double LEAST_WIDTH = 1.5; // so that a short outage is seen

    private final Html html;
    private final List<Timeline.Stay> stays;
    private final long from;
    private final long all;

    private Band(Html html, List<Timeline.Stay> stays) {
        this.html = html;
        this.stays = stays;
        from = stays.getFirst().fromMillis();
        all = Math.max(1, stays.getLast().untilMillis() - from);
    }

    /** Draws it; nothing without an owner's row. */
    static void draw(Html html, Timeline.Life life) {
        List<Timeline.Stay> stays = life.stays();
        if (!stays.isEmpty()) {
            new Band(html, stays).draw(life.moments());
        }
    }

    private void draw(List<Moment> moments) {
        html.open("svg", "viewBox", "0 0 " + WIDTH + " " + HEIGHT, "role", "img", "aria-label", described());
        for (Timeline.Stay stay : narrowLast()) {
            double x = x(stay.fromMillis());
            double width = Math.max(LEAST_WIDTH, x(stay.untilMillis()) - x);
            html.open(
                            "rect",
                            "class",
                            stay.state().name(),
                            "x",
                            number(x),
                            "y",
                            TOP,
                            "width",
                            number(width),
                            "height",
                            THICK)
                    .element(
                            "title",
                            "%s, %.3f s from %s"
                                    .formatted(
                                            stay.state(),
                                            (stay.untilMillis() - stay.fromMillis()) / 1000.0,
                                            UtcTime.format(stay.fromMillis())))
                    .raw("</rect>");
        }
        for (Moment moment : moments) {
            if (moment.isSwitch() || moment.isRefusal()) {
                mark(moment);
            }
        }
        scale();
        html.raw("</svg>\n");
    }

    /** Short stays are drawn over long ones. */
    private List<Timeline.Stay> narrowLast() {
        List<Timeline.Stay> sorted = new ArrayList<>(stays);
        sorted.sort((one, other) ->
                Long.compare(other.untilMillis() - other.fromMillis(), one.untilMillis() - one.fromMillis()));
        return sorted;
    }

    private String described() {
        StringBuilder text = new StringBuilder("states over time: ");
        for (Timeline.Stay stay : stays.stream().limit(20).toList()) {
            text.append(stay.state()).append(" %.3f s, ".formatted((stay.untilMillis() - stay.fromMillis()) / 1000.0));
        }
        return text.append("until ").append(UtcTime.format(from + all)).toString();
    }

    private void mark(Moment moment) {
        String x = number(x(Math.clamp(moment.wallMillis(), from, from + all)));
        html.open(
                        "line",
                        "class",
                        moment.isSwitch() ? "switch" : "refusal",
                        "x1",
                        x,
                        "x2",
                        x,
                        "y1",
                        TOP - 8,
                        "y2",
                        TOP + THICK + 8)
                .element("title", moment.event().version() + " " + moment.what() + " " + moment.node())
                .raw("</line>");
    }

    private void scale() {
        for (int i = 0; i <= TICKS; i++) {
            long at = from + all * i / TICKS;
            String anchor = i == 0 ? "start" : i == TICKS ? "end" : "middle";
            html.open("text", "x", number(x(at)), "y", HEIGHT - 8, "text-anchor", anchor)
                    .text(UtcTime.format(at).substring(11, 23))
                    .raw("</text>");
        }
    }

    private double x(long millis) {
        return (double) (millis - from) * WIDTH / all;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    /** The colours, as rows of a style sheet, and where they are explained. */
    static void legend(Html html) {
        html.open("p", "class", "legend");
        for (SessionState state : SessionState.values()) {
            if (state.isLive() || state == SessionState.TERMINATED) {
                html.open("svg", "viewBox", "0 0 14 14", "class", "key", "aria-hidden", "true")
                        .open("rect", "class", state.name(), "width", 14, "height", 14)
                        .raw("</rect></svg>")
                        .text(" " + state + " ");
            }
        }
        html.raw("<span class=\"switch-word\">│</span> switch <span class=\"refusal-word\">│</span> refused</p>\n");
    }
}
