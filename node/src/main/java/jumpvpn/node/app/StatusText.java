package jumpvpn.node.app;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import jumpvpn.node.observability.jsonl.Json;
import jumpvpn.node.security.CryptoChoice;

/** What {@code status}, {@code sessions} and {@code paths} print for people, from their JSON. */
final class StatusText {
    private static final List<String> COLUMNS =
            List.of("CLIENT", "STATE", "VERSION", "INNER", "PATH", "RTT", "LOSS", "SESSION");
    private static final List<String> PATH_COLUMNS = List.of("PATH", "STATE", "RTT", "LOSS", "ANSWERED");

    private StatusText() {}

    static String node(Json.Fields status) {
        return status.text("role").orElse("").equals("gateway") ? gateway(status) : client(status);
    }

    private static String client(Json.Fields status) {
        StringBuilder text = new StringBuilder("%s  %s since %s%s%n"
                .formatted(plain(status, "name"), plain(status, "state"), plain(status, "since"), reason(status)));
        row(text, "session", plain(status, "session_id") + ", version " + plain(status, "state_version"));
        row(text, "gateway", plain(status, "gateway"));
        row(text, "path", path(status.object("path")));
        row(text, "inner", inner(status) + " on " + plain(status, "interface"));
        row(text, "quality", "rtt " + millis(status) + ", loss " + percent(status));
        row(text, "traffic", "sent " + bytes(status, "tx_bytes") + ", received " + bytes(status, "rx_bytes"));
        row(text, "crypto", crypto(status.object("crypto")));
        for (Json candidate : status.array("candidates")) {
            if (candidate instanceof Json.Fields path) {
                row(text, "candidate", plain(path, "id") + "  " + path(path) + "  " + quality(path));
            }
        }
        return text + transports(status);
    }

    private static String gateway(Json.Fields status) {
        String listen = status.array("listen").stream().map(StatusText::plain).collect(Collectors.joining(", "));
        List<Json> sessions = status.array("sessions");
        String ownership = plain(status, "ownership");
        String head = "%s  gateway since %s on %s, %s%d of %s clients connected%n"
                .formatted(
                        plain(status, "name"),
                        plain(status, "since"),
                        listen,
                        ownership.equals("embedded") ? "" : "ownership " + ownership + ", ",
                        sessions.size(),
                        plain(status, "clients"));
        String problem = status.text("state_problem")
                .map("nothing is committed at present: %s%n"::formatted)
                .orElse("");
        String crypto = "crypto: " + crypto(status.object("crypto")) + "\n";
        return head + crypto + problem + (sessions.isEmpty() ? "" : sessions(sessions)) + transports(status);
    }

    private static String crypto(Json.Fields crypto) {
        return new CryptoChoice.Names(
                        plain(crypto, "aes_256_gcm"), plain(crypto, "chacha20_poly1305"), plain(crypto, "x25519"))
                .toString();
    }

    /** A line for each transport that has counted anything: what it has. */
    private static String transports(Json.Fields status) {
        StringBuilder text = new StringBuilder();
        for (Json transport : status.array("transports")) {
            if (transport instanceof Json.Fields fields) {
                String counted = fields.object("counters").fields().entrySet().stream()
                        .filter(counter -> !plain(counter.getValue()).equals("0"))
                        .map(counter -> counter.getKey() + " " + plain(counter.getValue()))
                        .collect(Collectors.joining(", "));
                if (!counted.isEmpty()) {
                    row(text, "transport", plain(fields, "id") + "  " + counted);
                }
            }
        }
        return text.toString();
    }

    /** A table, a line a session. */
    static String sessions(List<Json> sessions) {
        List<List<String>> rows = new ArrayList<>(List.of(COLUMNS));
        for (Json session : sessions) {
            if (session instanceof Json.Fields fields) {
                rows.add(List.of(
                        plain(fields, "client"),
                        plain(fields, "state"),
                        plain(fields, "state_version"),
                        inner(fields),
                        path(fields.object("path")),
                        millis(fields),
                        percent(fields),
                        plain(fields, "session_id")));
            }
        }
        return table(rows);
    }

    /** The session in a line, then a table, a line a path. */
    static String paths(Json.Fields status) {
        List<List<String>> rows = new ArrayList<>(List.of(PATH_COLUMNS));
        for (Json candidate : status.array("candidates")) {
            if (candidate instanceof Json.Fields path) {
                rows.add(List.of(plain(path, "id"), plain(path, "state"), millis(path), percent(path), answered(path)));
            }
        }
        return "%s  %s, session %s%n"
                        .formatted(plain(status, "name"), plain(status, "state"), plain(status, "session_id"))
                + table(rows);
    }

    static String table(List<List<String>> rows) {
        int[] widths = widths(rows);
        return rows.stream().map(row -> aligned(row, widths)).collect(Collectors.joining("\n", "", "\n"));
    }

    /** The widest of each column, at least one row. */
    static int[] widths(List<List<String>> rows) {
        int[] widths = new int[rows.getFirst().size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        return widths;
    }

    private static String aligned(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < row.size(); i++) {
            line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
        }
        return line.toString().stripTrailing();
    }

    private static void row(StringBuilder text, String label, String value) {
        text.append("  %-10s %s%n".formatted(label, value));
    }

    private static String reason(Json.Fields status) {
        return status.text("reason").map(reason -> " (" + reason + ")").orElse("");
    }

    private static String path(Json.Fields path) {
        return path.fields().isEmpty()
                ? "none"
                : String.join(
                                " ",
                                List.of(
                                        plain(path, "protocol"),
                                        plain(path, "interface"),
                                        plain(path, "local"),
                                        "->",
                                        plain(path, "remote")))
                        .replace("  ", " ");
    }

    private static String inner(Json.Fields session) {
        String all =
                session.array("inner_addresses").stream().map(StatusText::plain).collect(Collectors.joining(","));
        return all.isEmpty() ? "-" : all;
    }

    static String millis(Json.Fields session) {
        return session.get("rtt_ms") instanceof Json.Figure number ? number.digits() + " ms" : "-";
    }

    static String percent(Json.Fields session) {
        return session.get("loss") instanceof Json.Figure number
                ? "%.1f %%".formatted(Double.parseDouble(number.digits()) * 100)
                : "-";
    }

    private static String quality(Json.Fields path) {
        return plain(path, "state") + ", rtt " + millis(path) + ", loss " + percent(path) + ", answered "
                + answered(path);
    }

    private static String answered(Json.Fields path) {
        return path.get("answered_seconds_ago") instanceof Json.Figure number ? number.digits() + " s ago" : "never";
    }

    private static String bytes(Json.Fields session, String name) {
        double left = session.get(name) instanceof Json.Figure number ? Double.parseDouble(number.digits()) : 0;
        if (left < 1024) {
            return "%.0f B".formatted(left);
        }
        String unit = "";
        for (String next : List.of("KiB", "MiB", "GiB", "TiB")) {
            if (left < 1024) {
                break;
            }
            left /= 1024;
            unit = next;
        }
        return "%.1f %s".formatted(left, unit);
    }

    static String plain(Json.Fields fields, String name) {
        return plain(fields.get(name));
    }

    private static String plain(Json value) {
        return switch (value) {
            case Json.Text text -> text.value();
            case Json.Figure number -> number.digits();
            case Json.Truth truth -> String.valueOf(truth.value());
            case Json.Null.NULL -> "-";
            case Json.Fields object -> "";
            case Json.Array array -> "";
        };
    }
}
