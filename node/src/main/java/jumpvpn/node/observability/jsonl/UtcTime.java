package jumpvpn.node.observability.jsonl;

import java.time.LocalDate;

/** Wall-clock times as text, without the formatter of the JDK, whose first use costs a start-up dear. */
public final class UtcTime {
    private static final long DAY = 86_400_000;

    private UtcTime() {}

    /** Milliseconds since 1970 as {@code 2026-11-23T18:00:00.123Z} (RFC 3339). */
    public static String format(long epochMillis) {
        int millis = (int) Math.floorMod(epochMillis, DAY);
        StringBuilder text = new StringBuilder(24);
        text.append(LocalDate.ofEpochDay(Math.floorDiv(epochMillis, DAY))).append('T');
        two(text, millis / 3_600_000).append(':');
        two(text, millis / 60_000 % 60).append(':');
        two(text, millis / 1000 % 60).append('.');
        text.append(millis / 100 % 10);
        return two(text, millis % 100).append('Z').toString();
    }

    private static StringBuilder two(StringBuilder text, int value) {
        return text.append((char) ('0' + value / 10)).append((char) ('0' + value % 10));
    }
}
