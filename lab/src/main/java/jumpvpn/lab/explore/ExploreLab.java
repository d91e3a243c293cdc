package jumpvpn.lab.explore;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import jumpvpn.core.session.Fault;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The command {@code jumpvpn lab explore}: explores small worlds, prints how many states there are, and stops at the first violation. */
public final class ExploreLab {
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final String HELP = """
            Usage: jumpvpn lab explore [WORLD...] [--depth N] [--fault NAME] [--json]
            Real clients and gateways in small worlds (small, down, retry, crash, attack, silence, all; without any: each): every order in which messages, the
            session table's answers, time, crashes and an attacker can meet. All invariants are checked in every state, and whether the session finds
            back once everything is well. Two ways to one state are explored once.

            --depth N      at most N choices in a row; else to the end, or as deep as each world says
            --fault NAME   with this fault planted in the core: it must be found
            --json         one JSON object a world on standard output; the text for people goes to standard error
            Exit code: 0 no violation, 1 a violation (its schedule is printed), 2 the command line is wrong.
            """;

    private record Options(List<Setting> settings, int depth, Set<Fault> faults, boolean json, boolean help) {
        static Options parse(List<String> arguments) {
            List<Setting> settings = new ArrayList<>();
            int depth = Integer.MAX_VALUE;
            Set<Fault> faults = EnumSet.noneOf(Fault.class);
            boolean json = false;
            boolean help = false;
            for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
                String argument = rest.next();
                switch (argument) {
                    case "--json" -> json = true;
                    case "--help", "-h" -> help = true;
                    case "--depth" -> depth = depth(value(argument, rest));
                    case "--fault" -> faults.add(fault(value(argument, rest)));
                    default -> {
                        if (argument.startsWith("-")) {
                            throw new IllegalArgumentException("unknown option " + argument + "; see --help");
                        }
                        settings.add(Setting.named(argument));
                    }
                }
            }
            return new Options(settings.isEmpty() ? List.of(Setting.values()) : settings, depth, faults, json, help);
        }

        private static int depth(String value) {
            if (value.matches("[1-9][0-9]?")) {
                return Integer.parseInt(value);
            }
            throw new IllegalArgumentException("--depth " + value + ": a number from 1 to 99 is wanted");
        }

        private static Fault fault(String name) {
            String wanted = name.toUpperCase(Locale.ROOT).replace('-', '_');
            return Arrays.stream(Fault.values())
                    .filter(fault -> fault.name().equals(wanted))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "unknown fault " + name + "; there are " + Arrays.toString(Fault.values())));
        }

        private static String value(String option, Iterator<String> rest) {
            if (!rest.hasNext()) {
                throw new IllegalArgumentException(option + " needs a value; see --help");
            }
            return rest.next();
        }
    }

    private ExploreLab() {}

    /** Runs the command; the exit code. */
    public static int run(List<String> arguments, PrintStream out, PrintStream err) {
        try {
            Options options = Options.parse(arguments);
            if (options.help) {
                out.print(HELP);
                return OK;
            }
            PrintStream text = options.json ? err : out;
            boolean sound = true;
            for (Setting setting : options.settings) {
                sound &= explore(setting, options, out, text);
            }
            return sound ? OK : FAILED;
        } catch (IllegalArgumentException e) {
            err.println("jumpvpn lab explore: " + e.getMessage());
            return USAGE;
        }
    }

    private static boolean explore(Setting setting, Options options, PrintStream out, PrintStream text) {
        long began = System.nanoTime();
        int depth = Math.min(options.depth, setting.depth);
        Exploration.Result result = new Exploration(setting.bounds, options.faults, true).run(depth, _ -> {});
        double seconds = (System.nanoTime() - began) / 1e9;
        text.printf(
                Locale.ROOT,
                "%-9s %8d states, %8d steps, depth %2d%s, %d lives, %d violations, %.1f s%n",
                setting.label(),
                result.states(),
                result.steps(),
                result.depth(),
                result.complete() ? " (all there are)" : "",
                result.lives(),
                result.broken() == null ? 0 : 1,
                seconds);
        text.println("          new at each depth: "
                + result.levels().stream()
                        .map(level -> String.valueOf(level.states()))
                        .collect(Collectors.joining(" ")));
        Exploration.Broken broken = result.broken();
        if (broken != null) {
            text.println("VIOLATION " + broken.violation().getMessage());
            Exploration.tell(setting.bounds, options.faults, broken.schedule())
                    .forEach(line -> text.println("  " + line));
        }
        if (options.json) {
            out.println(JsonMapper.shared().writeValueAsString(json(setting, result, seconds)));
        }
        return broken == null;
    }

    private static Map<String, @Nullable Object> json(Setting setting, Exploration.Result result, double seconds) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("world", setting.label());
        json.put("states", result.states());
        json.put("steps", result.steps());
        json.put("depth", result.depth());
        json.put("complete", result.complete());
        json.put("lives", result.lives());
        json.put(
                "levels",
                result.levels().stream().map(Exploration.Level::states).toList());
        json.put(
                "violation",
                result.broken() == null ? null : result.broken().violation().getMessage());
        json.put("seconds", seconds);
        return json;
    }
}
