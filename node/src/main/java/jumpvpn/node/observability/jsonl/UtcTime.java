package jumpvpn.node.observability.jsonl;

import java.time.LocalDate;

/** Wall-clock times as text, without the formatter of the JDK, whose first use costs a start-up dear. */
public final class UtcTime {
    private static final long DAY = 86_400_000;
    private static final long MARCH_OF_YEAR_0 = 719_468; // days from then to 1970

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

    /** The time that {@link #format} made of these 24 bytes; of a day that no calendar has, some other day. */
    static long parse(byte[] text, int at) {
        int month = number(text, at + 5, 2);
        int year = number(text, at, 4) - (month <= 2 ? 1 : 0); // begins in March: the leap day is its last
        int day = (153 * ((month + 9) % 12) + 2) / 5 + number(text, at + 8, 2) - 1;
        long days = 365L * year + year / 4 - year / 100 + year / 400 + day - MARCH_OF_YEAR_0;
        int seconds = 3600 * number(text, at + 11, 2) + 60 * number(text, at + 14, 2) + number(text, at + 17, 2);
        return days * DAY + 1000L * seconds + number(text, at + 20, 3);
    }

    private static int number(byte[] text, int from, int digits) {
        int value = 0;
        for (int i = from; i < from + digits; i++) {
            value = 10 * value + text[i] - '0';
        }
        return value;
    }

    private static StringBuilder two(StringBuilder text, int value) {
        return text.append((char) ('0' + value / 10)).append((char) ('0' + value % 10));
    }
}
