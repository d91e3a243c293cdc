package jumpvpn.lab.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** {@code jumpvpn lab bench}: runs the benchmarks and writes what they measured as Markdown and as JMH's own JSON. */
public final class Bench {
    /** The launcher's; the heap is each benchmark's own. */
    private static final String[] FLAGS = {
        "-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "--enable-native-access=ALL-UNNAMED"
    };

    private static final String HELP = """
            jumpvpn lab bench [NAME…] [--out DIR] [--quick]
            jumpvpn lab bench --idle N
            jumpvpn lab bench --transports
            jumpvpn lab bench --audit MEGABYTES [DIR]

            Runs the benchmarks whose names contain one of NAME (all without any) on one core each, and prints a table.
              --out DIR   also writes core.md (the table) and core.json (JMH's own results) there
              --quick     few and short iterations: to see that everything runs
              --idle N    instead: what N idle sessions cost a gateway, in memory and processor time
              --transports  instead: what our QUIC and TCP carry over loopback beside the bare library, a minute and a half
              --audit N   instead: how fast audit goes through N megabytes of events of three gateways, and with how much memory;
                          the files stay in DIR and are used again if one is given
            """;

    private static final String ALLOCATED = "gc.alloc.rate.norm";

    /** What was asked for. */
    private record Options(List<String> names, List<Path> out, boolean quick) {}

    private Bench() {}

    /** Runs the command; 0: measured, 1: a benchmark failed, 2: the command line is not fit. */
    public static int run(List<String> arguments, PrintStream out, PrintStream err) {
        if (arguments.contains("--help") || arguments.contains("-h")) {
            out.print(HELP);
            return 0;
        }
        try {
            if (arguments.size() == 2 && arguments.getFirst().equals("--idle")) {
                IdleSessions.measure(Integer.parseInt(arguments.getLast()), out);
                return 0;
            }
            if (arguments.size() >= 2 && arguments.getFirst().equals("--audit")) {
                List<Path> kept = arguments.stream().skip(2).map(Path::of).toList();
                return AuditBench.measure(Long.parseLong(arguments.get(1)), kept, out);
            }
            if (arguments.equals(List.of("--transports"))) {
                TransportBench.measure(out);
                return 0;
            }
            measure(parse(arguments), out);
            return 0;
        } catch (IllegalArgumentException e) {
            err.println("jumpvpn lab bench: " + e.getMessage());
            return 2;
        } catch (Exception e) {
            err.println("jumpvpn lab bench: " + e.getMessage());
            return 1;
        }
    }

    private static Options parse(List<String> arguments) {
        List<String> names = new ArrayList<>();
        List<Path> out = new ArrayList<>();
        boolean quick = false;
        for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
            String argument = rest.next();
            if (argument.equals("--out") && rest.hasNext()) {
                out.add(Path.of(rest.next()));
            } else if (argument.equals("--quick")) {
                quick = true;
            } else if (argument.startsWith("-")) {
                throw new IllegalArgumentException(argument + " is unknown or lacks its value; see --help");
            } else {
                names.add(argument);
            }
        }
        return new Options(names, out, quick);
    }

    private static void measure(Options asked, PrintStream out) throws IOException, RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include(Bench.class.getPackageName().replace(".", "\\.") + "\\..*("
                        + (asked.names.isEmpty() ? "" : String.join("|", asked.names)) + ").*")
                .param("cipher", AeadBench.installed())
                .jvmArgsPrepend(FLAGS)
                .addProfiler(GCProfiler.class)
                .addProfiler(CpuTime.class)
                .shouldFailOnError(true);
        if (asked.quick) {
            options.warmupIterations(2).measurementIterations(2);
        }
        for (Path folder : asked.out) {
            Files.createDirectories(folder);
            options.resultFormat(ResultFormatType.JSON)
                    .result(folder.resolve("core.json").toString());
        }
        String table = table(new Runner(options.build()).run());
        out.print(table);
        for (Path folder : asked.out) {
            Files.writeString(folder.resolve("core.md"), Machine.current() + ".\n\n" + table);
        }
    }

    /** One row a benchmark and set of parameters. */
    private static String table(Collection<RunResult> results) {
        StringBuilder table = new StringBuilder("""
                | benchmark | CPU ns an operation | operations/s, one core | ns on the clock | ± (99.9 %) | bytes allocated |
                | --- | --- | --- | --- | --- | --- |
                """);
        for (RunResult result : results) {
            Result<?> primary = result.getPrimaryResult();
            double toNanos = result.getParams().getTimeUnit().toNanos(1);
            double cpuNanos = secondary(result, CpuTime.RESULT);
            boolean counted = cpuNanos > 0;
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %s | %s | %s | %,.0f |%n",
                    name(result.getParams()),
                    counted ? nanos(cpuNanos) : "not counted",
                    counted ? String.format(Locale.ROOT, "%,.0f", 1e9 / cpuNanos) : "not counted",
                    nanos(primary.getScore() * toNanos),
                    nanos(primary.getScoreError() * toNanos),
                    secondary(result, ALLOCATED)));
        }
        return table.toString();
    }

    private static String nanos(double nanos) {
        return String.format(Locale.ROOT, nanos < 100 ? "%,.1f" : "%,.0f", nanos);
    }

    private static double secondary(RunResult result, String name) {
        Result<?> found = result.getSecondaryResults().get(name);
        return found == null ? Double.NaN : found.getScore();
    }

    private static String name(BenchmarkParams params) {
        String whole = params.getBenchmark();
        String name = whole.substring(whole.lastIndexOf('.', whole.lastIndexOf('.') - 1) + 1);
        String parameters = params.getParamsKeys().stream()
                .map(key -> key + " " + params.getParam(key))
                .collect(Collectors.joining(", "));
        return parameters.isEmpty() ? name : name + " (" + parameters + ")";
    }
}
