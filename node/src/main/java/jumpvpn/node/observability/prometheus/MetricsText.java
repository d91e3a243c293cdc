package jumpvpn.node.observability.prometheus;

import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import jumpvpn.node.observability.Metric;

/** Figures as text: OpenMetrics 1.0, or the older format of Prometheus (0.0.4), which differ in how counters are declared and in their end. */
final class MetricsText {
    private final boolean isOpen;
    private final StringBuilder text = new StringBuilder(8192);

    private MetricsText(boolean isOpen) {
        this.isOpen = isOpen;
    }

    /** @param isOpen OpenMetrics; else 0.0.4 */
    static String of(List<Metric> metrics, boolean isOpen) {
        MetricsText writer = new MetricsText(isOpen);
        metrics.forEach(writer::metric);
        return writer.text.append(isOpen ? "# EOF\n" : "").toString();
    }

    private void metric(Metric metric) {
        switch (metric) {
            case Metric.Figures figures -> {
                head(metric, figures.counts() ? "counter" : "gauge");
                figures.samples().forEach(sample -> line(metric.name(), sample.labels(), sample.value()));
            }
            case Metric.Histogram histogram -> {
                head(metric, "histogram");
                histogram.spreads().forEach(spread -> spread(histogram, spread));
            }
        }
    }

    private void head(Metric metric, String type) {
        String family = isOpen && type.equals("counter")
                ? metric.name().substring(0, metric.name().length() - "_total".length())
                : metric.name();
        text.append("# HELP ").append(family).append(' ').append(metric.help()).append('\n');
        text.append("# TYPE ").append(family).append(' ').append(type).append('\n');
        if (isOpen && !metric.unit().isEmpty() && family.endsWith("_" + metric.unit())) {
            text.append("# UNIT ")
                    .append(family)
                    .append(' ')
                    .append(metric.unit())
                    .append('\n');
        }
    }

    private void spread(Metric.Histogram histogram, Metric.Spread spread) {
        long upTo = 0;
        for (int i = 0; i < spread.counts().size(); i++) {
            upTo += spread.counts().get(i);
            String bound =
                    i < histogram.bounds().size() ? number(histogram.bounds().get(i)) : "+Inf";
            text.append(histogram.name())
                    .append("_bucket")
                    .append(labels(spread.labels(), "le=\"" + bound + "\""))
                    .append(' ')
                    .append(upTo)
                    .append('\n');
        }
        line(histogram.name() + "_sum", spread.labels(), spread.sum());
        line(histogram.name() + "_count", spread.labels(), (double) upTo);
    }

    private void line(String name, Map<String, String> labels, double value) {
        text.append(name)
                .append(labels(labels, ""))
                .append(' ')
                .append(number(value))
                .append('\n');
    }

    private static String labels(Map<String, String> labels, String last) {
        StringJoiner joined = new StringJoiner(",", "{", "}").setEmptyValue("");
        labels.forEach((name, value) -> joined.add(
                name + "=\"" + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\""));
        if (!last.isEmpty()) {
            joined.add(last);
        }
        return joined.toString();
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
