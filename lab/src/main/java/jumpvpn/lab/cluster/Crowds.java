package jumpvpn.lab.cluster;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import jumpvpn.lab.bench.StormLoad;
import jumpvpn.lab.netns.Pause;
import jumpvpn.lab.netns.Workspace;

/** Many sessions, and what they lose when gateways or the store go. */
final class Crowds {
    private static final int REATTACHES_PER_SECOND = 500;
    private static final double MOST_GAP_MILLIS = 3000;
    private static final double MOST_STORM_MILLIS = 30_000;
    private static final Duration SETTLE = Duration.ofMinutes(2);
    /** So many clients search at a time. */
    private static final int TOGETHER = 512;

    private static final Duration CALM = Duration.ofSeconds(5);

    private Crowds() {}

    static void leaderKilled(ClusterRun run) throws IOException {
        run.startCrowd();
        run.crowd.churn(REATTACHES_PER_SECOND);
        Pause.of(CALM);
        ClusterCrowd.Stats calm = run.crowd.stats();
        run.say("with all of the store: " + calm);
        int leader = run.store.leader();
        run.check("there was a leader to kill", leader >= 0, "member " + leader);
        if (leader < 0) {
            return;
        }
        run.store.kill(leader);
        run.say("the leader, member " + leader + " of the store, is killed");
        run.crowd.reset();
        Pause.of(Duration.ofSeconds(12));
        run.crowd.churn(0);
        Pause.of(CALM);
        ClusterCrowd.Stats stats = run.crowd.stats();
        run.say("afterwards: " + stats);
        run.figure("reattaches_per_second", calm.number("bound") / CALM.toSeconds());
        run.figure("rejects", stats.fields().get("rejects"));
        run.check(
                "every request had its answer: all are attached",
                stats.attached() == run.crowd.sessions,
                stats.attached() + " of " + run.crowd.sessions);
        nobodyEnded(run, stats);
        run.atMost("the longest time without any bind", "gap_ms", stats.number("gap_ms"), MOST_GAP_MILLIS);
        run.store.start(leader);
    }

    private static void nobodyEnded(ClusterRun run, ClusterCrowd.Stats stats) {
        boolean none = stats.fields().get("ends") instanceof Map<?, ?> ends && ends.isEmpty();
        run.check(
                "no session ended: nothing acknowledged was lost",
                none,
                String.valueOf(stats.fields().get("ends")));
    }

    static void storm(ClusterRun run) throws IOException {
        run.startCrowd(StormLoad.class);
        String gone = ClusterNodes.gateway(1);
        int there = run.crowd.stats().at(gone);
        run.say("attached: " + run.crowd.stats());
        Map<String, Duration> before = cpu(run);
        run.crowd.reset();
        run.lose(1);
        run.say("the host of gw1 with %d sessions is gone".formatted(there));
        run.crowd.storm(TOGETHER); // a client that says nothing does not know: all do as soon as the one process can
        boolean all = run.await(SETTLE, () -> {
            Pause.of(ClusterRun.LOOK);
            return run.crowd.stats().at(gone) == 0 && allAttached(run);
        });
        ClusterCrowd.Stats stats = run.crowd.stats();
        cpu(run).forEach((name, used) -> run.figure(
                name + "_cpu_s",
                used.minus(before.getOrDefault(name, Duration.ZERO)).toMillis() / 1000.0));
        run.say("afterwards: " + stats);
        run.check("all sessions are at other gateways", all, "waited at most " + SETTLE.toSeconds() + " s");
        nobodyEnded(run, stats);
        double tookMillis = stats.number("last_ms");
        run.atMost("until the last was attached", "storm_ms", tookMillis, MOST_STORM_MILLIS);
        run.figure("sessions_per_second", Math.round(there / (tookMillis / 1000)));
        run.figure("waits", stats.fields().get("waits"));
        run.figure("repeats", stats.fields().get("repeats"));
        run.figure("rejects", stats.fields().get("rejects"));
        run.figure("p50_ms", stats.number("p50_ms"));
        run.figure("p99_ms", stats.number("p99_ms"));
    }

    private static Map<String, Duration> cpu(ClusterRun run) {
        Map<String, Duration> used = new TreeMap<>(Map.of("crowd", run.crowd.cpu(), "store", run.store.cpu()));
        for (int number = 2; number <= ClusterTopology.GATEWAYS; number++) {
            used.put(
                    ClusterNodes.gateway(number),
                    run.gateway(number).info().totalCpuDuration().orElse(Duration.ZERO));
        }
        return used;
    }

    private static boolean allAttached(ClusterRun run) throws IOException {
        return run.crowd.stats().attached() == run.crowd.sessions;
    }

    static void drain(ClusterRun run) throws IOException {
        run.startCrowd();
        Samples samples = Samples.start(run);
        Pause.of(CALM);
        drained(run, 1);
        samples.judge();
        nobodyEnded(run, run.crowd.stats());
    }

    private static void drained(ClusterRun run, int number) throws IOException {
        String gateway = ClusterNodes.gateway(number);
        int before = run.crowd.stats().at(gateway);
        Instant begin = Instant.now();
        String said = run.nodes.drain(gateway);
        long tookMillis = Duration.between(begin, Instant.now()).toMillis();
        ClusterCrowd.Stats after = run.crowd.stats();
        run.say("%s drained of %d sessions in %d ms: %s; %s".formatted(gateway, before, tookMillis, said, after));
        run.figure(gateway + "_drain_ms", tookMillis);
        run.check(
                "all have left " + gateway,
                after.at(gateway) == 0,
                before + " before, " + after.at(gateway) + " after");
        run.check(
                "all are attached",
                after.attached() == run.crowd.sessions,
                after.attached() + " of " + run.crowd.sessions);
    }

    static void rolling(ClusterRun run) throws IOException {
        run.startCrowd();
        Samples samples = Samples.start(run);
        Pause.of(CALM);
        for (int number = 1; number <= ClusterTopology.GATEWAYS; number++) {
            drained(run, number);
            Workspace.stop(run.gateway(number));
            run.startAgain(number);
            run.say(ClusterNodes.gateway(number) + " is started again");
            Pause.of(CALM); // standbys find it
        }
        samples.judge();
        nobodyEnded(run, run.crowd.stats());
    }
}
