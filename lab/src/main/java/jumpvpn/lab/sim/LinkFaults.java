package jumpvpn.lab.sim;

/** What goes wrong with a client's links. Everything heals by itself after a while. */
final class LinkFaults {
    private static final long MILLIS = 1_000_000;
    private static final long SECONDS = 1_000_000_000;

    private final World world;
    private final Chance chance;

    LinkFaults(World world, Chance chance) {
        this.world = world;
        this.chance = chance;
    }

    /** The link is announced to go, and mostly goes. */
    void goingDown(Uplink uplink) {
        if (uplink.isUp) {
            uplink.client.linkGoingDown(uplink);
            if (chance.happens(0.7)) {
                world.timeline.in(chance.about(SECONDS), () -> flap(uplink, false));
            }
        }
    }

    void flap(Uplink uplink, boolean newAddress) {
        if (!uplink.isUp) {
            return;
        }
        uplink.isUp = false;
        uplink.client.linkDown(uplink);
        world.timeline.in(chance.about(2 * SECONDS), () -> up(uplink, newAddress));
    }

    void up(Uplink uplink, boolean newAddress) {
        if (uplink.isUp) {
            return;
        }
        uplink.isUp = true;
        world.network.renumber(uplink);
        if (newAddress) {
            uplink.local = jumpvpn.core.net.IpAddress.v4(uplink.local.v4Bits() + 1);
        }
        uplink.client.linkUp(uplink);
    }

    void black(Uplink uplink, boolean up, boolean down) {
        if (up) {
            uplink.up.black(true);
        }
        if (down) {
            uplink.down.black(true);
        }
        world.timeline.in(chance.about(4 * SECONDS), () -> light(uplink));
    }

    /** Everything passes again. */
    void light(Uplink uplink) {
        uplink.up.black(false);
        uplink.down.black(false);
    }

    void storm(Uplink uplink) {
        Lane.Weather before = uplink.up.weather();
        double worst = world.scenario.wildness();
        Lane.Weather storm = new Lane.Weather(
                before.delay() + chance.between(0, 400) * MILLIS,
                chance.between(0, 300) * MILLIS,
                chance.unit() * worst * 0.8,
                chance.unit() * worst * 0.5,
                chance.unit() * worst * 0.3,
                chance.unit() * worst * 0.3);
        Lane lane = chance.happens(0.5) ? uplink.up : uplink.down;
        lane.weather(storm);
        world.timeline.in(chance.about(chance.happens(0.3) ? 9 * SECONDS : 3 * SECONDS), () -> {
            if (lane.weather() == storm) {
                lane.weather(before);
            }
        });
    }
}
