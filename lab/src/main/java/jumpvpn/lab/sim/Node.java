package jumpvpn.lab.sim;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.Outbound;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.session.Deadlines;
import org.jspecify.annotations.Nullable;

/**
 * A process: an engine and the packet path around it, as a shell drives them. It has a boot clock of its own, may be stopped and started, and may be starved for a
 * while, in which what arrives waits.
 */
abstract class Node {
    private static final int MOST_WAKES_AT_ONCE = 100;
    private static final int COUNTER_AT = 12;
    private static final long MOST_BOOT_NANOS = 1_000_000_000_000_000L;

    final World world;
    final Chance chance;
    private final String name;
    private long bootOffset;
    private boolean running;
    private int starts;
    private long starvedUntil;
    private long wakeAt = Deadlines.NEVER;
    private long lastWake;
    private int wakesAtOnce;
    private @Nullable Inbound inbound;
    private @Nullable Outbound outbound;

    Node(World world, String name) {
        this.world = world;
        this.name = name;
        this.chance = new Chance(world.seed, name);
        this.bootOffset = chance.between(0, MOST_BOOT_NANOS);
    }

    /** This machine's boot time. */
    final long local() {
        return world.timeline.now() + bootOffset;
    }

    final boolean isRunning() {
        return running;
    }

    /** The process starts. */
    final void start() {
        running = true;
        starts++;
        starvedUntil = 0;
        wakeAt = Deadlines.NEVER;
        touch("start", this::boot);
    }

    /** The process is gone without a word. */
    final void kill() {
        note("killed", 0, "");
        running = false;
        killed();
    }

    /** The machine was booted while the process was down: its boot clock begins anew. */
    final void reboot() {
        bootOffset = chance.between(0, 60_000_000_000L) - world.timeline.now();
    }

    /** The process gets no time for so long; then it first does what became due. */
    final void starve(long nanos) {
        if (!isStarved()) {
            note("starved", nanos, nanos / 1_000_000 + " ms");
            starvedUntil = world.timeline.now() + nanos;
            touch("wake", () -> proceed(local()));
        }
    }

    final boolean isStarved() {
        return starvedUntil > world.timeline.now();
    }

    /** Looks at the engine though nothing happened to it: time passes also for an end that waits for nothing. */
    final void glance() {
        if (running && !isStarved()) {
            check();
        }
    }

    /** Everything that happens to the process comes through here; afterwards it is looked at and its next wake-up is planned. */
    final void touch(String what, Runnable action) {
        if (!running) {
            return;
        }
        if (isStarved()) {
            int process = starts;
            world.timeline.at(starvedUntil, () -> {
                if (process == starts) {
                    touch(what, action);
                }
            });
            return;
        }
        action.run();
        check();
        plan();
    }

    private void plan() {
        long next = nextNanos();
        if (!running || next == Deadlines.NEVER) {
            return;
        }
        long at = Math.max(next - bootOffset, world.timeline.now()) + chance.between(0, 300_000);
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
        touch("wake", () -> proceed(local()));
    }

    /** A datagram arrives. */
    final void arrive(int socketId, Endpoint from, byte[] bytes, @Nullable Datagram unaltered) {
        touch("datagram", () -> {
            boolean genuine = unaltered != null && !unaltered.isHeard();
            note(genuine ? "hears" : "hears?", Arrays.hashCode(bytes), new Datagram(from, NOWHERE, bytes));
            if (!genuine) {
                proceed(local()); // so that what is due anyway is not held against a forgery
            }
            world.invariants.forged(!genuine);
            boolean known = accept(socketId, from, bytes.clone());
            if (unaltered != null && known) {
                unaltered.hear();
            }
            world.invariants.forged(false);
        });
    }

    private static final Endpoint NOWHERE = new Endpoint(new jumpvpn.core.net.IpAddress(0, 0), 0);

    /** @return whether a binding had it, or the engine: else it was as good as lost */
    private boolean accept(int socketId, Endpoint from, byte[] bytes) {
        Inbound path = java.util.Objects.requireNonNull(inbound);
        Inbound.Disposition disposition = path.accept(
                MemorySegment.ofArray(bytes),
                0,
                bytes.length,
                local(),
                from.address().high(),
                from.address().low(),
                from.port());
        Binding binding = path.binding();
        byte[] payload = disposition == Inbound.Disposition.DELIVER || disposition == Inbound.Disposition.CONTROL
                ? Arrays.copyOfRange(bytes, PacketLayout.PAYLOAD, PacketLayout.PAYLOAD + path.payloadLength())
                : new byte[0];
        if (binding != null && disposition != Inbound.Disposition.DROPPED) {
            opened(binding, ByteBuffer.wrap(bytes).getLong(COUNTER_AT));
        }
        switch (disposition) {
            case DELIVER -> {
                note("tun", binding == null ? 0 : binding.epoch, binding == null ? "" : "epoch " + binding.epoch);
                delivered(java.util.Objects.requireNonNull(binding), payload);
            }
            case CONTROL -> receiveControl(java.util.Objects.requireNonNull(binding), from, payload);
            case UNBOUND -> receive(socketId, from, bytes);
            case ACKNOWLEDGED, DROPPED, UNKNOWN -> {
                // nothing more to do
            }
        }
        watch(binding);
        return binding != null || disposition == Inbound.Disposition.UNBOUND;
    }

    private void watch(@Nullable Binding binding) {
        if (binding != null && binding.claimWatch()) {
            watchEngine(local(), binding);
        }
    }

    /** An application on this side sends an inner packet. */
    final void send(byte[] packet) {
        touch("inner", () -> {
            byte[] bytes = new byte[packet.length + PacketLayout.OVERHEAD];
            System.arraycopy(packet, 0, bytes, PacketLayout.PAYLOAD, packet.length);
            Outbound path = java.util.Objects.requireNonNull(outbound);
            int length = path.accept(MemorySegment.ofArray(bytes), 0, packet.length, local());
            Binding binding = path.binding();
            if (length > 0 && binding != null) {
                transmit(binding.pathId, binding.peer(), bytes);
                watch(binding);
            }
        });
    }

    final void packetPath(Inbound in, Outbound out) {
        inbound = in;
        outbound = out;
    }

    final void note(String what, long number, Object detail) {
        world.history.note(world.timeline.now(), name + " " + what, number, detail);
    }

    /** Makes a new engine and starts it. */
    abstract void boot();

    /** The engine and all that it knew are gone. */
    abstract void killed();

    /** Looks at the engine's state after something happened. */
    abstract void check();

    abstract long nextNanos();

    abstract void proceed(long nowNanos);

    abstract void receive(int socketId, Endpoint from, byte[] bytes);

    abstract void receiveControl(Binding binding, Endpoint from, byte[] message);

    /** An authentic packet with this counter came in this binding. */
    abstract void opened(Binding binding, long counter);

    abstract void watchEngine(long nowNanos, Binding binding);

    abstract void transmit(int socketId, Endpoint to, byte[] bytes);

    abstract void delivered(Binding binding, byte[] packet);

    abstract DropCounters drops();
}
