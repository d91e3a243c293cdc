package jumpvpn.node.app;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import jumpvpn.core.session.SessionState;
import jumpvpn.node.observability.jsonl.Json;

/** The frames of {@code top}: rates are between one and the next. */
final class TopText {
    private static final String PLAIN = "\u001b[0m";
    private static final List<String> COLUMNS =
            List.of("CLIENT", "STATE", "VERSION", "PATH", "RTT", "LOSS", "SENT", "RECEIVED", "SESSION");
    private static final int STATE_COLUMN = 1;

    /** What a session had sent and received. */
    private record Bytes(double sent, double received) {}

    private record Row(Json.Fields session, Bytes rate) {
        /** Trouble first. */
        int calm() {
            return switch (session.text("state").orElse("")) {
                case "RECOVERING" -> 0;
                case "DEGRADED" -> 1;
                case "VOLATILE" -> 2;
                default -> 3;
            };
        }

        double busy() {
            return rate.sent + rate.received;
        }
    }

    private final boolean live;
    private final int most;
    private Map<String, Bytes> before = new HashMap<>();
    private long beforeNanos;

    /**
     * @param live with colours, each frame over the last
     * @param most sessions a frame
     */
    TopText(boolean live, int most) {
        this.live = live;
        this.most = most;
    }

    /** The first look: there is no rate yet. */
    void sample(Json.Fields status, long nowNanos) {
        Map<String, Bytes> now = new HashMap<>();
        for (Json.Fields session : sessions(status)) {
            now.put(
                    session.text("session_id").orElse(""),
                    new Bytes(number(session, "tx_bytes"), number(session, "rx_bytes")));
        }
        before = now;
        beforeNanos = nowNanos;
    }

    /** What is to be printed now. */
    String frame(Json.Fields status, long nowNanos) {
        double seconds = Math.max(1e-3, (nowNanos - beforeNanos) / 1e9);
        List<Row> rows = new ArrayList<>();
        for (Json.Fields session : sessions(status)) {
            Bytes then = before.get(session.text("session_id").orElse(""));
            double sent = number(session, "tx_bytes") - (then == null ? 0 : then.sent);
            double received = number(session, "rx_bytes") - (then == null ? 0 : then.received);
            rows.add(new Row(session, new Bytes(Math.max(0, sent) / seconds, Math.max(0, received) / seconds)));
        }
        sample(status, nowNanos);
        String head = head(status, rows);
        rows.sort(Comparator.comparingInt(Row::calm)
                .thenComparing(Comparator.comparingDouble(Row::busy).reversed()));
        int shown = Math.min(most, rows.size());
        return (live ? Frames.HOME_AND_CLEAR : "")
                + head
                + table(rows.subList(0, shown))
                + (shown < rows.size() ? "… and %d more%n".formatted(rows.size() - shown) : "");
    }

    /** A client is its only session. */
    private static List<Json.Fields> sessions(Json.Fields status) {
        return isGateway(status)
                ? status.array("sessions").stream()
                        .filter(Json.Fields.class::isInstance)
                        .map(Json.Fields.class::cast)
                        .toList()
                : List.of(status);
    }

    private static boolean isGateway(Json.Fields status) {
        return status.text("role").orElse("").equals("gateway");
    }

    private static String head(Json.Fields status, List<Row> rows) {
        Map<String, Integer> states = new TreeMap<>();
        rows.forEach(row -> states.merge(row.session.text("state").orElse("?"), 1, Integer::sum));
        String counted = states.entrySet().stream()
                .map(state -> state.getValue() + " " + state.getKey())
                .collect(Collectors.joining(", "));
        String clients = isGateway(status) && status.get("clients") instanceof Json.Figure known
                ? " of " + known.digits() + " clients"
                : "";
        return "%s %s  %d sessions%s: %s%nsent %s, received %s%s%n%n"
                .formatted(
                        status.text("role").orElse("?"),
                        status.text("name").orElse("?"),
                        rows.size(),
                        clients,
                        counted.isEmpty() ? "none" : counted,
                        rate(rows.stream().mapToDouble(row -> row.rate.sent).sum()),
                        rate(rows.stream().mapToDouble(row -> row.rate.received).sum()),
                        status.text("state_problem")
                                .map(problem -> "; NOTHING IS COMMITTED: " + problem)
                                .orElse(""));
    }

    private String table(List<Row> rows) {
        List<List<String>> cells = new ArrayList<>(List.of(COLUMNS));
        for (Row row : rows) {
            Json.Fields session = row.session;
            Json.Fields path = session.object("path");
            cells.add(List.of(
                    session.text("client").or(() -> session.text("name")).orElse("-"),
                    session.text("state").orElse("-"),
                    session.text("state_version").orElse("-"),
                    path.text("protocol").orElse("-") + " "
                            + path.text("interface")
                                    .filter(name -> !name.isEmpty())
                                    .map(name -> name + " ")
                                    .orElse("") + path.text("remote").orElse(""),
                    StatusText.millis(session),
                    StatusText.percent(session),
                    rate(row.rate.sent),
                    rate(row.rate.received),
                    session.text("session_id").orElse("-")));
        }
        StringBuilder table = new StringBuilder();
        int[] widths = StatusText.widths(cells);
        for (List<String> line : cells) {
            for (int i = 0; i < widths.length; i++) {
                String cell = line.get(i)
                        + (i == widths.length - 1
                                ? ""
                                : " ".repeat(widths[i] - line.get(i).length() + 2));
                table.append(live && i == STATE_COLUMN ? coloured(cell) : cell);
            }
            table.append(System.lineSeparator());
        }
        return table.toString();
    }

    private static String coloured(String state) {
        String name = state.strip();
        if (name.equals(SessionState.ATTACHED.name())) {
            return "\u001b[32m" + state + PLAIN;
        }
        boolean isMild = name.equals(SessionState.VOLATILE.name()) || name.equals(SessionState.DEGRADED.name());
        return isMild
                ? "\u001b[33m" + state + PLAIN
                : name.equals(SessionState.RECOVERING.name()) ? "\u001b[31m" + state + PLAIN : state;
    }

    private static double number(Json.Fields session, String name) {
        return session.get(name) instanceof Json.Figure number ? Double.parseDouble(number.digits()) : 0;
    }

    /** As {@code 12.3 Mbit/s}. */
    private static String rate(double bytesASecond) {
        double left = 8 * bytesASecond;
        for (String unit : List.of("bit/s", "kbit/s", "Mbit/s")) {
            if (left < 1000) {
                return String.format(Locale.ROOT, unit.equals("bit/s") ? "%.0f %s" : "%.1f %s", left, unit);
            }
            left /= 1000;
        }
        return String.format(Locale.ROOT, "%.2f Gbit/s", left);
    }
}
