package jumpvpn.lab.sim;

import java.util.TreeMap;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.SessionState;

/**
 * One seed, one world, one thread: trouble for a while, then the network heals, then the session must be attached and pass traffic (I9). The other invariants are
 * looked at after everything that happens.
 */
public final class Simulation {
    private static final long SETTLE_NANOS = 45_000_000_000L;
    private static final long TICK_NANOS = 1_000_000_000L;
    private static final int PACKETS_EACH_WAY = 3;

    private final World world;

    private Simulation(long seed, Parts parts) {
        world = new World(seed, parts);
    }

    /**
     * Runs a seed.
     *
     * @throws Violation with the seed and what led to it; the same seed breaks in the same way again
     */
    public static Outcome run(long seed) {
        return run(seed, Parts.sound(seed));
    }

    /** Runs a seed on these parts. */
    public static Outcome run(long seed, Parts parts) {
        Simulation simulation = new Simulation(seed, parts);
        try {
            return simulation.live();
        } catch (Violation violation) {
            throw new Violation(violation, simulation.story());
        } catch (RuntimeException e) {
            Violation violation = new Violation("CRASH", "an engine threw " + e);
            violation.initCause(e);
            throw new Violation(violation, simulation.story());
        }
    }

    private String story() {
        return "seed " + world.seed + ", at " + world.timeline.now() / 1e9
                + " s of simulated time, in a world like this: " + world.scenario + "\n" + world.history.text();
    }

    private Outcome live() {
        world.gateway.start();
        world.client.start();
        world.traffic.flow();
        world.faults.begin();
        world.attacker.begin();
        tick();
        attach();
        long attached = world.timeline.now();
        until(world.scenario.troubleNanos());
        long healed = world.timeline.now();
        world.attacker.stop();
        world.faults.heal();
        long settled = settle();
        if (world.scenario.isCalm()
                && world.timeline.now() < world.scenario.policy().get(PolicyKey.SESSION_MAX_LIFETIME)) {
            nothingLost(attached);
        }
        return outcome(settled - healed);
    }

    /** Until both ends are attached for the first time, if the trouble lets them. */
    private void attach() {
        while (!isAttached() && world.timeline.step(world.scenario.troubleNanos())) {
            // everything happens in there
        }
    }

    /** Nothing went wrong, so the session is the first one, and no jump has cost a packet. */
    private void nothingLost(long attachedNanos) {
        long missing = world.traffic.missing(attachedNanos, world.timeline.now() - TICK_NANOS);
        if (missing > 0 || world.invariants.sessions() != 1) {
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
            world.client.glance();
            world.gateway.glance();
            tick();
        });
    }

    /** I9: a valid candidate exists now. */
    private long settle() {
        long end = world.timeline.now() + SETTLE_NANOS;
        long toClient = world.traffic.toClient();
        long toServer = world.traffic.toServer();
        while (world.timeline.step(end)) {
            if (world.traffic.toClient() - toClient >= PACKETS_EACH_WAY
                    && world.traffic.toServer() - toServer >= PACKETS_EACH_WAY
                    && isAttached()) {
                return world.timeline.now();
            }
        }
        throw new Violation(
                "I9",
                "not attached and passing traffic " + SETTLE_NANOS / 1_000_000_000
                        + " s after the network healed: client " + world.client.status() + ", gateway "
                        + world.gateway.sessions());
    }

    private boolean isAttached() {
        if (!world.client.isRunning() || !world.gateway.isRunning()) {
            return false;
        }
        var status = world.client.status();
        return status.state() == SessionState.ATTACHED
                && world.gateway.sessions().stream()
                        .anyMatch(session ->
                                session.id().equals(status.id()) && session.state() == SessionState.ATTACHED);
    }

    private Outcome outcome(long settleNanos) {
        TreeMap<DropReason, Long> drops = new TreeMap<>();
        for (DropReason reason : DropReason.values()) {
            long count =
                    world.client.drops().get(reason) + world.gateway.drops().get(reason);
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
                world.invariants.rows(),
                world.invariants.rejects(),
                drops,
                world.traffic.sent(),
                world.traffic.sent() - world.traffic.missing(),
                settleNanos);
    }
}
