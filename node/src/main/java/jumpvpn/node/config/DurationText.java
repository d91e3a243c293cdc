package jumpvpn.node.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The text form of durations, both ways: {@code 500ms}, {@code 2s}, {@code 1.5h}, {@code 30d}. */
public final class DurationText {
    private static final Pattern SHAPE = Pattern.compile("([0-9]{1,9})(?:[.]([0-9]{1,3}))? ?(ms|s|min|m|h|d)");
    private static final Map<String, Long> UNIT_NANOS = units();

    private DurationText() {}

    private static Map<String, Long> units() {
        Map<String, Long> units = new LinkedHashMap<>(); // the largest first: formatting takes the first that fits
        units.put("d", 86_400_000_000_000L);
        units.put("h", 3_600_000_000_000L);
        units.put("min", 60_000_000_000L);
        units.put("m", 60_000_000_000L);
        units.put("s", 1_000_000_000L);
        units.put("ms", 1_000_000L);
        return units;
    }

    /** Its nanoseconds, {@link Long#MAX_VALUE} if there are more; empty if it is no duration. */
    public static OptionalLong nanos(String text) {
        Matcher parts = SHAPE.matcher(text);
        if (!parts.matches()) {
            return OptionalLong.empty();
        }
        long unit = UNIT_NANOS.getOrDefault(parts.group(3), 1L);
        String decimals = parts.group(2) == null ? "0" : parts.group(2);
        long count = Long.parseLong(parts.group(1));
        if (count >= Long.MAX_VALUE / unit) {
            return OptionalLong.of(Long.MAX_VALUE);
        }
        return OptionalLong.of(count * unit + Long.parseLong((decimals + "00").substring(0, 3)) * (unit / 1000));
    }

    /** In the largest unit that needs no fraction. */
    static String format(long nanos) {
        for (Map.Entry<String, Long> unit : UNIT_NANOS.entrySet()) {
            if (nanos != 0 && nanos % unit.getValue() == 0) {
                return nanos / unit.getValue() + unit.getKey();
            }
        }
        return nanos / 1_000_000 + "ms";
    }
}
