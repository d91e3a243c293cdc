package jumpvpn.node.dashboard;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import jumpvpn.core.session.SessionState;

/**
 * Which rows of the board a viewer sees: searched, filtered, sorted and cut here, so that the browser holds no more than its window.
 *
 * @param words all of which a row mentions, in lower case
 * @param state a state's name, {@code trouble} for all live ones but ATTACHED, or empty for all live ones; a search finds the ended ones too
 * @param sort a column
 * @param from the window's first row
 * @param count its rows, at most {@value #MOST}
 */
record Listing(List<String> words, String state, String sort, boolean descending, int from, int count) {
    static final int MOST = 200;
    private static final int MOST_WORDS = 8;
    /** What wants somebody's eyes first. */
    private static final List<SessionState> BY_URGENCY = List.of(
            SessionState.DEGRADED,
            SessionState.RECOVERING,
            SessionState.VOLATILE,
            SessionState.BIRTH,
            SessionState.ATTACHED,
            SessionState.TERMINATED);

    static final Listing FIRST = new Listing(List.of(), "", "state", false, 0, 60);

    /** @param total how many rows there would be in all */
    record Page(int total, List<SessionRow> rows) {}

    /** As a request's parameters ask. */
    static Listing of(Map<String, String> asked) {
        String query = asked.getOrDefault("q", "").strip().toLowerCase(Locale.ROOT);
        List<String> words = query.isEmpty() ? List.of() : List.of(query.split("\\s+", MOST_WORDS));
        return new Listing(
                words,
                asked.getOrDefault("state", ""),
                asked.getOrDefault("sort", "state"),
                asked.getOrDefault("desc", "").equals("1"),
                number(asked.get("from"), 0, Integer.MAX_VALUE),
                number(asked.get("count"), FIRST.count, MOST));
    }

    static int number(@org.jspecify.annotations.Nullable String text, int otherwise, int most) {
        return text != null && text.matches("[0-9]{1,9}") ? Math.min(Integer.parseInt(text), most) : otherwise;
    }

    Page page(Board board) {
        List<SessionRow> found = new ArrayList<>();
        boolean isEnded = state.equals(SessionState.TERMINATED.name());
        if (!isEnded) {
            add(found, board.live());
        }
        if (isEnded || !words.isEmpty() && state.isEmpty()) {
            add(found, board.ended());
        }
        Comparator<SessionRow> order = comparator();
        found.sort((descending ? order.reversed() : order)
                .thenComparing(SessionRow::client)
                .thenComparing(SessionRow::id));
        int first = Math.min(from, found.size());
        return new Page(found.size(), List.copyOf(found.subList(first, Math.min(found.size(), first + count))));
    }

    private void add(List<SessionRow> found, List<SessionRow> rows) {
        for (SessionRow row : rows) {
            if (fits(row)) {
                found.add(row);
            }
        }
    }

    private boolean fits(SessionRow row) {
        boolean inState = state.isEmpty()
                || (state.equals("trouble")
                        ? row.state() != SessionState.ATTACHED
                        : state.equals(row.state().name()));
        return inState && words.stream().allMatch(row::mentions);
    }

    private Comparator<SessionRow> comparator() {
        return switch (sort) {
            case "client" -> Comparator.comparing(SessionRow::client);
            case "path" -> Comparator.comparing(SessionRow::path);
            case "rtt" -> Comparator.comparingDouble(row -> orLeast(row.rttMillis()));
            case "loss" -> Comparator.comparingDouble(row -> orLeast(row.loss()));
            case "since" -> Comparator.comparingLong(SessionRow::sinceMillis);
            case "rate" -> Comparator.comparingDouble(row -> row.sentPerSecond() + row.receivedPerSecond());
            default -> Comparator.comparingInt(row -> BY_URGENCY.indexOf(row.state()));
        };
    }

    /** Unknown is less than nothing. */
    private static double orLeast(double value) {
        return Double.isNaN(value) ? -1 : value;
    }
}
