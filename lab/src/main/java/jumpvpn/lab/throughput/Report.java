package jumpvpn.lab.throughput;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import jumpvpn.lab.netns.Json;
import org.jspecify.annotations.Nullable;

/** What was measured, for people in Markdown and for machines in JSON. */
final class Report {
    private static final String MISSING = "–";

    private final Setting setting;
    private final Results results;

    Report(Setting setting, Results results) {
        this.setting = setting;
        this.results = results;
    }

    String markdown() {
        return String.join(
                        "\n",
                        """
                        # Throughput

                        %s, load %.1f before it began, %s, commit %s, %s; runs of each in turn: %d, seconds of a transfer: %d, the first not counted.
                        Each cell: median (least to greatest) ×ratio of the median to wireguard-go's.
                        """.formatted(
                                        setting.machine(),
                                        setting.load(),
                                        setting.time(),
                                        setting.commit(),
                                        String.join(", ", setting.tools()),
                                        setting.options().runs(),
                                        setting.options().seconds()),
                        table(),
                        contenders(),
                        failures())
                + "\n";
    }

    private String table() {
        List<String> lines = new ArrayList<>();
        lines.add(row(
                "measured",
                "unit",
                results.contenders().stream().map(Contender::label).collect(Collectors.joining(" | "))));
        lines.add(
                row("---", "---", results.contenders().stream().map(_ -> "---").collect(Collectors.joining(" | "))));
        for (Measure measure : Measure.values()) {
            lines.add(row(
                    measure.label,
                    measure.unit + (measure.moreIsBetter ? ", more is better" : ", less is better"),
                    results.contenders().stream()
                            .map(contender -> cell(contender, measure))
                            .collect(Collectors.joining(" | "))));
        }
        return String.join("\n", lines) + "\n";
    }

    private String cell(Contender contender, Measure measure) {
        return results.spread(contender, measure)
                .map(spread -> "%s (%s to %s)%s"
                        .formatted(
                                number(spread.median()),
                                number(spread.least()),
                                number(spread.worst()),
                                results.ratio(contender, measure)
                                        .map(ratio -> " ×" + number(ratio))
                                        .orElse("")))
                .orElse(MISSING);
    }

    private String contenders() {
        List<String> lines = new ArrayList<>();
        lines.add(row("VPN", "version", "says of itself | a known marker sent through it, seen on the cable"));
        lines.add(row("---", "---", "--- | ---"));
        for (Contender contender : results.contenders()) {
            lines.add(row(
                    contender.label(),
                    setting.versions().getOrDefault(contender, MISSING),
                    results.description(contender) + " | "
                            + results.capture(contender).orElse("NOT CHECKED")));
        }
        return String.join("\n", lines) + "\n";
    }

    private String failures() {
        return results.failures().isEmpty()
                ? "Nothing failed."
                : "Failed:\n"
                        + results.failures().stream()
                                .map(failure -> "- " + failure.toString().replaceAll("\\s+", " "))
                                .collect(Collectors.joining("\n"));
    }

    private static String row(String... cells) {
        return "| " + String.join(" | ", cells) + " |";
    }

    /** With three digits or more. */
    static String number(double value) {
        String format = value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : value >= 1 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }

    String json() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("time", setting.time());
        json.put("commit", setting.commit());
        json.put("processor", setting.machine().processor());
        json.put("cores", setting.machine().cores());
        json.put("kernel", setting.machine().kernel());
        json.put("java", setting.machine().java());
        json.put("load_before", setting.load());
        json.put("tools", setting.tools());
        json.put("runs", setting.options().runs());
        json.put("seconds", setting.options().seconds());
        json.put("vpns", results.contenders().stream().map(this::json).toList());
        json.put("failures", results.failures().stream().map(Report::json).toList());
        return Json.write(json) + "\n";
    }

    private Map<String, @Nullable Object> json(Contender contender) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("vpn", contender.label());
        json.put("version", setting.versions().get(contender));
        json.put("description", results.description(contender));
        json.put("capture", results.capture(contender).orElse(null));
        for (Measure measure : Measure.values()) {
            results.spread(contender, measure).ifPresent(spread -> {
                Map<String, @Nullable Object> figure = new LinkedHashMap<>();
                figure.put("unit", measure.unit);
                figure.put("more_is_better", measure.moreIsBetter);
                figure.put("median", spread.median());
                figure.put("least", spread.least());
                figure.put("greatest", spread.worst());
                figure.put("ratio", results.ratio(contender, measure).orElse(null));
                figure.put("values", results.values(contender, measure));
                json.put(measure.key, figure);
            });
        }
        return json;
    }

    private static Map<String, @Nullable Object> json(Results.Failure failure) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("run", failure.run());
        json.put("vpn", failure.contender().label());
        json.put("what", failure.what());
        json.put("why", failure.why());
        return json;
    }
}
