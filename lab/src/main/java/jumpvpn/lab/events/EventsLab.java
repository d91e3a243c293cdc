package jumpvpn.lab.events;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import jumpvpn.lab.bench.Machine;
import jumpvpn.lab.events.Outlets.Kind;
import jumpvpn.lab.events.Outlets.Manner;
import jumpvpn.lab.netns.Workspace;

/** {@code jumpvpn lab events}: a flood of events into sinks that take nothing, beside the same flood into none. */
public final class EventsLab {
    private static final String HELP = """
            Usage: jumpvpn lab events [--rate N] [--seconds S] [--runs R]
            Packets are sealed, sent over the loopback and opened while N events a second are emitted: into no sink but the followers', into a file, a syslog server, a web
            server and an OTLP receiver that all take nothing, into one of them at a time that is slow, and into all of them while they are well. Each in turn, R times.

            --rate N     100000 if not given
            --seconds S  of each turn; 60 if not given
            --runs R     3 if not given
            Holds: packets within 3 % of those without sinks in the same rotation (median; not where all are well: they write 4 N lines a second then, by the same processors), emitting within 100 ns (median, without waking the sinks, which is once a turn), the heap does not grow, and in each sink
            offered = written + dropped.
            Exit code: 0 all held, 1 something did not (it says what), 2 the command line is wrong.
            """;
    private static final double LEAST_SHARE = 0.97;
    private static final double MOST_NANOS = 100;
    private static final long MOST_GROWTH_BYTES = 4_000_000;
    private static final String NONE = "no sink";
    private static final String WELL = "all well";

    private final EventsOptions options;
    private final PrintStream out;
    private final Map<String, List<Turn.Result>> results = new LinkedHashMap<>();

    private EventsLab(EventsOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    /** Runs the command; the exit code. */
    public static int run(List<String> arguments, PrintStream out, PrintStream err) {
        if (arguments.contains("--help") || arguments.contains("-h")) {
            out.print(HELP);
            return 0;
        }
        try {
            return new EventsLab(EventsOptions.parse(arguments), out).measure() ? 0 : 1;
        } catch (IllegalArgumentException e) {
            err.println("jumpvpn lab events: " + e.getMessage());
            return 2;
        } catch (IOException e) {
            err.println("jumpvpn lab events: " + e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    /** The turns of one rotation, by name. */
    static Map<String, Map<Kind, Manner>> turns() {
        Map<String, Map<Kind, Manner>> turns = new LinkedHashMap<>();
        turns.put(NONE, Map.of());
        turns.put("all blocked", all(Manner.NOT));
        for (Kind kind : Kind.values()) {
            turns.put(kind.name().toLowerCase(Locale.ROOT) + " slow", Map.of(kind, Manner.SLOWLY));
        }
        turns.put(WELL, all(Manner.WELL));
        return turns;
    }

    private static Map<Kind, Manner> all(Manner manner) {
        Map<Kind, Manner> manners = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            manners.put(kind, manner);
        }
        return manners;
    }

    private boolean measure() throws IOException, InterruptedException {
        out.println(Machine.current() + ", " + options);
        Path folder = Files.createTempDirectory("jumpvpn-lab-events-");
        try {
            for (int run = 0; run < options.runs(); run++) {
                for (Map.Entry<String, Map<Kind, Manner>> turn : turns().entrySet()) {
                    Turn.Result result = new Turn(options, folder, turn.getValue()).run();
                    results.computeIfAbsent(turn.getKey(), _ -> new ArrayList<>())
                            .add(result);
                    say(turn.getKey(), result);
                }
            }
        } finally {
            Workspace.delete(folder);
        }
        List<String> wrong = wrong();
        wrong.forEach(out::println);
        out.println(wrong.isEmpty() ? "all held" : "did not hold");
        return wrong.isEmpty();
    }

    private void say(String turn, Turn.Result result) {
        out.printf(
                Locale.ROOT,
                "%-13s %9.0f packets/s  %5.1f ns and %.0f bytes an event, %.1f us to wake all sinks  heap %+.1f MB%n",
                turn,
                result.packetsPerSecond(),
                result.nanosPerEvent(),
                result.bytesPerEvent(),
                result.nanosPerWake() / 1e3,
                result.heapGrowthBytes() / 1e6);
        result.sinks().forEach((name, counts) -> out.println("  " + name + " " + counts));
    }

    private List<String> wrong() {
        List<String> wrong = new ArrayList<>();
        List<Turn.Result> alone = results.getOrDefault(NONE, List.of());
        results.forEach((turn, runs) -> {
            double share = median(IntStream.range(0, runs.size())
                    .mapToDouble(run -> runs.get(run).packetsPerSecond()
                            / alone.get(run).packetsPerSecond())); // of one rotation: a machine drifts by more than 3 %
            out.printf(Locale.ROOT, "%-13s packets at %.1f %% of those without sinks%n", turn, 100 * share);
            if (!turn.equals(WELL) && share < LEAST_SHARE) {
                wrong.add(
                        String.format(Locale.ROOT, "%s: packets at %.1f %% of those without sinks", turn, 100 * share));
            }
            runs.forEach(result -> wrong(turn, result, wrong));
        });
        return wrong;
    }

    private static void wrong(String turn, Turn.Result result, List<String> wrong) {
        result.wrong().forEach(what -> wrong.add(turn + ": " + what));
        if (result.nanosPerEvent() > MOST_NANOS) {
            wrong.add(String.format(Locale.ROOT, "%s: emitting took %.0f ns", turn, result.nanosPerEvent()));
        }
        if (result.heapGrowthBytes() > MOST_GROWTH_BYTES) {
            wrong.add(turn + ": the heap grew by " + result.heapGrowthBytes() + " bytes");
        }
    }

    private static double median(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
