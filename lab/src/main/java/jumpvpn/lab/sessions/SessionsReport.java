package jumpvpn.lab.sessions;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import jumpvpn.lab.netns.Check;
import jumpvpn.lab.netns.Json;
import jumpvpn.lab.netns.Spread;
import org.jspecify.annotations.Nullable;

/** What was measured of one session and of many, in the same runs, and whether it is enough. */
final class SessionsReport {
    /** What many sessions carry together, of what one of them carries alone. */
    static final double LEAST_RATIO = 0.85;

    /** Whose traffic it is, and where it goes. */
    private record Kind(boolean isDown, Share share) {}

    private final SessionsOptions options;
    private final String setting;
    private final Map<Kind, List<Transfer.Measured>> measured = new LinkedHashMap<>();
    private final List<Check> checks = new ArrayList<>();

    /** @param setting the machine and the version, in a line */
    SessionsReport(SessionsOptions options, String setting) {
        this.options = options;
        this.setting = setting;
    }

    void add(boolean isDown, Share share, Transfer.Measured one) {
        measured.computeIfAbsent(new Kind(isDown, share), _ -> new ArrayList<>())
                .add(one);
    }

    void add(Check check) {
        checks.add(check);
    }

    /** What was carried in all, of what one session carries by one stream: medians. */
    double ratio(boolean isDown, Share share) {
        return median(isDown, share, Transfer.Measured::megabits)
                / median(isDown, Share.ONE, Transfer.Measured::megabits);
    }

    private double median(boolean isDown, Share share, ToDoubleFunction<Transfer.Measured> figure) {
        return spread(isDown, share, figure).median();
    }

    private Spread spread(boolean isDown, Share share, ToDoubleFunction<Transfer.Measured> figure) {
        List<Double> values = measured.getOrDefault(new Kind(isDown, share), List.of()).stream()
                .map(figure::applyAsDouble)
                .toList();
        return Spread.of(values).orElseThrow(() -> new IllegalStateException("nothing was measured"));
    }

    /** All that must hold. */
    List<Check> checks() {
        List<Check> all = new ArrayList<>(checks);
        long still = measured.values().stream()
                .flatMap(List::stream)
                .filter(one -> one.leastShare() == 0)
                .count();
        all.add(new Check(
                "no stream stands still while it is measured", still == 0, "in " + still + " transfers one did"));
        for (boolean isDown : List.of(false, true)) {
            double ratio = ratio(isDown, Share.MANY);
            all.add(new Check(
                    "%d sessions together get at least %.0f %% of what one gets, %s"
                            .formatted(options.active(), 100 * LEAST_RATIO, where(isDown)),
                    ratio >= LEAST_RATIO,
                    String.format(Locale.ROOT, "%.1f %%", 100 * ratio)));
        }
        return all;
    }

    boolean passed() {
        return checks().stream().allMatch(Check::ok);
    }

    private static String where(boolean isDown) {
        return isDown ? "to the clients" : "to the gateway";
    }

    String markdown() {
        StringBuilder text = new StringBuilder("%s; sessions: %d, runs of each in turn: %d, seconds counted: %d.%n%n"
                .formatted(setting, options.sessions(), options.runs(), options.seconds()));
        text.append(
                "| sessions with traffic | TCP streams | Mbit/s, median (least to greatest) | ratio | gateway, CPU s/GB"
                        + " | all clients, CPU s/GB | slowest stream of its share |\n| --- | --- | --- | --- | --- | --- | --- |\n");
        for (boolean isDown : List.of(false, true)) {
            for (Share share : Share.values()) {
                text.append(String.format(
                        Locale.ROOT,
                        "| %d, %s | %d | %s | %.2f | %s | %s | %s |%n",
                        share.sessions(options.active()),
                        where(isDown),
                        share.streams(options.active()),
                        cell("%.0f", spread(isDown, share, Transfer.Measured::megabits)),
                        ratio(isDown, share),
                        cell("%.2f", spread(isDown, share, Transfer.Measured::gatewaySecondsPerGb)),
                        cell("%.2f", spread(isDown, share, Transfer.Measured::loadSecondsPerGb)),
                        cell("%.2f", spread(isDown, share, Transfer.Measured::leastShare))));
            }
        }
        text.append('\n');
        for (Check check : checks()) {
            text.append("- %s %s: %s%n".formatted(check.ok() ? "ok" : "FAIL", check.name(), check.detail()));
        }
        return text.toString();
    }

    private static String cell(String number, Spread spread) {
        return String.format(
                Locale.ROOT,
                number + " (" + number + " to " + number + ")",
                spread.median(),
                spread.least(),
                spread.worst());
    }

    String json() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("setting", setting);
        json.put("sessions", options.sessions());
        json.put("active", options.active());
        json.put("seconds", options.seconds());
        json.put("passed", passed());
        json.put("ratio_to_gateway", ratio(false, Share.MANY));
        json.put("ratio_to_clients", ratio(true, Share.MANY));
        json.put(
                "measured",
                measured.entrySet().stream()
                        .map(entry -> Map.of(
                                "to",
                                entry.getKey().isDown() ? "clients" : "gateway",
                                "sessions",
                                entry.getKey().share().sessions(options.active()),
                                "streams",
                                entry.getKey().share().streams(options.active()),
                                "runs",
                                entry.getValue()))
                        .toList());
        json.put("checks", checks());
        return Json.write(json);
    }
}
