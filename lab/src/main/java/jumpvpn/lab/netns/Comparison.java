package jumpvpn.lab.netns;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the same disturbances cost each of several VPNs, by scenario. */
final class Comparison {
    private static final String NEVER = "never";
    /** There where probes were sent before only, and the scenario took the time itself. */
    private static final String FIRST_REPLY = "first_reply_ms";

    private final LabOptions options;
    private final Map<Scenario, Map<Subject, List<Verdict>>> verdicts = new LinkedHashMap<>();

    Comparison(LabOptions options) {
        this.options = options;
    }

    /** Takes the verdict of one run; what it showed, or why it could not be carried out. */
    String add(Scenario scenario, Subject subject, Verdict verdict) {
        verdicts.computeIfAbsent(scenario, _ -> new LinkedHashMap<>())
                .computeIfAbsent(subject, _ -> new ArrayList<>())
                .add(verdict);
        return verdict.passed()
                ? "outage ms, probes lost, download stall ms, download whole, quiet TCP alive: "
                        + String.join(", ", cells(List.of(verdict)))
                : verdict.checks().stream()
                        .map(check -> "NOT CARRIED OUT: " + check.detail())
                        .collect(Collectors.joining());
    }

    /** Every run could be carried out. */
    boolean complete() {
        return verdicts.values().stream()
                .flatMap(bySubject -> bySubject.values().stream())
                .flatMap(List::stream)
                .allMatch(Verdict::passed);
    }

    /** In Markdown. */
    List<String> table() throws IOException {
        List<String> versions = new ArrayList<>();
        for (Subject subject : options.subjects()) {
            versions.add(subject.nameAndVersion());
        }
        List<String> lines = new ArrayList<>();
        lines.add("%s; %s; round trips %.0f and %.0f ms."
                .formatted(
                        String.join(", ", versions),
                        options.runs() == 1 ? "one run each" : options.runs() + " runs each, median / worst",
                        options.rttAMillis(),
                        options.rttBMillis()));
        lines.add("");
        lines.add(
                "| scenario | VPN | outage ms | probes lost | download stall ms | download whole | quiet TCP alive |");
        lines.add("| --- | --- | --- | --- | --- | --- | --- |");
        verdicts.forEach((scenario, bySubject) -> bySubject.forEach((subject, runs) -> lines.add("| `%s` | %s | %s |"
                .formatted(
                        scenario.label,
                        subject.label,
                        String.join(
                                " | ",
                                cells(runs.stream().filter(Verdict::passed).toList()))))));
        return lines;
    }

    private static List<String> cells(List<Verdict> runs) {
        return List.of(
                spread(runs.stream().map(Comparison::outageMillis).toList()),
                spread(runs.stream()
                        .filter(run -> !run.figures().containsKey(FIRST_REPLY))
                        .map(run -> number(run, "probes_lost"))
                        .toList()),
                spread(downloads(runs).stream().map(Comparison::stallMillis).toList()),
                share(downloads(runs), "download_checksum_ok"),
                share(runs, "tcp_alive"));
    }

    private static List<Verdict> downloads(List<Verdict> runs) {
        return runs.stream()
                .filter(run -> run.figures().containsKey("download_stall_ms"))
                .toList();
    }

    /** Infinite where no reply came any more. */
    private static double outageMillis(Verdict run) {
        if (run.figures().containsKey(FIRST_REPLY)) {
            return number(run, FIRST_REPLY);
        }
        return Boolean.TRUE.equals(run.figures().get("silent_at_end"))
                ? Double.POSITIVE_INFINITY
                : number(run, "outage_ms");
    }

    /** Infinite where the download did not end. */
    private static double stallMillis(Verdict run) {
        return Boolean.TRUE.equals(run.figures().get("download_checksum_ok"))
                ? number(run, "download_stall_ms")
                : Double.POSITIVE_INFINITY;
    }

    private static double number(Verdict run, String figure) {
        return Double.parseDouble(String.valueOf(run.figures().get(figure)));
    }

    private static String spread(List<Double> values) {
        return Spread.of(values)
                .map(spread -> values.size() == 1
                        ? rounded(spread.median())
                        : rounded(spread.median()) + " / " + rounded(spread.worst()))
                .orElse("–");
    }

    private static String rounded(double value) {
        return Double.isInfinite(value) ? NEVER : "%,.0f".formatted(value);
    }

    private static String share(List<Verdict> runs, String figure) {
        long yes = runs.stream()
                .filter(run -> Boolean.TRUE.equals(run.figures().get(figure)))
                .count();
        return runs.isEmpty() ? "–" : yes + " of " + runs.size();
    }

    /** All runs of a scenario, for a machine. */
    Map<String, @Nullable Object> json(Scenario scenario) throws IOException {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("scenario", scenario.label);
        json.put("rtt_a_ms", options.rttAMillis());
        json.put("rtt_b_ms", options.rttBMillis());
        List<@Nullable Object> vpns = new ArrayList<>();
        for (var entry : verdicts.getOrDefault(scenario, Map.of()).entrySet()) {
            Map<String, @Nullable Object> vpn = new LinkedHashMap<>();
            vpn.put("vpn", entry.getKey().label);
            vpn.put("version", entry.getKey().nameAndVersion());
            vpn.put("runs", entry.getValue().stream().map(Verdict::json).toList());
            vpns.add(vpn);
        }
        json.put("vpns", vpns);
        return json;
    }
}
