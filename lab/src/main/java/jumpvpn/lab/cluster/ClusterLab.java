package jumpvpn.lab.cluster;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import jumpvpn.lab.netns.Json;
import jumpvpn.lab.netns.Pause;
import jumpvpn.lab.netns.Prerequisites;
import jumpvpn.lab.netns.Spread;
import jumpvpn.lab.netns.Verdict;
import jumpvpn.lab.netns.Workspace;
import org.jspecify.annotations.Nullable;

/** {@code jumpvpn lab cluster}: real gateways over a real store, and what is done to them. */
public final class ClusterLab {
    private static final String HELP = """
            Usage: jumpvpn lab cluster [SCENARIO...] [--runs N] [--sessions N] [--rounds N] [--seed S] [--resume FILE] [--plant fencing-off] [--keep] [--list]
            Three real gateways on one internet and one network behind, over three etcd, a client with two uplinks of 40 ms, and where it is wanted many clients in one process.
            Disturbs them, prints figures and judges; the auditor judges the events of all nodes.

            SCENARIO         one or more of those below; without any: gateway-gone. "all": each once.
            --runs N         N times each, then median and worst
            --sessions N     clients of the crowd, 1000 if not given, up to 4000; storm up to 100000 (7 GB of memory)
            --rounds N       of chaos, 10 if not given
            --seed S         of chaos, 1 if not given: a seed is one order of rounds
            --resume FILE    chaos: keeps there how many rounds held, and goes on behind them
            --plant fencing-off  gateways ignore who owns a session and whether they have a lease: store-cut and chaos must then FAIL
            --keep           leave the runs' directories: configuration, keys, events, logs, captures
            --list           only list the scenarios
            Exit code: 0 all that was claimed held, 1 something did not, 2 the command line or the machine is not fit.
            Needs root, and etcd, which it downloads as a Debian package of a known hash. Nothing is left behind, also after Ctrl-C.

            Scenarios:
            """;

    private final ClusterOptions options;
    private final PrintStream out;
    private volatile boolean ending;

    private ClusterLab(ClusterOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    /** Runs the command; the exit code. */
    public static int run(List<String> arguments, PrintStream out, PrintStream err) {
        if (arguments.contains("--help") || arguments.contains("-h") || arguments.contains("--list")) {
            out.print((arguments.contains("--list") ? "" : HELP) + ClusterOptions.list());
            return 0;
        }
        try {
            ClusterOptions options = ClusterOptions.parse(arguments);
            List<String> missing = Prerequisites.missing(out);
            if (!missing.isEmpty() || Prerequisites.privilege() != Prerequisites.Privilege.DIRECT) {
                err.println("jumpvpn lab cluster needs root, and: " + missing);
                return 2;
            }
            int swept = Workspace.sweep();
            if (swept > 0) {
                out.println("lab: removed the remains of " + swept + " earlier lab(s) that were killed");
            }
            return new ClusterLab(options, out).scenarios() ? 0 : 1;
        } catch (IllegalArgumentException e) {
            err.println("jumpvpn lab cluster: " + e.getMessage());
            return 2;
        } catch (IOException e) {
            err.println("jumpvpn lab cluster: " + e.getMessage());
            return 1;
        }
    }

    private boolean scenarios() throws IOException {
        boolean passed = true;
        for (ClusterScenario scenario : options.scenarios()) {
            List<Verdict> verdicts = new ArrayList<>();
            for (int run = 1; run <= options.runs(); run++) {
                out.printf(
                        "%n== %s%s: %s%n",
                        scenario.label, options.runs() > 1 ? " " + run + "/" + options.runs() : "", scenario.purpose);
                Verdict verdict = once(scenario);
                verdict.print(out);
                out.println("  " + Json.write(verdict.json()));
                verdicts.add(verdict);
            }
            passed &= conclude(scenario, verdicts);
        }
        return passed;
    }

    private Verdict once(ClusterScenario scenario) throws IOException {
        Workspace workspace = Workspace.create(options.keep());
        Thread atEnd = new Thread(() -> {
            ending = true;
            workspace.close();
        });
        Runtime.getRuntime().addShutdownHook(atEnd);
        try (ClusterRun run =
                ClusterRun.begin(options, workspace, out, scenario.crowd(options), scenario == ClusterScenario.CHAOS)) {
            scenario.act.act(run);
            return run.verdict();
        } catch (IOException | UncheckedIOException e) {
            awaitEndIfEnding();
            return Verdict.impossible(String.valueOf(e.getMessage()));
        } finally {
            awaitEndIfEnding();
            Runtime.getRuntime().removeShutdownHook(atEnd);
            workspace.close();
            if (options.keep()) {
                out.println("  kept: " + workspace.directory());
            }
        }
    }

    /** After Ctrl-C everything fails because it is being taken away: that is no verdict, and the process ends in a moment. */
    private void awaitEndIfEnding() {
        while (ending) {
            Pause.of(Duration.ofSeconds(1));
        }
    }

    private boolean conclude(ClusterScenario scenario, List<Verdict> verdicts) {
        long good = verdicts.stream().filter(Verdict::passed).count();
        if (verdicts.size() > 1) {
            for (Map.Entry<String, @Nullable Object> figure :
                    verdicts.getFirst().figures().entrySet()) {
                Spread.of(verdicts, figure.getKey())
                        .ifPresent(spread -> out.printf(
                                "  %-22s median %8.1f   least %8.1f   worst %8.1f%n",
                                figure.getKey(), spread.median(), spread.least(), spread.worst()));
            }
        }
        out.printf(
                "== %s: %s, %d of %d run(s) passed%n",
                scenario.label, good == verdicts.size() ? "PASS" : "FAIL", good, verdicts.size());
        return good == verdicts.size();
    }
}
