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

    /** Long datagrams disappear for a while. */
    void narrow(Uplink uplink) {
        uplink.carriesAtMost(1120 + chance.below(280));
        world.timeline.in(chance.about(4 * SECONDS), uplink::widen);
    }

    /** Everything passes again. */
    void light(Uplink uplink) {
        uplink.up.black(false);
        uplink.down.black(false);
    }

    /** The client's other paths are gone for a while, and this one shakes. */
    void corner(ClientNode client, Uplink uplink) {
        long nanos = chance.between(6, 10) * SECONDS;
        for (Uplink other : client.uplinks()) {
            if (other != uplink) {
                other.up.black(true);
                world.timeline.in(nanos, () -> light(other));
            }
        }
        Lane.Weather before = uplink.up.weather();
        Lane.Weather shaky = new Lane.Weather(
                before.delay(),
                chance.between(100, 500) * MILLIS,
                chance.unit() * 0.3,
                before.duplicate(),
                before.corrupt(),
                before.straggle());
        during(nanos, uplink.up, shaky);
    }

    /** Everything passes again, and the client sees the link come. */
    void replug(Uplink uplink) {
        light(uplink);
        if (uplink.isUp) {
            uplink.isUp = false;
            uplink.client.linkDown(uplink);
            up(uplink, false);
        }
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
        during(chance.about(chance.happens(0.3) ? 9 * SECONDS : 3 * SECONDS), lane, storm);
    }

    private void during(long nanos, Lane lane, Lane.Weather weather) {
        Lane.Weather before = lane.weather();
        lane.weather(weather);
        world.timeline.in(nanos, () -> {
            if (lane.weather() == weather) {
                lane.weather(before);
            }
        });
    }
}
