package jumpvpn.lab.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jumpvpn.lab.netns.Workspace;

/** Some of the crowd, pinged from the network behind all the time: each probe without an answer was lost on the way there or back. */
final class Samples {
    private static final int SAMPLED = 10;
    private static final int PER_SECOND = 50;
    private static final Pattern REPLY = Pattern.compile("bytes from .*icmp_seq=(\\d+) ");

    private final ClusterRun run;
    private final Process[] pings = new Process[SAMPLED];

    private Samples(ClusterRun run) {
        this.run = run;
    }

    /** Begins. */
    static Samples start(ClusterRun run) throws IOException {
        Samples samples = new Samples(run);
        for (int i = 0; i < SAMPLED; i++) {
            String address = run.crowd
                    .network
                    .address(i * (run.crowd.sessions / SAMPLED))
                    .toString();
            samples.pings[i] = run.workspace.startLogged(
                    run.topology.server.command(
                            List.of("ping", "-n", "-i", Double.toString(1.0 / PER_SECOND), "-W", "2", address)),
                    log(i));
        }
        return samples;
    }

    private static String log(int number) {
        return "sample-" + number + ".log";
    }

    /** Ends them. What was still under way then does not count; before that nothing may be missing. */
    void judge() throws IOException {
        int received = 0;
        int lost = 0;
        for (int i = 0; i < SAMPLED; i++) {
            Workspace.stop(pings[i]);
            Set<Integer> answered = new TreeSet<>();
            for (String line : Files.readAllLines(run.workspace.file(log(i)), StandardCharsets.UTF_8)) {
                Matcher reply = REPLY.matcher(line);
                if (reply.find()) {
                    answered.add(Integer.parseInt(reply.group(1)));
                }
            }
            received += answered.size();
            lost += answered.stream().reduce(0, Integer::max) - answered.size();
        }
        run.figure("probes_answered", received);
        run.figure("probes_lost", lost);
        run.check(
                "no probe of %d sessions was lost".formatted(SAMPLED),
                lost == 0 && received > SAMPLED * PER_SECOND,
                lost + " lost, " + received + " answered");
    }
}
