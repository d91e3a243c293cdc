package jumpvpn.lab.sim;

import java.util.EnumSet;
import java.util.Set;
import jumpvpn.core.session.ReasonCode;

/**
 * What goes wrong, and what operators do, from the dice; which kinds occur at all is drawn per seed. Everything heals by itself after a while, and all of it at
 * {@link #heal}.
 */
final class Faults {
    private static final long SECONDS = 1_000_000_000;
    private static final double OCCURS = 0.7;

    private enum Kind {
        JUMP(16),
        FLAP(16),
        NEW_ADDRESS(4),
        BLACK_HOLE(10),
        BLACK_UP(6),
        BLACK_DOWN(4),
        ALL_BLACK(6),
        STORM(8),
        CORNER(6),
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
        CLIENT_REVOKED(1),
        TABLE_CUT_OFF(4),
        GATEWAY_LEAVE(1),
        GATEWAY_LEFT(12),
        TABLE_REFUSES(3),
        NARROW(4);

        private final int weight;

        Kind(int weight) {
            this.weight = weight;
        }
    }

    private final World world;
    private final Chance chance;
    private final Chance gaps;
    private final LinkFaults links;
    private final NodeFaults nodes;
    private final Eves eves;
    private final int[] weights = new int[Kind.values().length];
    private boolean healed;

    Faults(World world) {
        this.world = world;
        this.chance = new Chance(world.seed, "faults");
        this.gaps = new Chance(world.seed, "gaps of the watch");
        this.links = new LinkFaults(world, chance);
        this.nodes = new NodeFaults(world, chance);
        this.eves = new Eves(world, links, nodes);
        Set<Kind> occurring = EnumSet.of(Kind.JUMP);
        for (Kind kind : Kind.values()) {
            if (!world.scenario.isCalm() && chance.happens(OCCURS)) {
                occurring.add(kind);
            }
        }
        occurring.forEach(kind -> weights[kind.ordinal()] = kind.weight);
    }

    void begin() {
        eves.begin();
        next();
        if (world.scenario.store().shared() && !world.scenario.isCalm() && gaps.happens(OCCURS)) {
            nextGap();
        }
    }

    private void nextGap() {
        world.timeline.in(gaps.about(4 * SECONDS), () -> {
            if (!healed) {
                nodes.deafen(gaps.oneOf(world.gateways), gaps.about(2 * SECONDS));
                nextGap();
            }
        });
    }

    private void next() {
        world.timeline.in(chance.about(world.scenario.faultPauseNanos()) + 1, () -> {
            if (!healed) {
                happen(Kind.values()[chance.weighted(weights)]);
                next();
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
            case FLAP -> links.flap(uplink, false);
            case NEW_ADDRESS -> links.flap(uplink, true);
            case BLACK_HOLE -> links.black(uplink, true, true);
            case BLACK_UP -> links.black(uplink, true, false);
            case BLACK_DOWN -> links.black(uplink, false, true);
            case ALL_BLACK -> client.uplinks().forEach(each -> links.black(each, true, true));
            case STORM -> links.storm(uplink);
            case CORNER -> links.corner(client, uplink);
            case NAT_REBIND -> uplink.nat.forget(chance.happens(0.5));
            case GATEWAY_DARK -> nodes.dark(gateway);
            case STARVE_CLIENT -> nodes.starve(client);
            case STARVE_GATEWAY -> nodes.starve(gateway);
            case SUSPEND_CLIENT -> client.suspend(chance.about(10 * SECONDS));
            case IDLE -> idle();
            case CLIENT_CRASH -> nodes.restart(client, false);
            case CLIENT_RESTART -> nodes.restart(client, true);
            case GATEWAY_CRASH -> nodes.restart(gateway, false);
            case GATEWAY_RESTART -> nodes.restart(gateway, true);
            case CLIENT_TERMINATE -> client.terminate();
            case GATEWAY_TERMINATE -> gateway.terminate();
            case LINK_GOING_DOWN -> links.goingDown(uplink);
            case GATEWAY_DRAIN -> nodes.drain(gateway);
            case CLIENT_REVOKED -> nodes.revoke(gateway, client);
            case TABLE_CUT_OFF -> nodes.cutOff(gateway);
            case GATEWAY_LEAVE -> nodes.leave(gateway);
            case GATEWAY_LEFT -> nodes.leaveCluster(gateway);
            case NARROW -> links.narrow(uplink);
            case TABLE_REFUSES -> nodes.refuse(gateway, chance.about(4 * SECONDS));
        }
    }

    private void idle() {
        world.traffic.idle(true);
        world.timeline.in(chance.between(1, 30) * SECONDS, () -> world.traffic.idle(false));
    }

    private void jump(ClientNode client, Uplink uplink) {
        String to = chance.happens(0.5) ? uplink.name : null;
        client.touch("jump", () -> {
            ReasonCode refused = client.agent().jump(client.local(), to);
            client.note("jumps", refused == null ? 0 : refused.number(), to + ": " + refused);
        });
    }

    /** Whether nothing goes wrong any more. */
    boolean isHealed() {
        return healed;
    }

    /** From now on everything works. */
    void heal() {
        healed = true;
        world.history.note(world.timeline.now(), "faults", "heal", 0, "");
        world.traffic.idle(false);
        for (Uplink uplink : world.network.uplinks()) {
            uplink.heal();
            links.up(uplink, false);
        }
        world.gateways.forEach(gateway -> {
            gateway.dark(false);
            gateway.cutOff(false);
            gateway.refuse(false);
            gateway.link().listen();
        });
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
