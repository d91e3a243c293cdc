package jumpvpn.node.runtime;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Bound;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.data.Ecn;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.LookupTable;
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

/** The thread from the sockets to the TUN: opens in place, writes what is to be delivered, hands the rest to the control thread. */
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
    private final Waker waker;
    private final PacketTurns turns;
    private final Parked parked = new Parked(64);
    private final Parked waking = new Parked(1024);
    private final Thread thread = new Thread(this::run, "receive");
    private long dropped;
    private volatile boolean stopping;

    ReceiveLoop(
            BootClock clock,
            Log log,
            Sockets sockets,
            TunDevice tun,
            LookupTable<Bound> bindings,
            boolean checkSource,
            DropCounters drops,
            ControlLoop control,
            Engine engine,
            Arrivals arrivals,
            PacketTurns turns)
            throws LinuxException {
        this.clock = clock;
        this.log = log;
        this.sockets = sockets;
        this.tun = tun;
        this.inbound = new Inbound(bindings, drops, checkSource, whole.address() + TunDevice.HEADROOM);
        this.drops = drops;
        this.control = control;
        this.engine = engine;
        this.arrivals = arrivals;
        this.turns = turns;
        this.waker = new Waker();
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
            List<PathSocket> polled = List.of();
            while (!stopping) {
                if (polled != sockets.open()) {
                    polled = repoll(poller, polled.size());
                }
                poller.await(parked.isEmpty() && waking.isEmpty() ? Poller.FOREVER : Parked.RETRY_NANOS);
                turns.begin(Threads.RECEIVE);
                retry(parked, batch);
                retry(waking, batch);
                if (poller.readable(0)) {
                    waker.drain();
                }
                for (int i = 0; i < polled.size(); i++) {
                    if (poller.readable(i + 1)) {
                        drain(polled.get(i), batch);
                    }
                }
                turns.end(Threads.RECEIVE);
            }
        } catch (LinuxException e) {
            control.failure().complete(e.getMessage());
        }
    }

    private List<PathSocket> repoll(Poller poller, int before) {
        List<PathSocket> open = sockets.open();
        for (int i = 0; i < Math.max(before, open.size()); i++) {
            if (i < open.size()) {
                poller.watch(i + 1, open.get(i).socket.fd(), false);
            } else {
                poller.ignore(i + 1);
            }
        }
        sockets.closeRemoved();
        return open;
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
    }

    private void accept(long nowNanos, PathSocket socket, PacketBatch batch, int slot) {
        long packet = batch.address[slot] + batch.offset[slot];
        int length = batch.length[slot];
        Inbound.Disposition disposition = inbound.acceptOrWait(
                Memory.ALL, packet, length, nowNanos, batch.peerHigh[slot], batch.peerLow[slot], batch.peerPort[slot]);
        if (disposition == Inbound.Disposition.UNBOUND) {
            byte[] datagram = copy(packet, length);
            Endpoint from = batch.peer(slot);
            int path = arrivals.pathOf(socket, batch, slot);
            if (!control.postUnproven(now -> engine.receive(now, path, from, datagram))) {
                drops.count(DropReason.CONTROL_QUEUE_FULL);
            }
        } else if (disposition == Inbound.Disposition.UNKNOWN) {
            if (!parked.add(copy(packet, length), batch.peer(slot), nowNanos)) {
                drops.count(DropReason.UNKNOWN_WIRE_ID);
            }
        } else if (disposition == Inbound.Disposition.RESTING) {
            wake();
            if (!waking.add(copy(packet, length), batch.peer(slot), nowNanos)) {
                drops.count(DropReason.CONTROL_QUEUE_FULL);
            }
        } else {
            bound(disposition, batch, slot);
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
            batch.ecn[0] = Ecn.NONE; // it waited, so nobody is told
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
            if (!rests && disposition != Inbound.Disposition.UNKNOWN) {
                bound(disposition, batch, 0);
                flush();
            } else if (!waiting.again(datagram, nowNanos)) {
                drops.count(rests ? DropReason.CONTROL_QUEUE_FULL : DropReason.UNKNOWN_WIRE_ID);
            }
        }
    }

    /** What to do with a packet that a binding has taken or refused. */
    private void bound(Inbound.Disposition disposition, PacketBatch batch, int slot) {
        Binding binding = inbound.binding();
        if (disposition == Inbound.Disposition.DELIVER) {
            if (batch.ecn[slot] == Ecn.CONGESTED) {
                Ecn.mark(Memory.ALL, inbound.payload());
            }
            tun.write(inbound.payload(), inbound.payloadLength());
            if (inbound.isMadeWhole()) {
                flush();
            }
        } else if (disposition == Inbound.Disposition.CONTROL && binding != null) {
            byte[] message = copy(inbound.payload(), inbound.payloadLength());
            Endpoint from = batch.peer(slot);
            if (!control.post(now -> engine.receiveControl(now, binding, from, message))) {
                drops.count(DropReason.CONTROL_QUEUE_FULL);
            }
        }
        if (binding != null && binding.claimWatch() && !control.post(now -> engine.watch(now, binding))) {
            binding.releaseWatch(); // the next packet asks again
        }
    }

    private static byte[] copy(long address, int length) {
        return MemorySegment.ofAddress(address).reinterpret(length).toArray(ValueLayout.JAVA_BYTE);
    }

    @Override
    public void close() {
        stopping = true;
        waker.wake();
        Threads.join(thread);
        waker.close();
    }
}
