package jumpvpn.node.runtime;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.PacketLayout;
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
    private static final int SLOTS = 64;
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
    private final Inbound inbound;
    private final DropCounters drops;
    private final ControlLoop control;
    private final Engine engine;
    private final Arrivals arrivals;
    private final Waker waker;
    private final Thread thread = new Thread(this::run, "receive");
    private volatile boolean stopping;

    ReceiveLoop(
            BootClock clock,
            Log log,
            Sockets sockets,
            TunDevice tun,
            Inbound inbound,
            DropCounters drops,
            ControlLoop control,
            Engine engine,
            Arrivals arrivals)
            throws LinuxException {
        this.clock = clock;
        this.log = log;
        this.sockets = sockets;
        this.tun = tun;
        this.inbound = inbound;
        this.drops = drops;
        this.control = control;
        this.engine = engine;
        this.arrivals = arrivals;
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
                poller.await(Poller.FOREVER);
                if (poller.readable(0)) {
                    waker.drain();
                }
                for (int i = 0; i < polled.size(); i++) {
                    if (poller.readable(i + 1)) {
                        drain(polled.get(i), batch);
                    }
                }
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
    }

    private void accept(long nowNanos, PathSocket socket, PacketBatch batch, int slot) {
        long packet = batch.address[slot] + batch.offset[slot];
        int length = batch.length[slot];
        Inbound.Disposition disposition = inbound.accept(
                Memory.ALL, packet, length, nowNanos, batch.peerHigh[slot], batch.peerLow[slot], batch.peerPort[slot]);
        Binding binding = inbound.binding();
        switch (disposition) {
            case DELIVER -> {
                if (!tun.write(packet + PacketLayout.PAYLOAD, inbound.payloadLength())) {
                    drops.count(DropReason.BACK_PRESSURE);
                }
            }
            case CONTROL -> {
                byte[] message = copy(packet + PacketLayout.PAYLOAD, inbound.payloadLength());
                Endpoint from = batch.peer(slot);
                if (binding != null) {
                    post(now -> engine.receiveControl(now, binding, from, message));
                }
            }
            case UNBOUND -> {
                byte[] datagram = copy(packet, length);
                Endpoint from = batch.peer(slot);
                int path = arrivals.pathOf(socket, batch, slot);
                if (!control.postUnproven(now -> engine.receive(now, path, from, datagram))) {
                    drops.count(DropReason.CONTROL_QUEUE_FULL);
                }
            }
            case ACKNOWLEDGED, DROPPED -> {
                // counted where it was decided
            }
        }
        if (binding != null && binding.claimWatch() && !control.post(now -> engine.watch(now, binding))) {
            binding.releaseWatch(); // the next packet asks again
        }
    }

    private void post(java.util.function.LongConsumer action) {
        if (!control.post(action)) {
            drops.count(DropReason.CONTROL_QUEUE_FULL);
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
