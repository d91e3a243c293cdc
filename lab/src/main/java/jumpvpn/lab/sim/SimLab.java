package jumpvpn.lab.sim;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;
import jumpvpn.core.session.Fault;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The command {@code jumpvpn lab sim}: runs seeds, says what occurred how often, and stops at the first violation. */
public final class SimLab {
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final long FEWEST_FOR_TABLE = 2000;
    private static final long LEAST_MEDIAN_JUMPS = 3;
    private static final String HELP = """
            Usage: jumpvpn lab sim [--seeds N] [--seed N] [--fault NAME] [--list-faults] [--campaign FILE] [--random-loss HOURS] [--threads N] [--json]
            Runs real clients and gateways in one thread on simulated time, with everything that networks, clocks, crashes, stores and attackers do
            to them drawn from a seed, and checks every invariant after every event.

            --seeds N        so many seeds, 2000 if not given
            --seed N         the first; without --seeds only this one. A seed always runs the same way
            --fault NAME     with this fault planted in the core: it must be caught
            --list-faults    only list the faults
            --campaign FILE  go on with the campaign in FILE until --seeds are done; FILE is written as it goes
            --random-loss HOURS  so many hours on two links that lose a tenth each way, an hour a seed: nothing may be taken for dead, nobody may wander
            --threads N      seeds at a time, 2 if not given
            --json           one JSON object on standard output; the text for people goes to standard error
            Exit code: 0 no violation, and with 2000 seeds or more everything occurred that can; 1 a violation, or something that never occurred;
            2 the command line is wrong. With --fault 1 means that it was caught.
            """;

    private final SimOptions options;
    private final PrintStream out;
    private final PrintStream text;

    private SimLab(SimOptions options, PrintStream out, PrintStream err) {
        this.options = options;
        this.out = out;
        this.text = options.json() ? err : out;
    }

    /** Runs the command; the exit code. */
    public static int run(List<String> arguments, PrintStream out, PrintStream err) {
        try {
            SimOptions options = SimOptions.parse(arguments);
            if (options.help()) {
                out.print(HELP);
                return OK;
            }
            if (options.listFaults()) {
                Arrays.stream(Fault.values()).map(SimOptions::label).forEach(out::println);
                return OK;
            }
            SimLab lab = new SimLab(options, out, err);
            if (options.randomLossHours() > 0) {
                return lab.randomLoss();
            }
            return options.campaign() == null ? lab.sweep() : lab.campaign(Path.of(options.campaign()));
        } catch (IllegalArgumentException | UncheckedIOException e) {
            err.println("jumpvpn lab sim: " + e.getMessage());
            return USAGE;
        }
    }

    /** The git commit of the build, if the launcher knew it. */
    static String commit() {
        return System.getProperty("jumpvpn.commit", "unknown");
    }

    private LongFunction<Outcome> simulation() {
        Fault fault = options.fault();
        return fault == null ? Simulation::run : seed -> Simulation.run(seed, Parts.planted(seed, fault));
    }

    private int sweep() {
        Totals totals = new Totals();
        long began = System.nanoTime();
        AtomicReference<@Nullable Violation> found = new AtomicReference<>();
        Sweep.run(options.first(), options.seeds(), options.threads(), simulation(), result -> {
            if (result.outcome() != null) {
                totals.add(result.outcome());
            }
            found.set(result.violation());
            return result.violation() == null;
        });
        double seconds = (System.nanoTime() - began) / 1e9;
        Violation violation = found.get();
        if (options.fault() != null) {
            String name = SimOptions.label(options.fault());
            text.println(
                    violation == null
                            ? name + " was NOT caught"
                            : name + " was caught after " + (totals.sum("seeds") + 1) + " seeds");
        }
        if (violation != null) {
            text.println("VIOLATION " + violation.getMessage());
            text.println("commit " + commit() + "; again: ./jumpvpn lab sim --seed "
                    + (options.first() + totals.sum("seeds")));
        }
        text.print(totals.text());
        text.printf(Locale.ROOT, "%.1f s on %d threads%n", seconds, options.threads());
        boolean complete = violation == null && (options.fault() != null || isComplete(totals));
        if (options.json()) {
            out.println(JsonMapper.shared().writeValueAsString(json(totals, violation, seconds, complete)));
        }
        return complete ? OK : FAILED;
    }

    /** Few seeds are asked for no table: what they lack says nothing. */
    private boolean isComplete(Totals totals) {
        if (totals.sum("seeds") < FEWEST_FOR_TABLE) {
            return true;
        }
        text.print(totals.table());
        List<String> missing = totals.missing();
        if (!missing.isEmpty()) {
            text.println("FAIL: " + missing.size() + " of the table occurred less than " + Totals.LEAST + " times: "
                    + String.join(", ", missing));
        }
        if (totals.medianJumps() < LEAST_MEDIAN_JUMPS) {
            text.println("FAIL: the median seed has less than " + LEAST_MEDIAN_JUMPS + " jumps");
        }
        return missing.isEmpty() && totals.medianJumps() >= LEAST_MEDIAN_JUMPS;
    }

    private Map<String, @Nullable Object> json(
            Totals totals, @Nullable Violation violation, double seconds, boolean passed) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("passed", passed);
        json.put("commit", commit());
        json.put("first_seed", options.first());
        json.put("violation", violation == null ? null : violation.invariant());
        json.put("seconds", seconds);
        json.put("median_jumps", totals.medianJumps());
        json.put("missing", totals.missing());
        json.putAll(totals.figures());
        return json;
    }

    private int randomLoss() {
        RandomLossTotals totals = new RandomLossTotals(text);
        Sweep.run(options.first(), options.randomLossHours(), options.threads(), RandomLoss::run, totals::add);
        text.println(totals.text());
        if (options.json()) {
            out.println(JsonMapper.shared().writeValueAsString(totals.figures()));
        }
        return totals.passed() ? OK : FAILED;
    }

    private int campaign(Path file) {
        try {
            Campaign campaign = Campaign.load(file, options.first());
            boolean clean = campaign.goOn(options.seeds(), options.threads(), simulation(), text);
            text.print(campaign.totals().text());
            return clean ? OK : FAILED;
        } catch (IOException e) {
            throw new UncheckedIOException("campaign file " + file + ": " + e.getMessage(), e);
        }
    }
}
