package jumpvpn.lab.sim;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Bound;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.HandOver;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.data.Outbound;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.data.Resting;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventSink;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.Role;
import org.jspecify.annotations.Nullable;

/**
 * A process on a machine: an engine and the packet path around it, as a shell drives them. The machine has a boot clock of its own, a little fast or slow. The
 * process may be stopped and started, and may be starved for a while, in which what arrives waits; the machine may be suspended, and then it is lost.
 */
abstract class Node {
    private static final int MOST_WAKES_AT_ONCE = 100;
    private static final int COUNTER_AT = 12;
    private static final long MOST_BOOT_NANOS = 1_000_000_000_000_000L;
    private static final long MILLION = 1_000_000;

    /** What decides: the agent or the gateway. Times are this machine's boot time. */
    interface Engine {
        long nextNanos();

        void proceed(long nowNanos);

        void receive(long nowNanos, int socketId, Endpoint from, byte[] bytes);

        void receiveControl(long nowNanos, Binding binding, Endpoint from, byte[] message);

        void watch(long nowNanos, Binding binding);

        /** A packet for a session at rest. A client has none. */
        default void wake(long nowNanos, Resting session) {}

        /** The operator stops the process; it says goodbye. */
        void close(long nowNanos);
    }

    final World world;
    final String name;
    final Role role;
    final Chance chance;
    final KeyPair own;
    final DropCounters drops = new DropCounters();
    private final long driftPpm;
    private LookupTable<Bound> bindings = new LookupTable<>();
    private @Nullable Engine engine;
    private long bootOffset;
    private boolean running;
    private int starts;
    private boolean starved;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private long suspendedUntil;
    private boolean overdue;
    private long wakeAt = Deadlines.NEVER;
    private long lastWake;
    private int wakesAtOnce;
    private @Nullable Inbound inbound;
    private @Nullable Outbound outbound;
    private final byte[] slot = new byte[2 * Outbound.SECOND];

    Node(World world, String name, Role role) {
        this.world = world;
        this.name = name;
        this.role = role;
        this.chance = new Chance(world.seed, name);
        this.driftPpm = chance.between(-world.scenario.driftPpm(), world.scenario.driftPpm())
                - (role == Role.CLIENT ? world.scenario.lagPpm() : 0);
        this.bootOffset = chance.between(0, MOST_BOOT_NANOS);
        boolean sharesKey = role == Role.GATEWAY && world.scenario.store().isCluster() && !world.gateways.isEmpty();
        this.own = sharesKey ? world.gateways.getFirst().own : KeyPair.generate(crypto());
    }

    final Crypto crypto() {
        return new Crypto(world.parts.aead(), new ToyAgreement(), world.parts.entropy(name));
    }

    final EventSink sink() {
        return world.parts.sink(event -> {
            world.invariants.event(this, event);
            said(event);
        });
    }

    final LookupTable<Bound> bindings() {
        return bindings;
    }

    /** This machine's boot time. */
    final long local() {
        return local(world.timeline.now());
    }

    private long local(long nanos) {
        return bootOffset + nanos + Math.floorDiv(nanos * driftPpm, MILLION);
    }

    /** When this machine's boot clock will show at least so much. */
    private long worldNanos(long localNanos) {
        long nanos = localNanos - bootOffset;
        nanos -= Math.floorDiv(nanos * driftPpm, MILLION);
        for (long missing = localNanos - local(nanos); missing > 0; missing = localNanos - local(nanos)) {
            nanos += missing;
        }
        return nanos;
    }

    final boolean isRunning() {
        return running;
    }

    /** How often the process was started. */
    final int starts() {
        return starts;
    }

    /** The process starts. */
    final void start() {
        running = true;
        starts++;
        starved = false;
        waiting.clear();
        suspendedUntil = 0;
        overdue = false;
        wakeAt = Deadlines.NEVER;
        bindings = new LookupTable<>();
        world.invariants.started(this);
        touch("start", () -> {
            engine = boot();
            begin(local());
        });
    }

    /** The process is gone without a word. */
    final void kill() {
        note("killed", 0, "");
        running = false;
        killed();
        world.invariants.died(this);
    }

    /** The operator stops the process. */
    final void close() {
        touch("close", () -> {
            note("closes", 0, "");
            closing();
            engine().close(local());
            check();
            kill();
        });
    }

    /** The machine was booted while the process was down: its boot clock begins anew. */
    final void reboot() {
        bootOffset += chance.between(0, 60_000_000_000L) - local();
    }

    /** The process gets no time for so long; then it first takes what came meanwhile. */
    final void starve(long nanos) {
        if (isRunning() && !isStarved()) {
            note("starved", nanos, nanos / 1_000_000 + " ms");
            rest(nanos);
        }
    }

    /** The machine sleeps for so long: its boot clock counts on, and what is sent to it is lost. */
    final void suspend(long nanos) {
        if (isRunning() && !isStarved()) {
            note("suspended", nanos, nanos / 1_000_000 + " ms");
            suspendedUntil = world.timeline.now() + nanos;
            rest(nanos);
        }
    }

    private void rest(long nanos) {
        starved = true;
        overdue = true;
        int process = starts;
        world.timeline.in(nanos, () -> {
            if (process == starts) {
                relieve();
            }
        });
    }

    /** Whoever was starved or suspended goes on, with what came meanwhile. */
    final void relieve() {
        if (!starved) {
            return;
        }
        starved = false;
        suspendedUntil = 0;
        while (!waiting.isEmpty()) {
            waiting.remove().run();
        }
        overdue = false;
        touch("wake", () -> engine().proceed(local()));
    }

    final boolean isStarved() {
        return starved;
    }

    final boolean isSuspended() {
        return suspendedUntil > world.timeline.now();
    }

    /** Looks at the engine, unless it had no chance to do what is due. */
    final void glance() {
        if (running && !isStarved() && !overdue) {
            check();
        }
    }

    /** Everything that happens to the process comes through here; afterwards it is looked at and its next wake-up is planned. */
    final void touch(String what, Runnable action) {
        if (!running) {
            return;
        }
        if (isStarved()) {
            waiting.add(() -> touch(what, action));
            return;
        }
        action.run();
        if (running) {
            glance();
            plan();
        }
    }

    private void plan() {
        long next = engine().nextNanos();
        if (next == Deadlines.NEVER) {
            return;
        }
        long at = Math.max(worldNanos(next), world.timeline.now()) + chance.between(0, 300_000);
        if (at < wakeAt) {
            wakeAt = at;
            int process = starts;
            world.timeline.at(at, () -> {
                if (process == starts && wakeAt == at) {
                    wake(at);
                }
            });
        }
    }

    private void wake(long at) {
        wakeAt = Deadlines.NEVER;
        wakesAtOnce = at - lastWake < 1_000_000 ? wakesAtOnce + 1 : 0;
        lastWake = at;
        if (wakesAtOnce > MOST_WAKES_AT_ONCE) {
            throw new Violation("I13", name + " asks to be woken again and again without anything to do");
        }
        touch("wake", () -> engine().proceed(local()));
    }

    /** A datagram arrives. */
    final void arrive(int socketId, Endpoint from, byte[] bytes, @Nullable Datagram unaltered) {
        if (isSuspended()) {
            return;
        }
        touch("datagram", () -> {
            boolean genuine = unaltered != null && (!unaltered.isHeard() || unaltered.isRequest());
            note(genuine ? "hears" : "hears?", Arrays.hashCode(bytes), new Datagram(from, Relays.INSIDE, bytes));
            if (!genuine) {
                overdue = false;
                engine().proceed(local()); // so that what is due anyway is not held against a forgery
                check();
            }
            world.invariants.forged(!genuine);
            boolean known = accept(socketId, from, bytes.clone());
            if (unaltered != null && known) {
                unaltered.hear();
            }
            world.invariants.forged(false);
        });
    }

    /** @return whether a binding had it, or the engine: else it was as good as lost */
    final boolean accept(int socketId, Endpoint from, byte[] bytes) {
        Inbound path = Objects.requireNonNull(inbound);
        byte[] memory =
                bytes.length < Outbound.SECOND / 2 ? bytes : Arrays.copyOf(bytes, Inbound.ROOM); // a half is longer
        Inbound.Disposition disposition = accept(path, from, memory, bytes.length);
        for (int tries = 0; disposition == Inbound.Disposition.RESTING && tries < MOST_WAKES_AT_ONCE; tries++) {
            engine().wake(local(), Objects.requireNonNull(path.resting())); // in vain if it has been awake meanwhile
            disposition = accept(path, from, memory, bytes.length);
        }
        Binding binding = path.binding();
        boolean isDropped = disposition == Inbound.Disposition.DROPPED && path.payloadLength() == 0; // else by the gate
        if (binding != null && !isDropped) {
            opened(binding, ByteBuffer.wrap(bytes).getLong(COUNTER_AT), from, bytes.length);
        }
        switch (disposition) {
            case DELIVER -> {
                int epoch = binding == null ? 0 : binding.epoch;
                note("tun", epoch, "epoch " + epoch);
                world.invariants.delivered(this, binding, payload(path, memory));
                world.traffic.delivered(this, payload(path, memory));
            }
            case RELAY, TO_CLIENT, PENDING -> handsOn(disposition, path.handOver(), bytes, payload(path, memory));
            case CONTROL ->
                engine().receiveControl(local(), Objects.requireNonNull(binding), from, payload(path, memory));
            case UNBOUND -> engine().receive(local(), socketId, from, bytes);
            case RESTING -> throw new Violation("I13", name + " can't be woken");
            case ACKNOWLEDGED, DROPPED, UNKNOWN -> {
                // nothing more to do
            }
        }
        watch(binding);
        return binding != null || disposition == Inbound.Disposition.UNBOUND;
    }

    private Inbound.Disposition accept(Inbound path, Endpoint from, byte[] memory, int length) {
        IpAddress address = from.address();
        return path.accept(
                MemorySegment.ofArray(memory), 0, length, local(), address.high(), address.low(), from.port());
    }

    private static byte[] payload(Inbound path, byte[] bytes) {
        return Arrays.copyOfRange(bytes, PacketLayout.PAYLOAD, PacketLayout.PAYLOAD + path.payloadLength());
    }

    private void watch(@Nullable Binding binding) {
        if (binding != null && binding.claimWatch()) {
            engine().watch(local(), binding);
        }
    }

    /** An application on this side sends an inner packet. */
    final void send(byte[] packet) {
        touch("inner", () -> handsOn(null, forward(packet), packet, packet));
    }

    /** Seals and sends; where it goes instead, or null. */
    final @Nullable HandOver forward(byte[] packet) {
        System.arraycopy(packet, 0, slot, PacketLayout.PAYLOAD, packet.length);
        Outbound path = Objects.requireNonNull(outbound);
        int length = path.accept(MemorySegment.ofArray(slot), 0, packet.length, local());
        Binding binding = path.binding();
        if (length > 0 && binding != null) {
            transmit(path, binding, 0, length);
            if (path.secondLength() > 0) {
                transmit(path, binding, Outbound.SECOND, path.secondLength());
            }
            watch(binding);
        }
        Resting resting = path.resting();
        if (resting != null && resting.claimWake()) {
            engine().wake(local(), resting);
        }
        return path.handOver();
    }

    private void transmit(Outbound path, Binding binding, int from, int length) {
        byte[] bytes = Arrays.copyOfRange(slot, from, from + length);
        if (path.copy() != null) {
            transmit(binding.pathId, path.copy(), bytes.clone());
        }
        transmit(binding.pathId, binding.peer(), bytes);
    }

    final void packetPath(Inbound in, Outbound out) {
        inbound = in;
        outbound = out;
    }

    final void note(String what, long number, Object detail) {
        world.history.note(world.timeline.now(), name, what, number, detail);
    }

    /** The engine sends a datagram. */
    final void transmit(int socketId, Endpoint to, byte[] bytes) {
        note("sends", Arrays.hashCode(bytes), new Datagram(to, to, bytes));
        network(socketId, to, bytes);
    }

    private Engine engine() {
        return Objects.requireNonNull(engine);
    }

    /** A packet goes to another gateway, or comes from one. @param what null: one for the client goes */
    void handsOn(Inbound.@Nullable Disposition what, @Nullable HandOver to, byte[] datagram, byte[] packet) {
        // a client hands on to nobody
    }

    /** Makes a new engine. */
    abstract Engine boot();

    /** The new engine is in its place: it begins. */
    abstract void begin(long nowNanos);

    /** The engine and all that it knew are gone. */
    abstract void killed();

    /** The operator is about to stop the process. */
    abstract void closing();

    /** Looks at the engine's state after something happened. */
    abstract void check();

    /** An authentic packet with this counter came in this binding, with so many bytes around it. */
    abstract void opened(Binding binding, long counter, Endpoint from, int length);

    /** The process says something. */
    abstract void said(Event event);

    /** Takes a datagram to the network. */
    abstract void network(int socketId, Endpoint to, byte[] bytes);
}
