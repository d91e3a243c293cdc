package jumpvpn.lab.sim;

import java.util.List;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.session.ReasonCode;

/** What goes wrong, and what operators do, from the dice. Everything heals by itself after a while, and all of it at {@link #heal}. */
final class Faults {
    private static final long MILLIS = 1_000_000;
    private static final long SECONDS = 1_000_000_000;

    private enum Fault {
        JUMP,
        FLAP,
        NEW_ADDRESS,
        BLACK_HOLE,
        BLACK_UP,
        BLACK_DOWN,
        ALL_BLACK,
        STORM,
        NAT_REBIND,
        STARVE_CLIENT,
        STARVE_GATEWAY,
        IDLE,
        CLIENT_CRASH,
        CLIENT_RESTART,
        GATEWAY_CRASH,
        GATEWAY_RESTART,
        CLIENT_TERMINATE,
        GATEWAY_TERMINATE
    }

    /** How often each comes, in the order of the constants. */
    private static final int[] WEIGHTS = {16, 16, 4, 10, 4, 4, 6, 8, 8, 3, 3, 4, 1, 1, 2, 1, 1, 1};

    private final World world;
    private final Chance chance;
    private boolean healed;

    Faults(World world) {
        this.world = world;
        this.chance = new Chance(world.seed, "faults");
    }

    void begin() {
        world.timeline.in(chance.about(world.scenario.faultPauseNanos()) + 1, () -> {
            if (!healed) {
                happen(drawn());
                begin();
            }
        });
    }

    private Fault drawn() {
        if (world.scenario.isCalm()) {
            return Fault.JUMP;
        }
        int total = 0;
        for (int weight : WEIGHTS) {
            total += weight;
        }
        int thrown = chance.below(total);
        for (Fault fault : Fault.values()) {
            thrown -= WEIGHTS[fault.ordinal()];
            if (thrown < 0) {
                return fault;
            }
        }
        throw new IllegalStateException("the weights add up");
    }

    private void happen(Fault fault) {
        Uplink uplink = chance.oneOf(world.network.uplinks());
        world.history.note(world.timeline.now(), "fault", fault.ordinal(), fault + " " + uplink);
        switch (fault) {
            case JUMP -> jump(uplink);
            case FLAP -> flap(uplink, false);
            case NEW_ADDRESS -> flap(uplink, true);
            case BLACK_HOLE -> black(uplink, true, true);
            case BLACK_UP -> black(uplink, true, false);
            case BLACK_DOWN -> black(uplink, false, true);
            case ALL_BLACK -> world.network.uplinks().forEach(each -> black(each, true, true));
            case STORM -> storm(uplink);
            case NAT_REBIND -> uplink.nat.forget();
            case STARVE_CLIENT -> world.client.starve(chance.between(20, 3000) * MILLIS);
            case STARVE_GATEWAY -> world.gateway.starve(chance.between(20, 3000) * MILLIS);
            case IDLE -> {
                world.traffic.idle(true);
                world.timeline.in(chance.between(1, 30) * SECONDS, () -> world.traffic.idle(false));
            }
            case CLIENT_CRASH -> restart(world.client, false);
            case CLIENT_RESTART -> restart(world.client, true);
            case GATEWAY_CRASH -> restart(world.gateway, false);
            case GATEWAY_RESTART -> restart(world.gateway, true);
            case CLIENT_TERMINATE -> world.client.terminate();
            case GATEWAY_TERMINATE -> world.gateway.terminate();
        }
    }

    private void jump(Uplink uplink) {
        String to = chance.happens(0.5) ? uplink.name : null;
        world.client.touch("jump", () -> {
            ReasonCode refused = world.client.agent().jump(world.client.local(), to);
            world.client.note("jumps", refused == null ? 0 : refused.number(), to + ": " + refused);
        });
    }

    private void flap(Uplink uplink, boolean newAddress) {
        if (!uplink.isUp) {
            return;
        }
        uplink.isUp = false;
        world.client.linkDown(uplink);
        world.timeline.in(chance.about(2 * SECONDS), () -> up(uplink, newAddress));
    }

    private void up(Uplink uplink, boolean newAddress) {
        if (uplink.isUp) {
            return;
        }
        uplink.isUp = true;
        world.network.renumber(uplink);
        if (newAddress) {
            uplink.local = IpAddress.v4(uplink.local.v4Bits() + 1);
        }
        world.client.linkUp(uplink);
    }

    private void black(Uplink uplink, boolean up, boolean down) {
        if (up) {
            uplink.up.black(true);
        }
        if (down) {
            uplink.down.black(true);
        }
        world.timeline.in(chance.about(4 * SECONDS), () -> {
            uplink.up.black(false);
            uplink.down.black(false);
        });
    }

    private void storm(Uplink uplink) {
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
        world.timeline.in(chance.about(3 * SECONDS), () -> {
            if (lane.weather() == storm) {
                lane.weather(before);
            }
        });
    }

    private void restart(Node node, boolean politely) {
        if (!node.isRunning() || node.isStarved()) {
            return;
        }
        if (!politely) {
            node.kill();
        } else if (node == world.client) {
            world.client.close();
        } else {
            world.gateway.close();
        }
        boolean reboots = chance.happens(0.3);
        world.timeline.in(chance.about(SECONDS), () -> {
            if (!node.isRunning()) {
                if (reboots) {
                    node.reboot();
                }
                node.start();
            }
        });
    }

    /** From now on everything works. */
    void heal() {
        healed = true;
        world.history.note(world.timeline.now(), "healed", 0, "");
        world.traffic.idle(false);
        for (Uplink uplink : world.network.uplinks()) {
            uplink.heal();
            up(uplink, false);
        }
        for (Node node : List.of(world.gateway, world.client)) {
            if (!node.isRunning()) {
                node.start();
            }
        }
    }
}
