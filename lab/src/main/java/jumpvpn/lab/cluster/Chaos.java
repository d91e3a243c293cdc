package jumpvpn.lab.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import jumpvpn.lab.netns.Check;
import jumpvpn.lab.netns.Pause;
import jumpvpn.lab.netns.Workspace;
import org.jspecify.annotations.Nullable;

/** What may happen to real processes happens to them, each thing before any comes again, in an order, at a place and for a time by chance, while sessions reattach all the time. */
final class Chaos {
    static final int SESSIONS = 50;
    private static final int REATTACHES_PER_SECOND = 10;
    private static final Duration SETTLE = Duration.ofSeconds(60);
    private static final int MOST_STEP_SECONDS = 600;

    /** What is done to one gateway, or to one member of the store. */
    enum Blow {
        KILL,
        STOP,
        STORE_CUT,
        UPLINK_CUT,
        STORE_MEMBER,
        CLOCK_STEP
    }

    /**
     * What happens in a round: the same for the same seed and round, so that a run goes on where it was left.
     *
     * @param gateway its number, or its store's member's
     * @param stepSeconds by how much a clock is put wrong
     */
    record Draw(Blow blow, int gateway, Duration length, int stepSeconds) {
        /** Of as many rounds as there are blows each has another one, in an order of their own. */
        static Draw of(long seed, int round) {
            int turn = Math.floorDiv(round, Blow.values().length);
            List<Blow> order = new ArrayList<>(List.of(Blow.values()));
            Collections.shuffle(order, random(seed, -1 - turn));
            Random random = random(seed, round);
            return new Draw(
                    order.get(Math.floorMod(round, order.size())),
                    1 + random.nextInt(ClusterTopology.GATEWAYS),
                    Duration.ofMillis(500 + random.nextInt(7500)), // shorter than a lease, and longer
                    random.nextInt(2 * MOST_STEP_SECONDS + 1) - MOST_STEP_SECONDS);
        }

        /** Random's first numbers for seeds that follow each other follow each other too, so these are mixed first. */
        private static Random random(long seed, int number) {
            return new Random(new SplittableRandom(1_000_003L * seed + number).nextLong());
        }
    }

    private final ClusterRun run;

    private Chaos(ClusterRun run) {
        this.run = run;
    }

    static void act(ClusterRun run) throws IOException {
        int done = done(run.options.resume());
        run.startCrowd();
        run.crowd.churn(REATTACHES_PER_SECOND);
        Chaos chaos = new Chaos(run);
        int violated = 0;
        int held = 0;
        for (int round = done; round < run.options.rounds() && violated == 0; round++) {
            chaos.round(round, Draw.of(run.options.seed(), round));
            boolean back = run.await(SETTLE, () -> run.crowd.stats().attached() >= SESSIONS - REATTACHES_PER_SECOND);
            ClusterCrowd.Stats stats = run.crowd.stats();
            Check audit = run.nodes.audit(ClusterRun.gatewayNames());
            boolean isViolated = run.nodes.isViolated(ClusterRun.gatewayNames());
            violated += isViolated ? 1 : 0;
            boolean ended = !(stats.fields().get("ends") instanceof Map<?, ?> ends && ends.isEmpty());
            if (!back || ended || isViolated) {
                run.check("round " + round, false, stats + "; " + audit.detail());
                break;
            }
            held++;
            keep(run.options.resume(), round + 1);
        }
        run.crowd.churn(0);
        run.figure("rounds", held);
        run.check(
                "every round held",
                held == Math.max(0, run.options.rounds() - done),
                held + " rounds, from round " + done);
        run.check("no event is VIOLATED", violated == 0, violated + " rounds");
    }

    private static int done(@Nullable Path file) throws IOException {
        return file == null || !Files.exists(file)
                ? 0
                : Integer.parseInt(Files.readString(file).strip());
    }

    private static void keep(@Nullable Path file, int rounds) throws IOException {
        if (file != null) {
            Files.writeString(file, rounds + "\n");
        }
    }

    private void round(int round, Draw draw) throws IOException {
        int number = draw.gateway;
        Duration length = draw.length;
        run.say("round %d: %s, %d, %d ms".formatted(round, draw.blow, number, length.toMillis()));
        switch (draw.blow) {
            case KILL -> {
                Workspace.kill(run.gateway(number));
                Pause.of(length);
                run.startAgain(number);
            }
            case STOP -> {
                run.signal(number, "STOP");
                Pause.of(length);
                run.signal(number, "CONT");
            }
            case STORE_CUT -> {
                run.topology.cutFromStore(number, true);
                Pause.of(length);
                run.topology.cutFromStore(number, false);
            }
            case UPLINK_CUT -> {
                run.topology.cutFromInternet(number, true);
                Pause.of(length);
                run.topology.cutFromInternet(number, false);
            }
            case STORE_MEMBER -> {
                run.store.kill(number - 1);
                Pause.of(length);
                run.store.start(number - 1);
            }
            case CLOCK_STEP -> {
                run.nodes.clock(number, draw.stepSeconds);
                Pause.of(length);
                run.nodes.clock(number, 0);
            }
        }
    }
}
