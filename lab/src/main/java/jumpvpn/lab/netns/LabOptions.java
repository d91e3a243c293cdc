package jumpvpn.lab.netns;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import jumpvpn.core.net.Protocol;

/**
 * What the lab was asked for.
 *
 * @param scenarios in order
 * @param json one object a scenario on standard output, the human text on standard error
 * @param runs how often each
 * @param kills how often {@code restart-gateway} kills in one session
 * @param keep leave the run's directory
 * @param list only say which scenarios there are
 * @param help only explain
 * @param subjects the VPNs to compare; none: ours is judged
 * @param transports that both ends have, the preferred first
 * @param setting what both ends' files say besides
 * @param rttAMillis round trip of uplink A
 * @param rttBMillis round trip of uplink B
 * @param fault spoil the run on purpose
 */
record LabOptions(
        List<Scenario> scenarios,
        boolean json,
        int runs,
        int kills,
        boolean keep,
        boolean list,
        boolean help,
        List<Subject> subjects,
        List<Protocol> transports,
        NodeSetting setting,
        double rttAMillis,
        double rttBMillis,
        PlantedFault fault) {
    LabOptions {
        scenarios = List.copyOf(scenarios);
    }

    private static final String SMOKE = "smoke";
    private static final String ALL = "all";
    private static final String COMPARABLE = "comparable";
    /** Probes go on for so long at least where VPNs are compared: longer than WireGuard takes for a new handshake. */
    private static final int COMPARED_PROBES = 25 * Ping.PER_SECOND;

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException with a message for the user
     */
    static LabOptions parse(List<String> arguments) {
        List<Scenario> scenarios = new ArrayList<>();
        boolean json = false;
        boolean keep = false;
        boolean list = false;
        boolean help = false;
        int runs = 1;
        int kills = 1;
        List<Subject> subjects = List.of();
        List<Protocol> transports = List.of(Protocol.UDP);
        NodeSetting setting = NodeSetting.NONE;
        double rttA = 40;
        double rttB = 70;
        PlantedFault fault = PlantedFault.NONE;
        for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
            String argument = rest.next();
            switch (argument) {
                case "--json" -> json = true;
                case "--keep" -> keep = true;
                case "--list" -> list = true;
                case "--help", "-h" -> help = true;
                case "--runs" -> runs = (int) number(argument, rest, 1, 1000);
                case "--kills" -> kills = (int) number(argument, rest, 1, 100);
                case "--vpn" -> subjects = subjects(value(argument, rest));
                case "--transports" -> transports = transports(value(argument, rest));
                case "--set" -> setting = setting(value(argument, rest));
                case "--rtt-a" -> rttA = number(argument, rest, 0, 2000);
                case "--rtt-b" -> rttB = number(argument, rest, 0, 2000);
                case "--plant" -> fault = fault(value(argument, rest));
                default -> scenarios.addAll(scenarios(argument));
            }
        }
        if (scenarios.isEmpty()) {
            scenarios.add(SessionScenarios.JUMP);
        }
        requireComparable(subjects, scenarios, transports);
        return new LabOptions(
                scenarios, json, runs, kills, keep, list, help, subjects, transports, setting, rttA, rttB, fault);
    }

    private static void requireComparable(List<Subject> subjects, List<Scenario> scenarios, List<Protocol> transports) {
        if (subjects.isEmpty()) {
            return;
        }
        for (Scenario scenario : scenarios) {
            if (!Scenarios.COMPARABLE.contains(scenario)) {
                throw new IllegalArgumentException("--vpn: only jumpvpn itself can be asked for " + scenario.label
                        + "; any VPN for "
                        + Scenarios.COMPARABLE.stream().map(any -> any.label).collect(Collectors.joining(", ")));
            }
        }
        if (!transports.equals(List.of(Protocol.UDP))) {
            throw new IllegalArgumentException("--vpn: the scenario says which transports there are, not --transports");
        }
    }

    /** Figures of several VPNs are wanted, not a verdict about ours. */
    boolean compares() {
        return !subjects.isEmpty();
    }

    /** How many probes a run of this scenario sends. */
    int probes(Scenario scenario) {
        int probes = scenario.probes(kills);
        return compares() && scenario.connectionsSurvive ? Math.max(probes, COMPARED_PROBES) : probes;
    }

    private static List<Scenario> scenarios(String name) {
        if (name.startsWith("-")) {
            throw new IllegalArgumentException("unknown option " + name + "; see --help");
        }
        return switch (name) {
            case SMOKE -> Scenarios.SMOKE;
            case ALL -> Scenarios.ALL;
            case COMPARABLE -> Scenarios.COMPARABLE;
            default ->
                List.of(Scenarios.named(name)
                        .orElseThrow(() -> new IllegalArgumentException("unknown scenario " + name + "; see --list")));
        };
    }

    private static List<Subject> subjects(String names) {
        List<Subject> subjects = new ArrayList<>();
        for (String name : names.split(",", -1)) {
            subjects.add(Subject.named(name)
                    .orElseThrow(() -> new IllegalArgumentException("unknown VPN " + name + "; there are "
                            + Arrays.stream(Subject.values())
                                    .map(subject -> subject.label)
                                    .collect(Collectors.joining(", ")))));
        }
        return List.copyOf(subjects);
    }

    private static List<Protocol> transports(String names) {
        List<Protocol> transports = new ArrayList<>();
        for (String name : names.split(",", -1)) {
            transports.add(Arrays.stream(Protocol.values())
                    .filter(protocol -> protocol.scheme().equalsIgnoreCase(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "unknown transport " + name + "; there are udp, quic, tcp, separated by commas")));
        }
        return List.copyOf(transports);
    }

    private static NodeSetting setting(String pairs) {
        return NodeSetting.parse(List.of(pairs.split(",", -1)));
    }

    private static PlantedFault fault(String name) {
        return PlantedFault.named(name)
                .orElseThrow(() -> new IllegalArgumentException("unknown fault " + name + "; there are "
                        + Arrays.stream(PlantedFault.values())
                                .map(PlantedFault::label)
                                .collect(Collectors.joining(", "))));
    }

    private static double number(String option, Iterator<String> rest, double least, double most) {
        String value = value(option, rest);
        try {
            double number = Double.parseDouble(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new IllegalArgumentException(
                "%s %s: a number from %.0f to %.0f is wanted".formatted(option, value, least, most));
    }

    private static String value(String option, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(option + " needs a value; see --help");
        }
        return rest.next();
    }
}
