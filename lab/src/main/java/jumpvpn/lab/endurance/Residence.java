package jumpvpn.lab.endurance;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import jumpvpn.lab.netns.Check;
import jumpvpn.lab.netns.Spread;

/** What memory a process occupied, sample after sample at even distances, and whether it grew once it was warm. */
final class Residence {
    private static final double MOST_GROWTH = 1.10;
    private static final int WARM_UP_SHARE = 5;
    private static final int QUARTER = 4;

    private final String process;
    private final List<Double> megabytes = new ArrayList<>();

    Residence(String process) {
        this.process = process;
    }

    void add(long bytes) {
        megabytes.add(bytes / 1e6);
    }

    /** The first fifth is not looked at. Of the rest the last quarter must not lie more than a tenth above the first. */
    Check isFlat() {
        String name = "the %s's memory grows by at most %.0f %%".formatted(process, 100 * (MOST_GROWTH - 1));
        List<Double> warm = megabytes.subList(megabytes.size() / WARM_UP_SHARE, megabytes.size());
        int quarter = warm.size() / QUARTER;
        if (quarter == 0) {
            return new Check(name, false, "only " + megabytes.size() + " samples");
        }
        double first = median(warm.subList(0, quarter));
        double last = median(warm.subList(warm.size() - quarter, warm.size()));
        return new Check(
                name,
                last <= first * MOST_GROWTH,
                String.format(
                        Locale.ROOT,
                        "%.1f MB in the first quarter once it was warm, %.1f MB in the last, %+.1f %%",
                        first,
                        last,
                        100 * (last / first - 1)));
    }

    private static double median(List<Double> values) {
        return Spread.of(values).orElseThrow().median();
    }
}
