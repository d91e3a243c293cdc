package jumpvpn.lab.endurance;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.lab.NumberOption;
import jumpvpn.lab.netns.Check;
import jumpvpn.lab.netns.Prerequisites;

/** {@code jumpvpn lab endurance}: full load both ways through a tunnel that jumps between two links and three protocols, every byte checked. */
public final class EnduranceLab {
    private static final String HELP = """
            Usage: jumpvpn lab endurance [--minutes N] [--every SECONDS] [--plant corrupt]
            A real gateway and a real client with two links between them and UDP, QUIC and TCP on each. TCP as fast as it goes both ways through the tunnel, the session
            jumps again and again. Every byte that comes is compared, the memory of both ends is watched, and the auditor judges their events.

            --minutes N      20 if not given, up to 1440
            --every SECONDS  from jump to jump; 10 if not given, 8 to 600: the policy allows no more switches a minute
            --plant corrupt  one byte is changed before it enters the tunnel: the lab must then FAIL
            Exit code: 0 all held, 1 something did not (it says what), 2 the command line or the machine is not fit.
            Needs root. Nothing is left behind, also after Ctrl-C.
            """;
    private static final NumberOption MINUTES = new NumberOption("--minutes", 20, 1, 1440);
    private static final NumberOption EVERY = new NumberOption("--every", 10, 8, 600);
    private static final List<String> PLANT = List.of("--plant", "corrupt");

    private EnduranceLab() {}

    /** Runs the command; the exit code. */
    public static int run(List<String> arguments, PrintStream out, PrintStream err) {
        if (arguments.contains("--help") || arguments.contains("-h")) {
            out.print(HELP);
            return 0;
        }
        try {
            List<String> rest = new ArrayList<>(arguments);
            Duration length = Duration.ofMinutes(MINUTES.take(rest));
            Duration every = Duration.ofSeconds(EVERY.take(rest));
            if (!rest.isEmpty() && !rest.equals(PLANT)) {
                throw new IllegalArgumentException(rest.getFirst() + " is unknown or lacks its value; see --help");
            }
            List<String> missing = Prerequisites.missing(out);
            if (!missing.isEmpty() || Prerequisites.privilege() != Prerequisites.Privilege.DIRECT) {
                err.println("jumpvpn lab endurance needs root, and: " + missing);
                return 2;
            }
            return judge(new Endurance(length, every, !rest.isEmpty(), out).run(), out) ? 0 : 1;
        } catch (IllegalArgumentException e) {
            err.println("jumpvpn lab endurance: " + e.getMessage());
            return 2;
        } catch (IOException | UncheckedIOException e) {
            err.println("jumpvpn lab endurance: " + e.getMessage());
            return 1;
        }
    }

    private static boolean judge(List<Check> checks, PrintStream out) {
        for (Check check : checks) {
            out.printf("  %-4s %s: %s%n", check.ok() ? "ok" : "FAIL", check.name(), check.detail());
        }
        boolean passed = checks.stream().allMatch(Check::ok);
        out.println("verdict: " + (passed ? "PASS" : "FAIL"));
        return passed;
    }
}
