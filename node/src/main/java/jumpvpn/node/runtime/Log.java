package jumpvpn.node.runtime;

import java.io.PrintStream;
import java.time.InstantSource;
import jumpvpn.node.observability.jsonl.UtcTime;
import org.jspecify.annotations.Nullable;

/**
 * Lines for people on a stream: {@code 2026-11-23T18:00:00.123Z INFO  text}. At most {@value #MOST_PER_SECOND} a second, the last of them for what is worse than {@code INFO}
 * and than {@code WARN}; what is left out is counted and said. Any thread may write. Not for packets: an event or a counter tells of those.
 */
public final class Log {
    private static final int MOST_PER_SECOND = 100;
    private static final int MOST_WARNINGS = 90;
    private static final int MOST_INFOS = 80;

    private final PrintStream out;
    private final InstantSource clock;
    private long second;
    private int inSecond;
    private long leftOut;

    /** Onto this stream, with this clock's time. */
    public Log(PrintStream out, InstantSource clock) {
        this.out = out;
        this.clock = clock;
    }

    /** Something that its user wants to know. */
    public void info(String text) {
        write(MOST_INFOS, "INFO ", text);
    }

    /** Something that works but deserves attention. */
    public void warn(String text) {
        write(MOST_WARNINGS, "WARN ", text);
    }

    /** Something that failed. */
    public void error(String text) {
        write(MOST_PER_SECOND, "ERROR", text);
    }

    /** Something that should be impossible: with its trace, because somebody has to repair it. */
    public void bug(String text, Throwable cause) {
        StringBuilder lines = new StringBuilder(text).append(": ").append(cause);
        for (@Nullable Throwable at = cause; at != null; at = at.getCause()) {
            for (StackTraceElement frame : at.getStackTrace()) {
                lines.append("\n    at ").append(frame);
            }
        }
        write(MOST_PER_SECOND, "ERROR", lines.toString());
    }

    private synchronized void write(int most, String level, String text) {
        long now = clock.millis();
        if (now / 1000 != second) {
            second = now / 1000;
            inSecond = 0;
            if (leftOut > 0) {
                line(now, "WARN ", leftOut + " lines were left out: too many in a second");
                leftOut = 0;
            }
        }
        if (inSecond < most) {
            inSecond++;
            line(now, level, text);
        } else {
            leftOut++;
        }
    }

    private void line(long now, String level, String text) {
        out.println(UtcTime.format(now) + " " + level + " " + text);
    }
}
