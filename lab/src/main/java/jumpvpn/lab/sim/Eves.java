package jumpvpn.lab.sim;

import jumpvpn.core.session.PolicyKey;

/**
 * What must go wrong at the right moment to be seen at all: nothing passes until a session is about to be over, and then the table takes no writes, so that it is over
 * and still there when somebody asks for it.
 */
final class Eves {
    private static final long MILLIS = 1_000_000;
    private static final long SECONDS = 1_000_000_000;
    private static final long MOST_WAIT_NANOS = 20 * SECONDS;

    private final World world;
    private final LinkFaults links;
    private final NodeFaults nodes;
    private final Chance chance;

    Eves(World world, LinkFaults links, NodeFaults nodes) {
        this.world = world;
        this.links = links;
        this.nodes = nodes;
        this.chance = new Chance(world.seed, "eves");
    }

    void begin() {
        if (world.scenario.isCalm() || chance.happens(0.3)) {
            return;
        }
        ofLifetimes();
        nextLoss(0);
    }

    private void nextLoss(long pauseNanos) {
        world.timeline.in(pauseNanos + chance.between(2, 8) * SECONDS, () -> {
            long ttl = world.scenario.policy().get(PolicyKey.SESSION_TRANSPORT_LOSS_TTL);
            if (ttl <= MOST_WAIT_NANOS && !world.faults.isHealed()) {
                ofLoss(chance.oneOf(world.clients), ttl);
                nextLoss(ttl);
            }
        });
    }

    /** Sessions that were born at the beginning get old. */
    private void ofLifetimes() {
        long end = world.scenario.policy().get(PolicyKey.SESSION_MAX_LIFETIME);
        if (end > world.scenario.troubleNanos()) {
            return;
        }
        long dark = end - chance.between(8, 15) * SECONDS;
        long light = end + chance.between(0, chance.happens(0.4) ? 8000 : 800) * MILLIS;
        world.timeline.at(dark, () -> world.network.uplinks().forEach(uplink -> black(uplink, light - dark)));
        world.timeline.at(end - SECONDS, this::refuse);
    }

    /** A client's session has no binding for long. */
    private void ofLoss(ClientNode client, long ttl) {
        long light = ttl + chance.between(0, 600) * MILLIS;
        client.uplinks().forEach(uplink -> black(uplink, light));
        world.timeline.in(Math.max(1, ttl - 2 * SECONDS), this::refuse);
    }

    private void black(Uplink uplink, long nanos) {
        uplink.up.black(true);
        uplink.down.black(true);
        world.timeline.in(nanos, () -> links.replug(uplink));
    }

    private void refuse() {
        if (!world.faults.isHealed()) {
            world.gateways.forEach(gateway -> nodes.refuse(gateway, chance.between(2, 6) * SECONDS));
        }
    }
}
