package jumpvpn.node.runtime;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.data.Ecn;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.PacketTurns;
import jumpvpn.core.data.Resting;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.node.data.tun.TunDevice;
import jumpvpn.node.host.BootClock;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Memory;
import jumpvpn.node.host.Poller;
import jumpvpn.node.host.Waker;

/** A shard's thread from the sockets to the TUN: opens in place, writes what is to be delivered, hands the rest to the control thread. */
final class ReceiveLoop implements AutoCloseable {
    private static final int SLOTS = 512; // 1 MiB: half of it takes what one call can bring
    private static final int SLOT_BYTES = 2048;

    /** Which path a datagram came by: the socket's own, or another through it. */
    @FunctionalInterface
    interface Arrivals {
        int pathOf(PathSocket socket, PacketBatch batch, int slot);
    }

    private final BootClock clock;
    private final Log log;
    private final Sockets sockets;
    private final TunDevice tun;
    private final MemorySegment whole = Arena.ofAuto().allocate(TunDevice.HEADROOM + SLOT_BYTES);
    private final Inbound inbound;
    private final DropCounters drops;
    private final ControlLoop control;
    private final Engine engine;
    private final Arrivals arrivals;
    private final Watches watches;
    private final Waker waker;
    private final PacketTurns turns;
    private final int shard;
    private final Parked parked = new Parked(64, Parked.TURN_NANOS);
    private final Parked waking = new Parked(1024, Parked.TURN_NANOS);
    private final Parked pending = new Parked(1024, Parked.COMMIT_NANOS);
    private final Relayed relayed;
    private final Thread thread;
    private long dropped;
    private volatile boolean stopping;

    ReceiveLoop(PacketPath.Shared shared, PacketPath.Tables tables, TunDevice tun, int shard, Arrivals arrivals)
            throws LinuxException {
        this.clock = shared.clock();
        this.log = shared.log();
        this.sockets = shared.sockets();
        this.tun = tun;
        this.drops = shared.drops();
        this.control = shared.control();
        this.engine = shared.engine();
        this.arrivals = arrivals;
        this.turns = shared.turns();
        this.shard = shard;
        this.inbound = Inbound.elsewhere(
                tables.bindings(),
                drops,
                tables.isGateway(),
                tables.lease(),
                whole.address() + TunDevice.HEADROOM,
                sockets.shards() > 1);
        this.watches = new Watches(control, engine);
        this.relayed = new Relayed(shared, tables, shard, watches);
        this.waker = new Waker();
        this.thread = new Thread(this::run, shard == 0 ? "receive" : "receive-" + shard);
    }

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    /** The set of sockets has changed. */
    void socketsChanged() {
        waker.wake();
    }

    private void run() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate((long) SLOTS * SLOT_BYTES, 64);
            PacketBatch batch = new PacketBatch(memory.address(), SLOTS, SLOT_BYTES);
            Poller poller = new Poller(Sockets.MOST + 1);
            poller.watch(0, waker.fd(), false);
            List<PathSocket> open = List.of();
            List<PathSocket> polled = List.of();
            while (!stopping) {
                if (open != sockets.open()) {
                    open = sockets.open();
                    polled = repoll(poller, open, polled.size());
                }
                poller.await(
                        parked.isEmpty() && waking.isEmpty() && pending.isEmpty()
                                ? Poller.FOREVER
                                : Parked.RETRY_NANOS);
                turns.begin(PacketPath.receiver(shard));
                retry(parked, batch);
                retry(waking, batch);
                retry(pending, batch);
                if (poller.readable(0)) {
                    waker.drain();
                }
                for (int i = 0; i < polled.size(); i++) {
                    if (poller.readable(i + 1)) {
                        drain(polled.get(i), batch);
                    }
                }
                turns.end(PacketPath.receiver(shard));
            }
        } catch (LinuxException e) {
            control.failure().complete(e.getMessage());
        }
    }

    private List<PathSocket> repoll(Poller poller, List<PathSocket> open, int before) {
        List<PathSocket> own =
                open.stream().filter(socket -> socket.shard == shard).toList();
        for (int i = 0; i < Math.max(before, own.size()); i++) {
            if (i < own.size()) {
                poller.watch(i + 1, own.get(i).socket.fd(), false);
            } else {
                poller.ignore(i + 1);
            }
        }
        sockets.closeRemoved(shard);
        return own;
    }

    private void drain(PathSocket socket, PacketBatch batch) {
        int received = socket.socket.receive(batch);
        long nowNanos = clock.nowNanos();
        for (int i = 0; i < received; i++) {
            try {
                accept(nowNanos, socket, batch, i);
            } catch (RuntimeException e) {
                drops.count(DropReason.MALFORMED);
                log.bug("a datagram from " + batch.peer(i) + " failed; the others go on", e);
            }
        }
        flush();
    }

    /** The TUN takes what was written so far, before its memory is used for something else. */
    private void flush() {
        tun.flush();
        drops.count(DropReason.BACK_PRESSURE, tun.dropped() - dropped);
        dropped = tun.dropped();
        watches.tell();
    }

    private void accept(long nowNanos, PathSocket socket, PacketBatch batch, int slot) {
        long packet = batch.address[slot] + batch.offset[slot];
        int length = batch.length[slot];
        Inbound.Disposition disposition = inbound.acceptOrWait(
                Memory.ALL, packet, length, nowNanos, batch.peerHigh[slot], batch.peerLow[slot], batch.peerPort[slot]);
        switch (disposition) {
            case UNBOUND -> {
                byte[] datagram = Memory.copy(packet, length);
                Endpoint from = batch.peer(slot);
                int path = arrivals.pathOf(socket, batch, slot);
                if (!control.postUnproven(now -> engine.receive(now, path, from, datagram))) {
                    drops.count(DropReason.CONTROL_QUEUE_FULL);
                }
            }
            case UNKNOWN -> park(parked, nowNanos, batch, slot, DropReason.UNKNOWN_WIRE_ID);
            case RESTING -> {
                wake();
                park(waking, nowNanos, batch, slot, DropReason.CONTROL_QUEUE_FULL);
            }
            case PENDING -> park(pending, nowNanos, batch, slot, DropReason.CONTROL_QUEUE_FULL);
            case DELIVER, CONTROL, ACKNOWLEDGED, RELAY, TO_CLIENT, DROPPED -> bound(nowNanos, disposition, batch, slot);
        }
    }

    private void park(Parked at, long nowNanos, PacketBatch batch, int slot, DropReason full) {
        byte[] datagram = Memory.copy(batch.address[slot] + batch.offset[slot], batch.length[slot]);
        if (!at.add(datagram, batch.peer(slot), nowNanos)) {
            drops.count(full);
        }
    }

    /** The control thread is to wake the session that the last datagram is for. Nothing proves yet that it is genuine. */
    private void wake() {
        Resting resting = inbound.resting();
        if (resting != null && resting.claimWake() && !control.postUnproven(now -> engine.wake(now, resting))) {
            resting.releaseWake(); // the next try asks again
        }
    }

    /** Tries again what came ahead of its binding, in the batch's first slot, which is free between two receives. */
    private void retry(Parked waiting, PacketBatch batch) {
        long nowNanos = waiting.isEmpty() ? 0 : clock.nowNanos();
        for (int most = waiting.size(); most > 0; most--) {
            Parked.Datagram datagram = waiting.remove();
            int length = datagram.bytes().length;
            batch.address[0] = batch.home(0);
            Memory.copy(datagram.bytes(), 0, batch.address[0], length);
            batch.trafficClass[0] = Ecn.NONE; // it waited, so nobody is told
            batch.peer(0, datagram.from());
            Inbound.Disposition disposition = inbound.acceptOrWait(
                    Memory.ALL,
                    batch.address[0],
                    length,
                    nowNanos,
                    batch.peerHigh[0],
                    batch.peerLow[0],
                    batch.peerPort[0]);
            boolean rests = disposition == Inbound.Disposition.RESTING;
            if (rests) {
                wake();
            }
            boolean isPending = disposition == Inbound.Disposition.PENDING;
            if (!rests && !isPending && disposition != Inbound.Disposition.UNKNOWN) {
                bound(nowNanos, disposition, batch, 0);
                flush();
            } else if (!waiting.again(datagram, nowNanos)) {
                drops.count(rests || isPending ? DropReason.CONTROL_QUEUE_FULL : DropReason.UNKNOWN_WIRE_ID);
            }
        }
    }

    /** What to do with a packet that a binding has taken or refused. */
    private void bound(long nowNanos, Inbound.Disposition disposition, PacketBatch batch, int slot) {
        Binding binding = inbound.binding();
        if (disposition == Inbound.Disposition.DELIVER) {
            if (batch.trafficClass[slot] == Ecn.CONGESTED) {
                Ecn.mark(Memory.ALL, inbound.payload());
            }
            tun.write(inbound.payload(), inbound.payloadLength());
            if (inbound.isMadeWhole()) {
                flush();
            }
        } else if (disposition == Inbound.Disposition.RELAY) {
            if (batch.trafficClass[slot] == Ecn.CONGESTED) {
                Ecn.mark(Memory.ALL, inbound.payload());
            }
            relayed.away(inbound);
        } else if (disposition == Inbound.Disposition.TO_CLIENT) {
            relayed.toClient(nowNanos, inbound);
        } else if (disposition == Inbound.Disposition.CONTROL && binding != null) {
            byte[] message = Memory.copy(inbound.payload(), inbound.payloadLength());
            Endpoint from = batch.peer(slot);
            if (!control.post(now -> engine.receiveControl(now, binding, from, message))) {
                drops.count(DropReason.CONTROL_QUEUE_FULL);
            }
        }
        if (binding != null) {
            watches.claim(binding);
        }
    }

    @Override
    public void close() {
        stopping = true;
        waker.wake();
        Threads.join(thread);
        waker.close();
    }
}
