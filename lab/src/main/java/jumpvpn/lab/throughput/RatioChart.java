package jumpvpn.lab.throughput;

import java.util.List;
import java.util.Locale;

/** The ratios to wireguard-go as bars, in SVG, on white paper whatever is around it. */
final class RatioChart {
    private static final int WIDTH = 860;
    private static final int LEFT = 330;
    private static final int BAR = 14;
    private static final int TOP = 56;
    private static final int GAP = 12;
    /** Pixels of a ratio of 1; what is longer than {@link #LONGEST} is cut off there, its figure stands beside it. */
    private static final int UNIT = 150;

    private static final double LONGEST = 3;
    /** Told apart also by those who see colours differently (Okabe and Ito). */
    private static final List<String> COLOURS =
            List.of("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#999999");

    private final StringBuilder svg = new StringBuilder();

    private RatioChart() {}

    /** The whole file. */
    static String of(Results results) {
        RatioChart chart = new RatioChart();
        List<Contender> shown = results.contenders().stream()
                .filter(contender -> contender.kind() != Contender.Kind.WIREGUARD_GO)
                .toList();
        int group = shown.size() * BAR + GAP;
        int bottom = TOP + Measure.values().length * group;
        chart.frame(bottom);
        chart.legend(shown);
        for (Measure measure : Measure.values()) {
            int y = TOP + measure.ordinal() * group;
            chart.text(
                    LEFT - 8, y + (group - GAP) / 2 + 4, "end", measure.label + (measure.moreIsBetter ? " ▸" : " ◂"));
            for (int i = 0; i < shown.size(); i++) {
                int top = y + i * BAR;
                String colour = COLOURS.get(i % COLOURS.size());
                results.ratio(shown.get(i), measure).ifPresent(ratio -> chart.bar(top, ratio, colour));
            }
        }
        chart.line(bottom);
        return chart.svg.append("</svg>\n").toString();
    }

    private void frame(int bottom) {
        svg.append("""
                <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" font-family="sans-serif" font-size="12">
                <rect width="%1$d" height="%2$d" fill="#ffffff"/>
                """.formatted(WIDTH, bottom + 12));
        text(12, 20, "start", "Ratio to wireguard-go in the same run, medians; ▸ more is better, ◂ less is better");
    }

    private void legend(List<Contender> shown) {
        int x = 12;
        for (int i = 0; i < shown.size(); i++) {
            rectangle(x, 32, BAR - 2, COLOURS.get(i % COLOURS.size()));
            text(x + BAR, 42, "start", shown.get(i).label());
            x += BAR + 24 + shown.get(i).label().length() * 7;
        }
    }

    private void bar(int y, double ratio, String colour) {
        int length = (int) Math.round(Math.min(ratio, LONGEST) * UNIT);
        rectangle(LEFT, y, Math.max(1, length), colour);
        text(LEFT + length + 4, y + BAR - 3, "start", (ratio > LONGEST ? "… " : "") + Report.number(ratio));
    }

    /** Where wireguard-go is. */
    private void line(int bottom) {
        svg.append("<line x1=\"%1$d\" y1=\"%2$d\" x2=\"%1$d\" y2=\"%3$d\" stroke=\"#000000\"/>\n"
                .formatted(LEFT + UNIT, TOP - 4, bottom - GAP + 4));
    }

    private void rectangle(int x, int y, int width, String colour) {
        svg.append("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>\n"
                .formatted(x, y, width, BAR - 2, colour));
    }

    private void text(int x, int y, String anchor, String text) {
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" fill=\"#222222\">%s</text>%n",
                x,
                y,
                anchor,
                text.replace("&", "&amp;").replace("<", "&lt;")));
    }
}
