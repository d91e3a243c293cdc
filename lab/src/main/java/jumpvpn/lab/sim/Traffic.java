package jumpvpn.lab.sim;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.StateVersion;
import org.jspecify.annotations.Nullable;

/**
 * Numbered inner packets between every client and a server behind the gateways. What comes out of a tunnel must have gone in at the other end, bit by bit, and comes
 * out once. The server's packets go to the gateway where the session that the client has was bound last, whatever is said late, or of sessions that it has left.
 */
final class Traffic {
    static final IpAddress SERVER = IpAddress.parse("10.77.0.1");

    static final int SOURCE_AT = 12;
    private static final int HEADER = 20;
    private static final int MTU = 1400;
    private static final long MOST_LATE_NANOS = 5_000_000;
    private static final int LONG_EVERY = 8;

    /** A packet that went in. */
    private record Sent(int client, Role from, byte[] packet, long nanos) {}

    /** Where a session was bound last. */
    private record Bound(GatewayNode at, StateVersion version) {}

    /** What is known of one client. */
    private static final class Customer {
        private final ClientNode node;
        private @Nullable IpAddress inner;
        private @Nullable GatewayNode home;
        private long toClient;
        private long toServer;
        private long repeatableBelow;

        Customer(ClientNode node) {
            this.node = node;
        }
    }

    private final World world;
    private final Chance chance;
    private final TreeMap<Long, Sent> underWay = new TreeMap<>();
    private final List<Customer> customers = new ArrayList<>();
    private final TreeMap<SessionId, Bound> bound = new TreeMap<>();
    private long number;
    private boolean idle;

    Traffic(World world) {
        this.world = world;
        this.chance = new Chance(world.seed, "traffic");
        world.clients.forEach(client -> customers.add(new Customer(client)));
    }

    /** A client was granted a session with this address. */
    void granted(ClientNode client, IpAddress address) {
        Customer customer = customers.get(client.index);
        IpAddress before = customer.inner;
        if (before != null && !before.equals(address)) {
            throw new Violation("I3", client.name + "'s inner address was " + before + " and is now " + address);
        }
        for (Customer other : customers) {
            if (other != customer && address.equals(other.inner)) {
                throw new Violation("I3", client.name + " got " + address + ", which is " + other.node.name + "'s");
            }
        }
        customer.inner = address;
    }

    /** A gateway says that it has bound a session, perhaps after another that has bound it since. */
    void bound(GatewayNode gateway, SessionId session, StateVersion version) {
        Bound bind = new Bound(gateway, version);
        if (world.scenario.store().shared() && bound.containsKey(session)) { // neighbours follow late
            world.timeline.in(chance.between(0, MOST_LATE_NANOS), () -> follow(session, bind));
        } else {
            follow(session, bind);
        }
    }

    private void follow(SessionId session, Bound bind) {
        bound.merge(session, bind, (before, now) -> now.version.compareTo(before.version) > 0 ? now : before);
    }

    private @Nullable GatewayNode home(Customer customer) {
        SessionId session = customer.node.isRunning() ? customer.node.status().id() : null;
        Bound last = session == null ? null : bound.get(session);
        customer.home = last == null ? customer.home : last.at;
        return customer.home;
    }

    void idle(boolean now) {
        idle = now;
    }

    /** Begins to send, and never stops. */
    void flow() {
        for (Customer customer : customers) {
            next(customer, Role.CLIENT);
            next(customer, Role.GATEWAY);
        }
    }

    private void next(Customer customer, Role from) {
        world.timeline.in(chance.about(world.scenario.packetPauseNanos()) + 1, () -> {
            if (!idle) {
                sendFrom(customer, from);
            }
            next(customer, from);
        });
    }

    /** A packet goes in at this client, or towards it, now. */
    void send(ClientNode client, Role from) {
        sendFrom(customers.get(client.index), from);
    }

    private void sendFrom(Customer customer, Role from) {
        IpAddress inner = customer.inner;
        Node node = from == Role.CLIENT ? customer.node : home(customer);
        if (inner == null || node == null || !node.isRunning() || node.isSuspended()) {
            return;
        }
        byte[] packet = packet(from == Role.CLIENT ? inner : SERVER, from == Role.CLIENT ? SERVER : inner);
        underWay.put(number, new Sent(customer.node.index, from, packet, world.timeline.now()));
        node.note("sends #", number, number);
        node.send(packet);
    }

    private byte[] packet(IpAddress source, IpAddress destination) {
        number++;
        int length = number % LONG_EVERY == 0 ? MTU - chance.below(100) : HEADER + 8 + chance.below(60);
        ByteBuffer out = ByteBuffer.allocate(length);
        out.put((byte) 0x45).put((byte) 0).putShort((short) length).putInt(0).putInt(0x40fd_0000);
        out.putInt(source.v4Bits()).putInt(destination.v4Bits()).putLong(number);
        for (int i = HEADER + 8; i < length; i++) {
            out.put(i, (byte) (number * 31 + i));
        }
        return out.array();
    }

    /**
     * Somebody who has this client's keys has used one of its nonces: early data under that nonce opens again. Whoever has the keys could have sent it itself.
     */
    void nonceUsedAgain(ClientNode client) {
        customers.get(client.index).repeatableBelow = number + 1;
    }

    private boolean mayRepeat(Node at, byte[] packet, long named) {
        return at.role == Role.GATEWAY
                && customers.stream()
                        .anyMatch(customer -> customer.inner != null
                                && customer.inner.v4Bits()
                                        == ByteBuffer.wrap(packet).getInt(SOURCE_AT)
                                && named > 0
                                && named < customer.repeatableBelow);
    }

    /** An inner packet came out of the tunnel at this end. */
    void delivered(Node at, byte[] packet) {
        long named = packet.length < HEADER + 8 ? -1 : ByteBuffer.wrap(packet).getLong(HEADER);
        Sent found = underWay.remove(named);
        if (found == null && mayRepeat(at, packet, named)) {
            return;
        }
        if (found == null) {
            throw new Violation("INNER", "packet #" + named + " was delivered twice, or never sent");
        }
        Customer customer = customers.get(found.client);
        boolean right = found.from == Role.CLIENT ? at.role == Role.GATEWAY : at == customer.node;
        if (!right || !Arrays.equals(found.packet, packet)) {
            throw new Violation("INNER", "packet #" + named + " was changed, or came out at " + at.name);
        }
        if (at.role == Role.CLIENT) {
            customer.toClient++;
        } else {
            customer.toServer++;
        }
    }

    /** How many of those that went in between these times did not come out. */
    long missing(long fromNanos, long untilNanos) {
        return underWay.values().stream()
                .filter(sent -> sent.nanos >= fromNanos && sent.nanos < untilNanos)
                .count();
    }

    /** How many packets went in. */
    long sent() {
        return number;
    }

    /** How many went in and did not come out. */
    long missing() {
        return underWay.size();
    }

    /** How many came out at a client. */
    long toClient(ClientNode client) {
        return customers.get(client.index).toClient;
    }

    /** How many from a client came out at the server's side. */
    long toServer(ClientNode client) {
        return customers.get(client.index).toServer;
    }
}
