package jumpvpn.lab.sim;

/** What happens to processes and machines, and what operators do to them. */
final class NodeFaults {
    private static final long MILLIS = 1_000_000;
    private static final long SECONDS = 1_000_000_000;

    private final World world;
    private final Chance chance;

    NodeFaults(World world, Chance chance) {
        this.world = world;
        this.chance = chance;
    }

    /** The gateway is unreachable for everybody for a while. */
    void dark(GatewayNode gateway) {
        gateway.dark(true);
        world.timeline.in(chance.about(4 * SECONDS), () -> gateway.dark(false));
    }

    /** The process gets no time for a while. */
    void starve(Node node) {
        node.starve(chance.between(20, 3000) * MILLIS);
    }

    /** The gateway can't reach its table for a while, if it is one on other machines. */
    void cutOff(GatewayNode gateway) {
        if (world.scenario.store().shared()) {
            gateway.cutOff(true);
            world.timeline.in(chance.about(6 * SECONDS), () -> gateway.cutOff(false));
        }
    }

    /** The gateway hears nothing of what others commit for so long, and then all at once: the store has forgotten what it had to tell. */
    void deafen(GatewayNode gateway, long nanos) {
        if (gateway.isRunning()) {
            TableLink link = gateway.link();
            link.deafen();
            world.timeline.in(nanos, link::listen);
        }
    }

    /** The gateway's table takes no writes for so long, if it is one that can fail. */
    void refuse(GatewayNode gateway, long nanos) {
        if (world.scenario.store().durable()) {
            gateway.refuse(true);
            world.timeline.in(nanos, () -> gateway.refuse(false));
        }
    }

    /** The gateway stops without a word to the clients, whose sessions outlive it, and starts anew. */
    void leave(GatewayNode gateway) {
        if (world.scenario.store().durable() && gateway.isRunning() && !gateway.isStarved()) {
            gateway.leave();
            restart(gateway, false);
        }
    }

    /** The gateway is gone for good, as far as the others know: it comes back without memory. */
    void leaveCluster(GatewayNode gateway) {
        if (world.scenario.store().sticky() && gateway.isRunning() && !gateway.isStarved()) {
            gateway.kill();
            gateway.leaveCluster();
            world.timeline.in(chance.about(8 * SECONDS), () -> {
                if (!gateway.isRunning()) {
                    gateway.start();
                }
            });
        }
    }

    /** The operator wants the gateway empty, and starts it anew later. */
    void drain(GatewayNode gateway) {
        if (gateway.isStarved()) {
            return;
        }
        gateway.drain();
        world.timeline.in(chance.about(3 * SECONDS), () -> restart(gateway, true));
    }

    /** The operator turns a client out, and lets it in again later. */
    void revoke(GatewayNode gateway, ClientNode client) {
        if (gateway.isStarved()) {
            return;
        }
        gateway.revoke(client);
        world.timeline.in(chance.about(3 * SECONDS), () -> restart(gateway, true));
    }

    /** The process ends, politely or not, and starts anew. */
    void restart(Node node, boolean politely) {
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
}
