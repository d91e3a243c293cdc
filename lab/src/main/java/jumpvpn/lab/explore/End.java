package jumpvpn.lab.explore;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.Outbound;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.data.Resting;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.Entropy;
import jumpvpn.core.session.Deadlines;
import jumpvpn.lab.sim.ToyAgreement;
import org.jspecify.annotations.Nullable;

/**
 * A process: an engine and the packet path around it. All that it does follows from what came in and when, so the digest of that is the digest of its state, whatever
 * the engine keeps inside.
 */
abstract class End {
    /** Drops that leave no trace in a binding. */
    private static final List<DropReason> WITHOUT_TRACE = List.of(
            DropReason.UNKNOWN_WIRE_ID,
            DropReason.MALFORMED,
            DropReason.BAD_TAG,
            DropReason.REPLAYED,
            DropReason.BINDING_ENDED);

    final SmallWorld world;
    final int number;
    final DropCounters drops = new DropCounters();
    private Digest history = new Digest();
    private boolean running;
    private int starts;
    private @Nullable Inbound inbound;
    private @Nullable Outbound outbound;

    End(SmallWorld world, int number) {
        this.world = world;
        this.number = number;
    }

    String name() {
        return number == 0 ? "client" : "gw" + number;
    }

    final boolean isRunning() {
        return running;
    }

    final int starts() {
        return starts;
    }

    /** What came in since the process started. */
    final Digest.Value history() {
        return history.value();
    }

    /** Something that changes the process comes in. */
    final Digest note(String what) {
        return history.add(world.now()).add(what.hashCode());
    }

    /** Randomness that follows from the process and its start. */
    final Crypto crypto() {
        long[] state = {Digest.mix(Digest.mix(number, starts), 77)};
        Entropy entropy = out -> {
            for (int i = 0; i < out.length; i++) {
                state[0] += 0x9e37_79b9_7f4a_7c15L;
                out[i] = (byte) (Digest.mix(state[0], 5) >>> 40);
            }
        };
        return new Crypto(world.aead(), new ToyAgreement(), entropy);
    }

    final void start() {
        starts++;
        running = true;
        history = new Digest().add(number).add(starts).add(world.now());
        boot();
    }

    final void kill() {
        running = false;
        history = new Digest().add(number).add(starts);
        killed();
    }

    final void packetPath(Inbound in, Outbound out) {
        inbound = in;
        outbound = out;
    }

    /** A datagram arrives. */
    final void arrive(int socketId, Endpoint from, byte[] original) {
        byte[] bytes = original.clone();
        Inbound path = Objects.requireNonNull(inbound);
        IpAddress address = from.address();
        long droppedBefore = withoutTrace();
        Inbound.Disposition disposition = path.accept(
                MemorySegment.ofArray(bytes), 0, bytes.length, world.now(), address.high(), address.low(), from.port());
        if (disposition == Inbound.Disposition.RESTING) {
            note("woken");
            wake(Objects.requireNonNull(path.resting()));
            disposition = path.accept(
                    MemorySegment.ofArray(bytes),
                    0,
                    bytes.length,
                    world.now(),
                    address.high(),
                    address.low(),
                    from.port());
        }
        Binding binding = path.binding();
        boolean wakes = binding != null && disposition != Inbound.Disposition.UNBOUND && binding.claimWatch();
        if (withoutTrace() > droppedBefore && !wakes) {
            return; // as good as lost
        }
        note("arrives").add(socketId).add(from.port()).add(address.low()).add(original);
        byte[] payload = disposition == Inbound.Disposition.DELIVER || disposition == Inbound.Disposition.CONTROL
                ? Arrays.copyOfRange(bytes, PacketLayout.PAYLOAD, PacketLayout.PAYLOAD + path.payloadLength())
                : new byte[0];
        switch (disposition) {
            case DELIVER -> world.rules.delivered(this, Objects.requireNonNull(binding), payload);
            case CONTROL -> receiveControl(Objects.requireNonNull(binding), from, payload);
            case UNBOUND -> receive(socketId, from, bytes);
            case ACKNOWLEDGED, DROPPED, UNKNOWN, RESTING -> {
                // complete in itself
            }
        }
        if (wakes && binding != null) {
            watch(binding);
        }
    }

    private long withoutTrace() {
        long sum = 0;
        for (DropReason reason : WITHOUT_TRACE) {
            sum += drops.get(reason);
        }
        return sum;
    }

    /** The host on this side sends an inner packet with a number in it. */
    final void send(IpAddress from, IpAddress to, int packet) {
        ByteBuffer inner = ByteBuffer.allocate(24);
        inner.put(0, (byte) 0x45).putShort(2, (short) 24).putInt(12, from.v4Bits());
        inner.putInt(16, to.v4Bits()).putInt(20, packet);
        byte[] bytes = new byte[24 + PacketLayout.OVERHEAD];
        System.arraycopy(inner.array(), 0, bytes, PacketLayout.PAYLOAD, 24);
        note("packet").add(packet);
        Outbound path = Objects.requireNonNull(outbound);
        int length = path.accept(MemorySegment.ofArray(bytes), 0, 24, world.now());
        Binding binding = path.binding();
        if (length > 0 && binding != null) {
            transmit(binding.pathId, binding.peer(), bytes);
            if (binding.claimWatch()) {
                watch(binding);
            }
        }
        Resting resting = path.resting();
        if (resting != null && resting.claimWake()) {
            wake(resting);
        }
    }

    /** When the engine has something to do. */
    final long nextNanos() {
        return running ? next() : Deadlines.NEVER;
    }

    abstract void boot();

    abstract void killed();

    abstract long next();

    abstract void proceed();

    abstract void receive(int socketId, Endpoint from, byte[] bytes);

    abstract void receiveControl(Binding binding, Endpoint from, byte[] message);

    abstract void watch(Binding binding);

    /** A packet for a session at rest. A client has none. */
    void wake(Resting session) {}

    abstract void transmit(int socketId, Endpoint to, byte[] bytes);
}
