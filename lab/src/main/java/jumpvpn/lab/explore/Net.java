package jumpvpn.lab.explore;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.lab.explore.Choice.Limit;

/** The outer network of a world: links, what is under way, and an attacker who has heard everything. */
final class Net {
    static final Endpoint ATTACKER = new Endpoint(IpAddress.parse("192.0.2.66"), 666);

    private static final int ALL_LINKS = (1 << Given.LINKS) - 1;

    private final SmallWorld world;
    private final List<Message> underWay;
    private final List<Message> recorded;
    private int linksUp = ALL_LINKS;
    private boolean silent;

    Net(SmallWorld world) {
        this.world = world;
        underWay = new ArrayList<>();
        recorded = new ArrayList<>();
    }

    /** The same in another world. */
    Net(SmallWorld world, Net from) {
        this.world = world;
        underWay = new ArrayList<>(from.underWay);
        recorded = new ArrayList<>(from.recorded);
        linksUp = from.linksUp;
    }

    List<Message> underWay() {
        return underWay;
    }

    /** What the attacker may still use. */
    List<Message> recorded() {
        return recorded;
    }

    boolean isUp(int link) {
        return (linksUp >> link & 1) == 1;
    }

    int linksUp() {
        return linksUp;
    }

    void toggle(int link) {
        linksUp ^= 1 << link;
    }

    /** From now on whatever is sent is lost, or is not. */
    void silent(boolean isSilent) {
        silent = isSilent;
    }

    /** Everything is lost, and nobody has heard anything. */
    void clear() {
        underWay.clear();
        recorded.clear();
    }

    /** An end sends a datagram. */
    void sent(Message message) {
        if (message.to() == 0 && !isUp(message.link())) {
            return;
        }
        world.happened();
        world.rules.sent(message);
        if (silent) {
            return;
        }
        if (world.left(Limit.ATTACKS) > 0) {
            recorded.add(message);
        }
        if (world.isOpen()) {
            underWay.add(message);
        } else {
            world.soon(() -> deliver(message));
        }
    }

    /** Whether somebody would get it: the link may be down by now, the process gone. */
    private boolean reaches(Message message) {
        return world.end(message.to()).isRunning() && (message.to() > 0 || isUp(message.link()));
    }

    /** A datagram arrives. */
    void deliver(Message message) {
        if (reaches(message)) {
            world.come(message.to(), new Input.Arrives(world.now(), message, message.from(), false));
            world.rules.heard(message);
        }
    }

    private Input.Arrives attack(Message message, boolean forged) {
        return new Input.Arrives(world.now(), message, forged ? message.from() : ATTACKER, forged);
    }

    /** Whether an attack would change the process that it is aimed at. */
    boolean leavesTrace(Message message, boolean forged) {
        return reaches(message) && world.leavesTrace(message.to(), attack(message, forged));
    }

    /** Somebody sends what he has heard, from where he is, or with one bit changed, from where it came. */
    void attack(int index, boolean forged) {
        Message message = recorded.get(index);
        world.rules.attacked(message, !forged);
        if (reaches(message)) {
            world.come(message.to(), attack(message, forged));
            if (!forged) {
                world.rules.heard(message);
            }
        }
        world.rules.attackOver();
    }

    /** All that will matter. */
    void digest(Digest digest) {
        digest.add(linksUp).addAll(underWay.stream().map(Message::digest).toList());
        if (world.left(Limit.ATTACKS) > 0) {
            digest.addAll(recorded.stream().map(Message::digest).toList());
        }
    }
}
