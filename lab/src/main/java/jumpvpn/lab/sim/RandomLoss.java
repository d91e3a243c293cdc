package jumpvpn.lab.sim;

import java.util.List;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventSink;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Role;

/**
 * One hour of one session on two links, 40 and 70 ms there and back, which lose a tenth of all datagrams each way at random, and nothing else: whoever takes a path for
 * dead there is wrong, and no link is better than the other. What is talked changes every five minutes. All invariants are looked at as in {@link Simulation}.
 */
final class RandomLoss {
    private static final long MILLIS = 1_000_000;
    private static final long SECONDS = 1_000_000_000;
    private static final long HOUR_NANOS = 3600 * SECONDS;
    private static final long TALK_NANOS = 300 * SECONDS;
    private static final double LOSS = 0.1;
    private static final long[] DELAY_NANOS = {20 * MILLIS, 35 * MILLIS};
    private static final long SPACING_NANOS = 2 * MILLIS;
    private static final long ANSWER_NANOS = 60 * MILLIS;

    /**
     * Packets that go in together, again and again.
     *
     * @param pauseNanos between two times, on the average
     * @param up how many from the client
     * @param down how many towards it, a little later
     */
    private record Talk(long pauseNanos, int up, int down) {}

    private static final List<Talk> TALKS = List.of(
            new Talk(10 * MILLIS, 1, 1),
            new Talk(10 * MILLIS, 0, 1),
            new Talk(100 * MILLIS, 1, 1),
            new Talk(100 * MILLIS, 1, 0),
            new Talk(100 * MILLIS, 0, 1),
            new Talk(500 * MILLIS, 1, 0),
            new Talk(500 * MILLIS, 0, 1),
            new Talk(3 * SECONDS, 1, 1),
            new Talk(5 * SECONDS, 30, 30),
            new Talk(100 * SECONDS, 3, 3));

    /**
     * What an hour came to.
     *
     * @param deaths how often an end took a path for dead, by role, reason and time
     * @param switches binds after the session's first
     * @param spells how often an end found the path volatile
     */
    record Hour(
            List<String> deaths, int sessions, int switches, long spells, long packetsSent, long packetsDelivered) {}

    private final World world;
    private final Chance chance;
    private final List<String> deaths = new java.util.ArrayList<>();
    private long spells;
    private Talk talk = TALKS.getFirst();

    private RandomLoss(long seed) {
        world = new World(seed, new Listening(seed), Scenario.lone(HOUR_NANOS));
        chance = new Chance(seed, "talks");
        List<Uplink> uplinks = world.network.uplinks();
        for (int i = 0; i < uplinks.size(); i++) {
            Lane.Weather weather = new Lane.Weather(DELAY_NANOS[i], 0, LOSS, 0, 0, 0);
            uplinks.get(i).up.weather(weather);
            uplinks.get(i).down.weather(weather);
        }
    }

    private final class Listening extends Parts {
        Listening(long seed) {
            super(seed);
        }

        @Override
        public EventSink sink(EventSink sound) {
            return event -> {
                hear(event);
                sound.emit(event);
            };
        }
    }

    private void hear(Event event) {
        if (event.type() == EventType.TRANSPORT_DEAD) {
            deaths.add("%s %s at %.3f s, %s".formatted(event.role(), event.reason(), world.timeline.now() / 1e9, talk));
        } else if (event.type() == EventType.VOLATILITY_SIGNAL) {
            spells++;
        }
    }

    /** Runs the hour of a seed. */
    static Hour run(long seed) {
        return new RandomLoss(seed).live();
    }

    private Hour live() {
        world.nodes().forEach(Node::start);
        tick();
        turn();
        speak();
        while (world.timeline.step(HOUR_NANOS)) {
            // everything happens in there
        }
        world.invariants.finished();
        return new Hour(
                deaths,
                world.invariants.sessions(),
                world.invariants.jumps(),
                spells,
                world.traffic.sent(),
                world.traffic.sent() - world.traffic.missing());
    }

    private void tick() {
        world.timeline.in(SECONDS, () -> {
            world.nodes().forEach(Node::glance);
            tick();
        });
    }

    private void turn() {
        talk = chance.oneOf(TALKS);
        world.timeline.in(TALK_NANOS, this::turn);
    }

    private void speak() {
        ClientNode client = world.clients.getFirst();
        for (int i = 0; i < talk.up; i++) {
            world.timeline.in(i * SPACING_NANOS, () -> world.traffic.send(client, Role.CLIENT));
        }
        for (int i = 0; i < talk.down; i++) {
            world.timeline.in(ANSWER_NANOS + i * SPACING_NANOS, () -> world.traffic.send(client, Role.GATEWAY));
        }
        world.timeline.in(chance.between(talk.pauseNanos / 2, talk.pauseNanos * 3 / 2), this::speak);
    }
}
