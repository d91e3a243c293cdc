package jumpvpn.node.runtime;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.data.HandOver;
import jumpvpn.core.data.Outbound;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.data.PacketTurns;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.node.data.tun.TunDevice;
import jumpvpn.node.host.BootClock;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Memory;
import jumpvpn.node.host.Poller;
import jumpvpn.node.host.Waker;
import org.jspecify.annotations.Nullable;

/** A shard's thread from the TUN to the sockets: seals in place and sends run by run, a run being neighbours of one socket. */
final class SendLoop implements AutoCloseable {
    private static final int SLOTS = 128;
    private static final int SLOT_BYTES = 2048;

    private final BootClock clock;
    private final Log log;
    private final Sockets sockets;
    private final TunDevice tun;
    private final Outbound outbound;
    private final DropCounters drops;
    private final ControlLoop control;
    private final PacketTurns turns;
    private final Watches watches;
    private final Waker waker;
    private final int shard;
    private final PathSocket[] exits = new PathSocket[2 * SLOTS];
    private final PathSocket[] exitsOfCopies = new PathSocket[2 * SLOTS];
    private final Thread thread;
    private @Nullable Binding lastBinding;
    private Sockets.@Nullable Exit lastExit;
    private long answer;
    private volatile boolean stopping;

    SendLoop(PacketPath.Shared shared, TunDevice tun, Outbound outbound, int shard) throws LinuxException {
        this.clock = shared.clock();
        this.log = shared.log();
        this.sockets = shared.sockets();
        this.tun = tun;
        this.outbound = outbound;
        this.drops = shared.drops();
        this.control = shared.control();
        this.turns = shared.turns();
        this.shard = shard;
        this.watches = new Watches(control, shared.engine());
        this.waker = new Waker();
        this.thread = new Thread(this::run, shard == 0 ? "send" : "send-" + shard);
    }

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate((long) SLOTS * SLOT_BYTES, 64);
            PacketBatch batch = new PacketBatch(memory.address(), SLOTS, SLOT_BYTES);
            PacketBatch sealed =
                    new PacketBatch(memory.address(), 2 * SLOTS, 0); // the same bytes; a packet may go in two
            PacketBatch copies = new PacketBatch(memory.address(), 2 * SLOTS, 0);
            answer = arena.allocate(TunDevice.HEADROOM + outbound.answer().length)
                            .address()
                    + TunDevice.HEADROOM;
            Poller poller = new Poller(2);
            poller.watch(0, waker.fd(), false);
            poller.watch(1, tun.fd(), false);
            while (!stopping) {
                poller.await(Poller.FOREVER);
                if (!stopping && poller.readable(1)) {
                    do {
                        tun.read(batch, PacketLayout.PAYLOAD);
                        turns.begin(PacketPath.sender(shard));
                        forward(batch, sealed, copies);
                        turns.end(PacketPath.sender(shard));
                    } while (!stopping && tun.isHolding());
                }
            }
        } catch (LinuxException e) {
            if (!stopping) {
                control.failure().complete("the TUN device " + tun.name() + " is gone: " + e.getMessage());
            }
        }
    }

    private void forward(PacketBatch batch, PacketBatch sealed, PacketBatch copies) {
        long nowNanos = clock.nowNanos();
        lastBinding = null; // what a path has may have changed
        sealed.count = 0;
        copies.count = 0;
        for (int i = 0; i < batch.count; i++) {
            try {
                seal(nowNanos, batch, i, sealed, copies);
            } catch (RuntimeException e) {
                drops.count(DropReason.BAD_INNER);
                log.bug("a packet from the TUN failed; the others go on", e);
            }
        }
        send(sealed, exits);
        send(copies, exitsOfCopies);
        watches.tell();
    }

    private void send(PacketBatch batch, PathSocket[] through) {
        int from = 0;
        while (from < batch.count) {
            int to = from + 1;
            while (to < batch.count && through[to] == through[from]) {
                to++;
            }
            int sent = through[from].send(batch, from, to);
            drops.count(DropReason.BACK_PRESSURE, to - from - sent);
            from = to;
        }
    }

    /** Seals slot {@code i}; what is to be sent is noted by where it lies. */
    private void seal(long nowNanos, PacketBatch batch, int i, PacketBatch sealed, PacketBatch copies) {
        long packet = batch.address[i] + batch.offset[i] - PacketLayout.PAYLOAD;
        int length = outbound.accept(Memory.ALL, packet, batch.length[i], nowNanos);
        if (outbound.answerLength() > 0) {
            Memory.copy(outbound.answer(), 0, answer, outbound.answerLength());
            tun.answer(answer, outbound.answerLength());
        }
        watches.wake(outbound.resting());
        HandOver handOver = outbound.handOver();
        if (handOver != null) {
            relay(handOver, handOver.toClient(Memory.ALL, packet + PacketLayout.PAYLOAD, batch.length[i]));
        }
        Binding binding = outbound.binding();
        if (length == 0 || binding == null) {
            return;
        }
        watches.claim(binding);
        Sockets.Exit exit = binding == lastBinding ? lastExit : sockets.exit(binding.pathId);
        lastBinding = binding;
        lastExit = exit;
        if (exit == null) {
            drops.count(DropReason.BACK_PRESSURE);
            return;
        }
        note(sealed, exits, packet, length, binding.peer(), exit);
        Endpoint copy = outbound.copy();
        if (copy != null) {
            note(copies, exitsOfCopies, packet, length, copy, exit);
        }
    }

    private void relay(HandOver to, byte @Nullable [] datagram) {
        if (datagram == null) {
            drops.count(DropReason.GATE_CLOSED);
        } else {
            sockets.relay(to.gateway(), datagram);
        }
    }

    private void note(
            PacketBatch batch, PathSocket[] through, long packet, int length, Endpoint peer, Sockets.Exit exit) {
        int second = outbound.secondLength();
        for (long at = packet; at <= packet + (second > 0 ? Outbound.SECOND : 0); at += Outbound.SECOND) {
            int slot = batch.count++;
            batch.address[slot] = at;
            batch.length[slot] = at == packet ? length : second;
            batch.flow[slot] = outbound.flow();
            batch.trafficClass[slot] = (byte) outbound.trafficClass();
            through[slot] = exit.of(shard);
            address(batch, slot, peer, exit);
        }
    }

    private static void address(PacketBatch batch, int slot, Endpoint peer, Sockets.Exit exit) {
        batch.peer(slot, peer);
        batch.localHigh[slot] = exit.local().high();
        batch.localLow[slot] = exit.local().low();
    }

    @Override
    public void close() {
        stopping = true;
        waker.wake();
        Threads.join(thread);
        waker.close();
    }
}
