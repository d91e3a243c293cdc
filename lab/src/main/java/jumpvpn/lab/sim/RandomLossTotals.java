package jumpvpn.lab.sim;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What many hours of {@link RandomLoss} came to, and whether that is good enough. */
final class RandomLossTotals {
    private static final int MOST_SWITCHES = 2;

    private final PrintStream text;
    private final long beganNanos = System.nanoTime();
    private long hours;
    private long violations;
    private long deaths;
    private long successors;
    private long switches;
    private int mostSwitches;
    private long spells;
    private long packetsSent;
    private long packetsDelivered;

    RandomLossTotals(PrintStream text) {
        this.text = text;
    }

    /** Counts an hour in; true: go on. */
    boolean add(Sweep.Result<RandomLoss.Hour> result) {
        RandomLoss.Hour hour = result.outcome();
        if (hour == null) {
            violations++;
            text.println("VIOLATION " + result.violation());
            return true;
        }
        hours++;
        hour.deaths().forEach(death -> text.println("FALSE DEATH seed " + result.seed() + ": " + death));
        deaths += hour.deaths().size();
        successors += hour.sessions() - 1;
        switches += hour.switches();
        mostSwitches = Math.max(mostSwitches, hour.switches());
        spells += hour.spells();
        packetsSent += hour.packetsSent();
        packetsDelivered += hour.packetsDelivered();
        return true;
    }

    /** No invariant was broken, nothing was taken for dead, no session ended, and none moved more than twice. */
    boolean passed() {
        return violations == 0 && deaths == 0 && successors == 0 && mostSwitches <= MOST_SWITCHES;
    }

    private double seconds() {
        return (System.nanoTime() - beganNanos) / 1e9;
    }

    /** Two lines for people. */
    String text() {
        return String.format(
                Locale.ROOT,
                """
                %d h with 10 %% loss each way on both links: %d false deaths, %d switches (most %d in an hour), %d spells of volatility
                inner packets: %d sent, %d delivered; %d violations, %d sessions ended; %.0f s: %s""",
                hours,
                deaths,
                switches,
                mostSwitches,
                spells,
                packetsSent,
                packetsDelivered,
                violations,
                successors,
                seconds(),
                passed() ? "PASS" : "FAIL");
    }

    /** All of it, for JSON. */
    Map<String, Object> figures() {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("passed", passed());
        figures.put("hours", hours);
        figures.put("false_deaths", deaths);
        figures.put("switches", switches);
        figures.put("most_switches_in_an_hour", mostSwitches);
        figures.put("spells", spells);
        figures.put("packets_sent", packetsSent);
        figures.put("packets_delivered", packetsDelivered);
        figures.put("violations", violations);
        figures.put("sessions_ended", successors);
        figures.put("seconds", seconds());
        return figures;
    }
}
