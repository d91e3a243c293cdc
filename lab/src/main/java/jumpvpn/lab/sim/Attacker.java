package jumpvpn.lab.sim;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;

/**
 * Somebody on the way: records what passes, sometimes stops it, sends it again from here or there, changed or not, overtakes it with a copy from elsewhere, sends what
 * it makes up, and floods.
 */
final class Attacker {
    private static final int MOST = 200;
    private static final Endpoint ELSEWHERE = new Endpoint(IpAddress.parse("192.0.2.66"), 666);

    private final World world;
    private final Chance chance;
    private final List<Datagram> seen = new ArrayList<>();
    private boolean stopped;

    Attacker(World world) {
        this.world = world;
        this.chance = new Chance(world.seed, "attacker");
    }

    void begin() {
        if (world.scenario.attackPauseNanos() > 0) {
            world.network.tap(this::passes);
            next();
        }
    }

    void stop() {
        stopped = true;
    }

    private boolean passes(Datagram datagram, boolean toGateway) {
        if (stopped) {
            return true;
        }
        boolean handshakeOrReattach = datagram.bytes[0] != 0x08;
        if (chance.happens(handshakeOrReattach ? 0.5 : 0.05)) {
            if (seen.size() >= MOST) {
                seen.remove(chance.below(seen.size()));
            }
            seen.add(datagram);
        }
        if (handshakeOrReattach && chance.happens(0.05 * world.scenario.wildness())) { // the copy is there first
            Endpoint from = toGateway ? ELSEWHERE : datagram.from;
            long delay = chance.between(0, world.network.delayOf(datagram));
            world.network.inject(datagram.bytes, datagram, from, datagram.to, delay);
        }
        return !chance.happens(0.01 * world.scenario.wildness());
    }

    private void next() {
        world.timeline.in(chance.about(world.scenario.attackPauseNanos()) + 1, () -> {
            if (!stopped) {
                int count = chance.happens(0.01) ? chance.below(60) : 1;
                for (int i = 0; i < count; i++) {
                    attack();
                }
                next();
            }
        });
    }

    private void attack() {
        if (seen.isEmpty()) {
            return;
        }
        Datagram about = chance.oneOf(seen);
        Endpoint from = chance.happens(0.5) ? about.from : ELSEWHERE;
        long delay = world.network.delayOf(about);
        if (chance.happens(0.5)) {
            world.history.note(world.timeline.now(), "attacker", "replays", about.fingerprint(), about);
            world.network.inject(about.bytes, about, from, about.to, delay);
        } else {
            byte[] bytes = chance.happens(0.5) ? Forgery.damaged(about.bytes, chance) : Forgery.random(chance);
            world.network.inject(bytes, null, from, about.to, delay);
        }
    }
}
