package jumpvpn.lab.netns;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one run of a scenario proved.
 *
 * @param checks each claim and whether it held
 * @param figures what was measured, for a machine
 */
public record Verdict(List<Check> checks, Map<String, @Nullable Object> figures) {
    /** The claims of a scenario over its evidence. */
    static Verdict of(Scenario scenario, Evidence e) {
        return new Verdict(scenario.judge(e), figures(scenario, e));
    }

    /** Only the figures, where several VPNs are compared; they hold if the lab itself did its part. */
    static Verdict compared(Scenario scenario, Evidence e) {
        return new Verdict(List.of(Judge.emulatorKeptUp(e)), figures(scenario, e));
    }

    private static Map<String, @Nullable Object> figures(Scenario scenario, Evidence e) {
        Map<String, @Nullable Object> figures = new LinkedHashMap<>();
        figures.put("outage_ms", tenths(e.traffic().ping().outageMillis()));
        figures.put("silent_at_end", e.traffic().ping().silentAtEnd());
        if (!Double.isNaN(e.measuredMillis())) {
            figures.put("first_reply_ms", tenths(e.measuredMillis()));
        }
        if (scenario.countsOutages()) {
            List<Double> sorted =
                    e.traffic().ping().outagesMillis().stream().sorted().toList();
            figures.put("restart_outage_ms", sorted.isEmpty() ? null : tenths(sorted.get(sorted.size() / 2)));
        }
        figures.put("probes_sent", e.traffic().ping().sent());
        figures.put("probes_lost", e.traffic().ping().lost());
        figures.put("probes_per_second", tenths(e.traffic().ping().perSecond()));
        figures.put("rtt_median_ms", tenths(e.traffic().ping().medianRttMillis()));
        if (scenario.connectionsSurvive) {
            figures.put("download_bytes", e.traffic().download().bytes());
            figures.put("download_checksum_ok", e.traffic().download().checksumRight());
            figures.put("download_stall_ms", tenths(e.traffic().download().longestStallMillis()));
        }
        figures.put("tcp_alive", e.traffic().connectionAlive());
        for (String field : List.of("session_id", "inner_address", "state_version", "path")) {
            figures.put(field + "_before", e.before().client().get(field));
            figures.put(field + "_after", e.after().client().get(field));
        }
        return figures;
    }

    /** With one claim more. */
    Verdict and(Check check) {
        List<Check> all = new ArrayList<>(checks);
        all.add(check);
        return new Verdict(all, figures);
    }

    /** A run that could not be carried out: that is a failure too. */
    public static Verdict impossible(String reason) {
        return new Verdict(List.of(new Check("the run could be carried out", false, reason)), new LinkedHashMap<>());
    }

    private static Object tenths(double value) {
        return Double.isFinite(value) ? Math.round(value * 10) / 10.0 : String.valueOf(value);
    }

    /** Whether all that was claimed held. */
    public boolean passed() {
        return !checks.isEmpty() && checks.stream().allMatch(Check::ok);
    }

    /** For a reader. */
    public void print(PrintStream out) {
        out.println();
        for (Check check : checks) {
            out.printf("  %-4s  %-44s  %s%n", check.ok() ? "ok" : "FAIL", check.name(), check.detail());
        }
        out.printf("  verdict: %s%n", passed() ? "PASS" : "FAIL");
    }

    /** For a machine. */
    public Map<String, @Nullable Object> json() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("passed", passed());
        json.putAll(figures);
        List<@Nullable Object> list = new ArrayList<>();
        for (Check check : checks) {
            Map<String, @Nullable Object> one = new LinkedHashMap<>();
            one.put("check", check.name());
            one.put("ok", check.ok());
            one.put("detail", check.detail());
            list.add(one);
        }
        json.put("checks", list);
        return json;
    }
}
