package jumpvpn.lab.sim;

import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jumpvpn.core.agent.AgentStatus;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.SessionState;

/**
 * One seed, one world, one thread: trouble for a while, then the network heals, then the session must be attached and pass traffic (I9). The other invariants are
 * looked at after everything that happens.
 */
public final class Simulation {
    private static final long SETTLE_NANOS = 45_000_000_000L;
    private static final long TICK_NANOS = 1_000_000_000L;
    private static final int PACKETS_EACH_WAY = 3;
    /** A gateway looks at least once a second into what it is in doubt of, and says nothing of it before. */
    private static final long DOUBT_NANOS = 2_000_000_000L;

    private final World world;

    private Simulation(long seed, Parts parts) {
        world = new World(seed, parts, Scenario.of(seed));
    }

    /**
     * Runs a seed.
     *
     * @throws Violation with the seed and what led to it; the same seed breaks in the same way again
     */
    public static Outcome run(long seed) {
        return run(seed, new Parts(seed));
    }

    /** Runs a seed on these parts. */
    public static Outcome run(long seed, Parts parts) {
        Simulation simulation = new Simulation(seed, parts);
        try {
            return simulation.live();
        } catch (Violation violation) {
            throw new Violation(violation, simulation.story());
        } catch (RuntimeException e) {
            String where = Stream.of(e.getStackTrace())
                    .limit(4)
                    .map(frame -> "\n    at " + frame)
                    .collect(Collectors.joining());
            Violation violation = new Violation("CRASH", "an engine threw " + e + where);
            violation.initCause(e);
            throw new Violation(violation, simulation.story());
        }
    }

    private String story() {
        return "seed " + world.seed + ", at " + world.timeline.now() / 1e9
                + " s of simulated time, in a world like this: " + world.scenario + "\n" + world.history.text();
    }

    private Outcome live() {
        world.nodes().forEach(Node::start);
        world.traffic.flow();
        world.faults.begin();
        world.attacker.begin();
        world.insider.begin();
        tick();
        attach();
        long attached = world.timeline.now();
        world.traffic.idle(world.scenario.refusesNanos() != Deadlines.NEVER);
        until(world.scenario.troubleNanos());
        long healed = world.timeline.now();
        world.attacker.stop();
        world.insider.stop();
        world.faults.heal();
        long settled = settle();
        until(settled + DOUBT_NANOS);
        if (world.scenario.isFlawless()) {
            nothingLost(attached);
        }
        world.invariants.finished();
        String wrong =
                world.scenario.store().durable() ? world.histories.wrong() : null; // else it forgets with its gateway
        if (wrong != null) {
            throw new Violation("TABLE", wrong);
        }
        return outcome(settled - healed);
    }

    /** Until all are attached for the first time, if the trouble lets them. */
    private void attach() {
        while (!areAttached() && world.timeline.step(world.scenario.troubleNanos())) {
            // everything happens in there
        }
    }

    /** Nothing went wrong, so every client has its first session, and no jump has cost a packet, to whichever gateway. */
    private void nothingLost(long attachedNanos) {
        long missing = world.traffic.missing(attachedNanos, world.timeline.now() - TICK_NANOS);
        if (missing > 0 || world.invariants.sessions() != world.clients.size()) {
            throw new Violation(
                    "CALM",
                    missing + " packets lost and " + world.invariants.sessions()
                            + " sessions on a network without faults");
        }
    }

    private void until(long nanos) {
        while (world.timeline.step(nanos)) {
            // everything happens in there
        }
    }

    /** Time passes also for an end that waits for nothing. */
    private void tick() {
        world.timeline.in(TICK_NANOS, () -> {
            world.nodes().forEach(Node::glance);
            tick();
        });
    }

    /** I9: a valid candidate exists now. */
    private long settle() {
        long end = world.timeline.now() + SETTLE_NANOS;
        List<Long> before = passed();
        while (world.timeline.step(end)) {
            if (flows(before) && areAttached()) {
                return world.timeline.now();
            }
        }
        throw new Violation(
                "I9",
                "not attached and passing traffic " + SETTLE_NANOS / 1_000_000_000
                        + " s after the network healed: clients "
                        + world.clients.stream().map(ClientNode::status).toList() + ", gateways "
                        + world.gateways.stream().map(GatewayNode::sessions).toList());
    }

    /** How many packets came out, to and from each client. */
    private List<Long> passed() {
        return world.clients.stream()
                .flatMap(client -> Stream.of(world.traffic.toClient(client), world.traffic.toServer(client)))
                .toList();
    }

    private boolean flows(List<Long> before) {
        List<Long> now = passed();
        for (int i = 0; i < now.size(); i++) {
            if (now.get(i) - before.get(i) < PACKETS_EACH_WAY) {
                return false;
            }
        }
        return true;
    }

    private boolean areAttached() {
        return world.clients.stream().allMatch(this::isAttached);
    }

    private boolean isAttached(ClientNode client) {
        if (!client.isRunning()) {
            return false;
        }
        AgentStatus status = client.status();
        return status.state() == SessionState.ATTACHED
                && world.gateways.stream()
                        .filter(Node::isRunning)
                        .flatMap(gateway -> gateway.sessions().stream())
                        .anyMatch(session ->
                                session.id().equals(status.id()) && session.state() == SessionState.ATTACHED);
    }

    private Outcome outcome(long settleNanos) {
        TreeMap<DropReason, Long> drops = new TreeMap<>();
        for (DropReason reason : DropReason.values()) {
            long count = world.nodes().stream()
                    .mapToLong(node -> node.drops.get(reason))
                    .sum();
            if (count > 0) {
                drops.put(reason, count);
            }
        }
        return new Outcome(
                world.seed,
                world.history.hash(),
                world.timeline.now(),
                world.timeline.passed(),
                world.invariants.events(),
                world.invariants.sessions(),
                world.invariants.jumps(),
                world.gateways.stream().mapToLong(GatewayNode::rests).sum(),
                world.coverage.counts(),
                drops,
                world.steps.counts(),
                world.traffic.sent(),
                world.traffic.sent() - world.traffic.missing(),
                settleNanos);
    }
}
