package jumpvpn.lab.cluster;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import jumpvpn.core.agent.AgentConfig;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.transport.Path;
import jumpvpn.lab.netns.EventLine;
import jumpvpn.node.host.BootClock;

/** Somebody has copied a client with all its secrets: both ask two gateways at once. One is bound, the other's view ends, and that is said. */
final class CopiedKey {
    private static final int ROUNDS = 100;
    private static final long MOST_NANOS = 5_000_000_000L;
    private static final long STANDBYS_NANOS = 1_300_000_000L;
    private static final long POLL_NANOS = 500_000;

    private final BootClock clock = new BootClock();
    private final ClusterRun run;
    private final Copy.Original original;
    private final TreeMap<String, Integer> ends = new TreeMap<>();
    private int winners;
    private int both;

    private CopiedKey(ClusterRun run) throws IOException {
        this.run = run;
        List<AgentConfig.Gateway> gateways = new ArrayList<>();
        List<Endpoint> remotes = new ArrayList<>();
        for (int number = 1; number <= 2; number++) {
            String name = ClusterNodes.gateway(number);
            gateways.add(new AgentConfig.Gateway(name, Base64.getDecoder().decode(run.nodes.publicKey(name))));
            remotes.add(new Endpoint(IpAddress.parse(ClusterTopology.outside(number)), ClusterNodes.PORT));
        }
        original = new Copy.Original(
                run.crowd.privateKey(0), gateways, remotes, IpAddress.parse(ClusterTopology.CROWD_ADDRESS));
    }

    static void act(ClusterRun run) throws IOException {
        Instant begin = Instant.now();
        CopiedKey copied = new CopiedKey(run);
        for (int round = 0; round < ROUNDS; round++) {
            copied.round(round);
        }
        run.say("the losers' ends: " + copied.ends);
        run.figure("ends", copied.ends);
        run.check("one of the two in each round", copied.winners == ROUNDS, copied.winners + " of " + ROUNDS);
        run.check("never both", copied.both == 0, copied.both + " times");
        copied.judge(begin);
    }

    /** One session, two copies of it, and at the end one. */
    private void round(int seed) throws IOException {
        try (Copy first = new Copy(run.topology.crowd, original, seed, false);
                Copy second = new Copy(run.topology.crowd, original, seed, true)) {
            long now = clock.nowNanos();
            first.begin(now, original);
            second.begin(now, original);
            long attachedNanos = 0;
            for (long end = now + MOST_NANOS;
                    now < end && (attachedNanos == 0 || now < attachedNanos + STANDBYS_NANOS);
                    now = clock.nowNanos()) {
                tellBoth(now, first, second);
                boolean isAttached = first.status(now).state() == SessionState.ATTACHED;
                attachedNanos = isAttached && attachedNanos == 0 ? now : attachedNanos;
            }
            if (second.status(now).state() != SessionState.ATTACHED) {
                throw new IOException("the copies are not attached: " + first.status(now) + ", " + second.status(now));
            }
            second.wakes();
            ask(now, first, second);
            contend(now, first, second);
        }
    }

    /** The copied process hears all that the other does. */
    private static void tellBoth(long now, Copy first, Copy second) throws IOException {
        for (byte[] datagram = first.next(); datagram != null; datagram = first.next()) {
            first.hears(now, datagram);
            second.hears(now, datagram);
        }
        first.agent.proceed(now);
        second.agent.proceed(now);
        LockSupport.parkNanos(POLL_NANOS);
    }

    /** Each asks another gateway: the second's path to the first gateway is gone, the first's was for a moment. */
    private static void ask(long now, Copy first, Copy second) {
        Path home = first.status(now).path();
        second.agent.pathDown(now, 1);
        first.agent.pathDown(now, 2);
        first.agent.pathDown(now, 1);
        if (home != null) {
            first.agent.pathUp(now, home);
        }
    }

    private void contend(long begin, Copy first, Copy second) throws IOException {
        for (long now = begin; now < begin + MOST_NANOS; now = clock.nowNanos()) {
            for (Copy copy : List.of(first, second)) {
                for (byte[] datagram = copy.next(); datagram != null; datagram = copy.next()) {
                    copy.hears(now, datagram);
                }
                copy.agent.proceed(now);
                if (copy.end() != null) { // else it would connect anew, and end the other's session by that
                    copy.agent.close(now);
                }
            }
            if (first.end() != null || second.end() != null) {
                Copy winner = first.end() == null ? first : second;
                Copy loser = winner == first ? second : first;
                if (winner.end() == null && winner.status(now).state() == SessionState.ATTACHED) {
                    ends.merge(String.valueOf(loser.end()), 1, Integer::sum);
                    winners++;
                    winner.agent.close(now);
                    return;
                }
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        long now = clock.nowNanos();
        boolean bothLive = first.status(now).state() == SessionState.ATTACHED
                && second.status(now).state() == SessionState.ATTACHED;
        both += bothLive ? 1 : 0;
        run.say("a round without a winner: " + first.status(now).state() + " " + first.end() + ", "
                + second.status(now).state() + " " + second.end());
        first.agent.close(now);
        second.agent.close(now);
    }

    /** What the gateways say: no epoch of a session was bound twice, and the copies were seen. */
    private void judge(Instant begin) {
        Map<String, Integer> binds = new TreeMap<>();
        int seen = 0;
        for (int number = 1; number <= 2; number++) {
            String name = ClusterNodes.gateway(number);
            for (EventLine event : run.events(name, begin, event -> event.is("TRANSPORT_SWITCH", "BOUND"))) {
                binds.merge(event.sessionId() + " " + event.text("state_version"), 1, Integer::sum);
            }
            seen += run.events(name, begin, event -> event.is("SECURITY")).size();
        }
        long twice = binds.values().stream().filter(count -> count > 1).count();
        run.check("no version was bound twice", twice == 0, twice + " of " + binds.size());
        run.figure("security_events", seen);
        run.check(
                "a gateway says SECURITY",
                seen > 0,
                seen + " times in " + Duration.between(begin, Instant.now()).toSeconds() + " s");
    }
}
