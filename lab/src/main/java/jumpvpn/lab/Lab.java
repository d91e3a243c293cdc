package jumpvpn.lab;

import java.io.PrintStream;
import java.util.List;
import jumpvpn.lab.bench.Bench;
import jumpvpn.lab.cluster.ClusterLab;
import jumpvpn.lab.endurance.EnduranceLab;
import jumpvpn.lab.explore.ExploreLab;
import jumpvpn.lab.netns.CarriageLab;
import jumpvpn.lab.netns.NetworkLab;
import jumpvpn.lab.sessions.SessionsLab;
import jumpvpn.lab.sim.SimLab;
import jumpvpn.lab.throughput.ThroughputLab;

/** The entry of {@code jumpvpn lab}. */
public final class Lab {
    private Lab() {}

    /** Runs the lab as a process of its own. */
    public static void main(String[] args) {
        System.exit(run(args, System.out, System.err));
    }

    /** Runs the lab; 0: all that was claimed held, 1: something did not, 2: the command line or the machine is not fit. */
    public static int run(String[] args, PrintStream out, PrintStream err) {
        List<String> arguments = List.of(args);
        List<String> rest = arguments.isEmpty() ? arguments : arguments.subList(1, arguments.size());
        return switch (arguments.isEmpty() ? "" : arguments.getFirst()) {
            case "bench" -> Bench.run(rest, out, err);
            case "carriage" -> CarriageLab.run(rest, out, err);
            case "cluster" -> ClusterLab.run(rest, out, err);
            case "endurance" -> EnduranceLab.run(rest, out, err);
            case "explore" -> ExploreLab.run(rest, out, err);
            case "sessions" -> SessionsLab.run(rest, out, err);
            case "sim" -> SimLab.run(rest, out, err);
            case "throughput" -> ThroughputLab.run(rest, out, err);
            default -> NetworkLab.run(arguments, out, err);
        };
    }
}
