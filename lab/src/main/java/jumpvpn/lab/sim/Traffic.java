package jumpvpn.lab.sim;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.TreeMap;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.session.Role;
import org.jspecify.annotations.Nullable;

/** Numbered inner packets both ways. What comes out of a tunnel must have gone in at the other end, bit by bit, and comes out once. */
final class Traffic {
    static final IpAddress SERVER = IpAddress.parse("10.77.0.1");

    private static final int HEADER = 20;

    private final World world;
    private final Chance chance;
    /** A packet that went in. */
    private record Sent(byte[] packet, long nanos) {}

    private final TreeMap<Long, Sent> underWay = new TreeMap<>();
    private @Nullable IpAddress client;
    private long number;
    private boolean idle;
    private long toClient;
    private long toServer;

    Traffic(World world) {
        this.world = world;
        this.chance = new Chance(world.seed, "traffic");
    }

    /** The address that the client was given. */
    void clientAddress(IpAddress address) {
        IpAddress before = client;
        if (before != null && !before.equals(address)) {
            throw new Violation("I3", "the client's inner address was " + before + " and is now " + address);
        }
        client = address;
    }

    void idle(boolean now) {
        idle = now;
    }

    /** Begins to send, and never stops. */
    void flow() {
        next(Role.CLIENT);
        next(Role.GATEWAY);
    }

    private void next(Role from) {
        world.timeline.in(chance.about(world.scenario.packetPauseNanos()) + 1, () -> {
            if (!idle) {
                sendFrom(from);
            }
            next(from);
        });
    }

    private void sendFrom(Role from) {
        IpAddress inner = client;
        Node node = from == Role.CLIENT ? world.client : world.gateway;
        if (inner == null || !node.isRunning()) {
            return;
        }
        byte[] packet = packet(from == Role.CLIENT ? inner : SERVER, from == Role.CLIENT ? SERVER : inner);
        underWay.put(number, new Sent(packet, world.timeline.now()));
        node.note("sends #", number, number);
        node.send(packet);
    }

    private byte[] packet(IpAddress source, IpAddress destination) {
        number++;
        int length = HEADER + 8 + chance.below(60);
        ByteBuffer out = ByteBuffer.allocate(length);
        out.put((byte) 0x45).put((byte) 0).putShort((short) length).putInt(0).putInt(0x40fd_0000);
        out.putInt(source.v4Bits()).putInt(destination.v4Bits()).putLong(number);
        for (int i = HEADER + 8; i < length; i++) {
            out.put(i, (byte) (number * 31 + i));
        }
        return out.array();
    }

    /** An inner packet came out of the tunnel. */
    void delivered(Role at, byte[] packet) {
        long named = packet.length < HEADER + 8 ? -1 : ByteBuffer.wrap(packet).getLong(HEADER);
        Sent found = underWay.remove(named);
        if (found == null) {
            throw new Violation("INNER", "packet #" + named + " was delivered twice, or never sent");
        }
        byte[] sent = found.packet;
        int destination = ByteBuffer.wrap(sent).getInt(16);
        if (!Arrays.equals(sent, packet) || (destination == SERVER.v4Bits()) != (at == Role.GATEWAY)) {
            throw new Violation("INNER", "packet #" + named + " was changed, or came out where it went in");
        }
        if (at == Role.CLIENT) {
            toClient++;
        } else {
            toServer++;
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

    /** How many came out at the client. */
    long toClient() {
        return toClient;
    }

    /** How many came out at the gateway. */
    long toServer() {
        return toServer;
    }
}
