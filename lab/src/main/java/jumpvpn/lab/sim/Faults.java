package jumpvpn.lab.sim;

import java.util.EnumSet;
import java.util.Set;
import jumpvpn.core.session.ReasonCode;

/**
 * What goes wrong, and what operators do, from the dice; which kinds occur at all is drawn per seed. Everything heals by itself after a while, and all of it at
 * {@link #heal}.
 */
final class Faults {
    private static final long MILLIS = 1_000_000;
    private static final long SECONDS = 1_000_000_000;
    private static final double OCCURS = 0.7;

    private enum Kind {
        JUMP(16),
        FLAP(16),
        NEW_ADDRESS(4),
        BLACK_HOLE(10),
        BLACK_UP(4),
        BLACK_DOWN(4),
        ALL_BLACK(6),
        STORM(8),
        NAT_REBIND(8),
        GATEWAY_DARK(3),
        STARVE_CLIENT(3),
        STARVE_GATEWAY(4),
        SUSPEND_CLIENT(3),
        IDLE(4),
        CLIENT_CRASH(1),
        CLIENT_RESTART(1),
        GATEWAY_CRASH(2),
        GATEWAY_RESTART(1),
        CLIENT_TERMINATE(1),
        GATEWAY_TERMINATE(1),
        LINK_GOING_DOWN(4),
        GATEWAY_DRAIN(1),
        CLIENT_REVOKED(1);

        private final int weight;

        Kind(int weight) {
            this.weight = weight;
        }
    }

    private final World world;
    private final Chance chance;
    private final int[] weights = new int[Kind.values().length];
    private boolean healed;

    Faults(World world) {
        this.world = world;
        this.chance = new Chance(world.seed, "faults");
        Set<Kind> occurring = EnumSet.of(Kind.JUMP);
        for (Kind kind : Kind.values()) {
            if (!world.scenario.isCalm() && chance.happens(OCCURS)) {
                occurring.add(kind);
            }
        }
        occurring.forEach(kind -> weights[kind.ordinal()] = kind.weight);
    }

    void begin() {
        world.timeline.in(chance.about(world.scenario.faultPauseNanos()) + 1, () -> {
            if (!healed) {
                happen(Kind.values()[chance.weighted(weights)]);
                begin();
            }
        });
    }

    private void happen(Kind kind) {
        ClientNode client = chance.oneOf(world.clients);
        GatewayNode gateway = chance.oneOf(world.gateways);
        Uplink uplink = chance.oneOf(client.uplinks());
        world.history.note(
                world.timeline.now(), "fault", "strikes", kind.ordinal(), kind + " " + uplink + " " + gateway.name);
        switch (kind) {
            case JUMP -> jump(client, uplink);
            case FLAP -> flap(uplink, false);
            case NEW_ADDRESS -> flap(uplink, true);
            case BLACK_HOLE -> black(uplink, true, true);
            case BLACK_UP -> black(uplink, true, false);
            case BLACK_DOWN -> black(uplink, false, true);
            case ALL_BLACK -> client.uplinks().forEach(each -> black(each, true, true));
            case STORM -> storm(uplink);
            case NAT_REBIND -> uplink.nat.forget(chance.happens(0.5));
            case GATEWAY_DARK -> {
                gateway.dark(true);
                world.timeline.in(chance.about(4 * SECONDS), () -> gateway.dark(false));
            }
            case STARVE_CLIENT -> client.starve(chance.between(20, 3000) * MILLIS);
            case STARVE_GATEWAY -> gateway.starve(chance.between(20, 3000) * MILLIS);
            case SUSPEND_CLIENT -> client.suspend(chance.about(10 * SECONDS));
            case IDLE -> {
                world.traffic.idle(true);
                world.timeline.in(chance.between(1, 30) * SECONDS, () -> world.traffic.idle(false));
            }
            case CLIENT_CRASH -> restart(client, false);
            case CLIENT_RESTART -> restart(client, true);
            case GATEWAY_CRASH -> restart(gateway, false);
            case GATEWAY_RESTART -> restart(gateway, true);
            case CLIENT_TERMINATE -> client.terminate();
            case GATEWAY_TERMINATE -> gateway.terminate();
            case LINK_GOING_DOWN -> goingDown(uplink);
            case GATEWAY_DRAIN -> {
                gateway.drain();
                world.timeline.in(chance.about(3 * SECONDS), () -> restart(gateway, true));
            }
            case CLIENT_REVOKED -> {
                gateway.revoke(client);
                world.timeline.in(chance.about(3 * SECONDS), () -> restart(gateway, true));
            }
        }
    }

    private void jump(ClientNode client, Uplink uplink) {
        String to = chance.happens(0.5) ? uplink.name : null;
        client.touch("jump", () -> {
            ReasonCode refused = client.agent().jump(client.local(), to);
            client.note("jumps", refused == null ? 0 : refused.number(), to + ": " + refused);
        });
    }

    /** The link is announced to go, and mostly goes. */
    private void goingDown(Uplink uplink) {
        if (uplink.isUp) {
            uplink.client.linkGoingDown(uplink);
            if (chance.happens(0.7)) {
                world.timeline.in(chance.about(SECONDS), () -> flap(uplink, false));
            }
        }
    }

    private void flap(Uplink uplink, boolean newAddress) {
        if (!uplink.isUp) {
            return;
        }
        uplink.isUp = false;
        uplink.client.linkDown(uplink);
        world.timeline.in(chance.about(2 * SECONDS), () -> up(uplink, newAddress));
    }

    private void up(Uplink uplink, boolean newAddress) {
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
        world.timeline.in(chance.about(chance.happens(0.3) ? 9 * SECONDS : 3 * SECONDS), () -> {
            if (lane.weather() == storm) {
                lane.weather(before);
            }
        });
    }

    private void restart(Node node, boolean politely) {
        if (!node.isRunning() || node.isStarved()) {
            return;
        }
        if (politely) {
            node.close();
        } else {
            node.kill();
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
        world.history.note(world.timeline.now(), "faults", "heal", 0, "");
        world.traffic.idle(false);
        for (Uplink uplink : world.network.uplinks()) {
            uplink.heal();
            up(uplink, false);
        }
        world.gateways.forEach(gateway -> gateway.dark(false));
        for (Node node : world.nodes()) {
            if (!node.isRunning()) {
                node.start();
            }
            node.relieve();
        }
        world.gateways.stream().filter(GatewayNode::isClosedToSome).forEach(gateway -> {
            gateway.close();
            gateway.start();
        });
    }
}
