package jumpvpn.lab.explore;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.Outbound;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.data.Resting;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.security.Aead;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.Entropy;
import jumpvpn.core.security.Suite;
import jumpvpn.core.session.SessionId;
import jumpvpn.lab.sim.ToyAead;
import jumpvpn.lab.sim.ToyAgreement;
import org.jspecify.annotations.Nullable;

/** A running process: the product's engine and the packet path around it. Inputs go in, outputs come out; nothing else does either. */
abstract class Engine {
    final Given given;
    final Input.Start start;
    final DropCounters drops = new DropCounters();
    private final AeadPort aead = new ToyAead();
    private final Set<Long> sealedWith = new TreeSet<>();
    private final long[] entropy;
    private List<Output> outputs = new ArrayList<>();
    private @Nullable Inbound inbound;
    private @Nullable Outbound outbound;

    Engine(Given given, Input.Start start) {
        this.given = given;
        this.start = start;
        entropy = new long[] {Digest.mix(Digest.mix(start.number(), start.start()), 77)};
    }

    static Engine started(Given given, Input.Start start) {
        Engine engine = start.number() == 0 ? new ClientEngine(given, start) : new GatewayEngine(given, start);
        engine.boot();
        return engine;
    }

    final void out(Output output) {
        outputs.add(output);
    }

    /** What came out since this was asked last. */
    final List<Output> outputs() {
        List<Output> taken = List.copyOf(outputs);
        outputs = new ArrayList<>();
        return taken;
    }

    /** Randomness that follows from the process and its start. */
    final Crypto crypto() {
        Entropy source = out -> {
            for (int i = 0; i < out.length; i++) {
                entropy[0] += 0x9e37_79b9_7f4a_7c15L;
                out[i] = (byte) (Digest.mix(entropy[0], 5) >>> 40);
            }
        };
        return new Crypto(this::cipher, new ToyAgreement(), source);
    }

    private Aead cipher(Suite suite, byte[] key) {
        return new Cipher(
                this,
                aead.create(suite, key),
                new Digest().add(suite.number()).add(key).value().high());
    }

    /** A cipher that says when its key begins to seal. */
    private record Cipher(Engine engine, Aead cipher, long key) implements Aead {
        @Override
        public void seal(long counter, MemorySegment memory, long aad, int aadLength, long text, int textLength) {
            if (engine.sealedWith.add(key)) {
                engine.out(new Output.Sealed(key));
            }
            cipher.seal(counter, memory, aad, aadLength, text, textLength);
        }

        @Override
        public int open(long counter, MemorySegment memory, long aad, int aadLength, long at, int length) {
            return cipher.open(counter, memory, aad, aadLength, at, length);
        }
    }

    final void packetPath(Inbound in, Outbound out) {
        inbound = in;
        outbound = out;
    }

    /** Takes an input. */
    final void take(Input input) {
        switch (input) {
            case Input.Start _ -> throw new IllegalArgumentException("it runs");
            case Input.Arrives it -> arrive(it.nowNanos(), socketId(it.message()), it.from(), it.bytes());
            case Input.Packet it -> send(it);
            case Input.Time it -> proceed(it.nowNanos());
            case Input.Jump it -> jump(it.nowNanos());
            case Input.Toggle it -> toggle(it.nowNanos(), it.link());
            case Input.Answered it -> answered(it);
            case Input.Hears it -> hears(it);
        }
    }

    private void arrive(long now, int socketId, Endpoint from, byte[] original) {
        byte[] bytes = original.clone();
        Inbound path = Objects.requireNonNull(inbound);
        IpAddress address = from.address();
        Inbound.Disposition disposition = path.accept(
                MemorySegment.ofArray(bytes), 0, bytes.length, now, address.high(), address.low(), from.port());
        if (disposition == Inbound.Disposition.RESTING) {
            wake(now, Objects.requireNonNull(path.resting()));
            disposition = path.accept(
                    MemorySegment.ofArray(bytes), 0, bytes.length, now, address.high(), address.low(), from.port());
        }
        Binding binding = path.binding();
        boolean wakes = binding != null && disposition != Inbound.Disposition.UNBOUND && binding.claimWatch();
        byte[] payload = disposition == Inbound.Disposition.DELIVER || disposition == Inbound.Disposition.CONTROL
                ? Arrays.copyOfRange(bytes, PacketLayout.PAYLOAD, PacketLayout.PAYLOAD + path.payloadLength())
                : new byte[0];
        switch (disposition) {
            case DELIVER -> {
                Binding by = Objects.requireNonNull(binding);
                int packet = ByteBuffer.wrap(payload).getInt(20);
                out(new Output.Delivered(holder(now, by), by.epoch, packet));
            }
            case CONTROL -> receiveControl(now, Objects.requireNonNull(binding), from, payload);
            case UNBOUND -> receive(now, socketId, from, bytes);
            case ACKNOWLEDGED, DROPPED, UNKNOWN, RESTING, RELAY, TO_CLIENT, PENDING -> {
                // complete in itself
            }
        }
        if (wakes && binding != null) {
            watch(now, binding);
        }
    }

    private void send(Input.Packet it) {
        ByteBuffer inner = ByteBuffer.allocate(24);
        inner.put(0, (byte) 0x45).putShort(2, (short) 24).putInt(12, it.from().v4Bits());
        inner.putInt(16, it.to().v4Bits()).putInt(20, it.packet());
        byte[] bytes = new byte[24 + PacketLayout.OVERHEAD];
        System.arraycopy(inner.array(), 0, bytes, PacketLayout.PAYLOAD, 24);
        Outbound path = Objects.requireNonNull(outbound);
        int length = path.accept(MemorySegment.ofArray(bytes), 0, 24, it.nowNanos());
        Binding binding = path.binding();
        if (length > 0 && binding != null) {
            if (path.copy() != null) {
                transmit(binding.pathId, path.copy(), bytes.clone());
            }
            transmit(binding.pathId, binding.peer(), bytes);
            if (binding.claimWatch()) {
                watch(it.nowNanos(), binding);
            }
        }
        Resting resting = path.resting();
        if (resting != null && resting.claimWake()) {
            wake(it.nowNanos(), resting);
        }
    }

    /** The digest of all that decides what it will do. */
    final Digest.Value anatomy() {
        return Anatomy.of(List.of(start.number(), start.start(), entropy, List.copyOf(sealedWith), parts()));
    }

    /** What it is made of. */
    abstract List<Object> parts();

    abstract void boot();

    /** What it shows now. */
    abstract Shown shown(long nowNanos);

    /** Where it gets a message. */
    abstract int socketId(Message message);

    /** Whose binding it is, or null. */
    abstract @Nullable SessionId holder(long nowNanos, Binding binding);

    abstract void proceed(long nowNanos);

    abstract void receive(long nowNanos, int socketId, Endpoint from, byte[] bytes);

    abstract void receiveControl(long nowNanos, Binding binding, Endpoint from, byte[] message);

    /** A packet for a session at rest. A client has none. */
    void wake(long nowNanos, Resting session) {}

    abstract void watch(long nowNanos, Binding binding);

    abstract void transmit(int socketId, Endpoint to, byte[] bytes);

    void jump(long nowNanos) {
        throw new IllegalStateException("a gateway does not jump at " + nowNanos);
    }

    void toggle(long nowNanos, int link) {
        throw new IllegalStateException("a gateway has no link " + link + " at " + nowNanos);
    }

    void answered(Input.Answered it) {
        throw new IllegalStateException("a client asks no table: " + it);
    }

    void hears(Input.Hears it) {
        throw new IllegalStateException("a client watches no table: " + it);
    }
}
