package jumpvpn.lab.sessions;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.List;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Bound;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.data.Ecn;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.Lease;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.node.data.tun.TunDevice;
import jumpvpn.node.host.BootClock;
import jumpvpn.node.host.Memory;

/** The thread from the sockets to the TUN, as a client's, but for many sockets. What comes ahead of its binding is lost: it is said again. */
final class LoadReceive {
    private static final int SLOTS = 512;
    private static final int SLOT_BYTES = 2048;
    private static final int PATH = 1;

    private static final int MOST_EARLY = 4096;
    /** How long the one control thread of all sessions may take. */
    private static final long EARLY_NANOS = 1_000_000_000;

    /** A datagram that came ahead of its binding: right behind the ACK that makes it, which the control thread has yet to handle. */
    private record Early(LoadSession session, byte[] bytes, Endpoint from, long untilNanos) {}

    private final BootClock clock;
    private final TunDevice tun;
    private final List<LoadSession> sessions;
    private final DropCounters drops;
    private final LoadControl control;
    private final MemorySegment whole = Arena.global().allocate(TunDevice.HEADROOM + SLOT_BYTES);
    private final Inbound inbound;
    private final ArrayDeque<Early> early = new ArrayDeque<>();

    LoadReceive(
            BootClock clock,
            TunDevice tun,
            List<LoadSession> sessions,
            LookupTable<Bound> bindings,
            DropCounters drops,
            LoadControl control) {
        this.clock = clock;
        this.tun = tun;
        this.sessions = sessions;
        this.drops = drops;
        this.control = control;
        this.inbound =
                Inbound.elsewhere(bindings, drops, false, new Lease(), whole.address() + TunDevice.HEADROOM, false);
    }

    /** Never returns. */
    void run() {
        long memory = Arena.global().allocate((long) SLOTS * SLOT_BYTES, 64).address();
        PacketBatch batch = new PacketBatch(memory, SLOTS, SLOT_BYTES);
        Epoll epoll = new Epoll();
        for (int i = 0; i < sessions.size(); i++) {
            epoll.add(sessions.get(i).socket.fd(), i);
        }
        while (true) {
            int ready = epoll.await(early.isEmpty() ? -1 : 1);
            for (int i = 0; i < ready; i++) {
                drain(sessions.get(epoll.number(i)), batch);
            }
            retry(batch);
        }
    }

    private void drain(LoadSession session, PacketBatch batch) {
        int received = session.socket.receive(batch);
        long nowNanos = clock.nowNanos();
        for (int i = 0; i < received; i++) {
            accept(nowNanos, session, batch, i, nowNanos + EARLY_NANOS);
        }
        tun.flush();
    }

    /** Tries again what came ahead of its binding, in the batch's first slot. */
    private void retry(PacketBatch batch) {
        long nowNanos = early.isEmpty() ? 0 : clock.nowNanos();
        for (int most = early.size(); most > 0; most--) {
            Early datagram = early.remove();
            batch.address[0] = batch.home(0);
            batch.length[0] = datagram.bytes.length;
            batch.trafficClass[0] = Ecn.NONE;
            batch.peer(0, datagram.from);
            Memory.copy(datagram.bytes, 0, batch.address[0], datagram.bytes.length);
            accept(nowNanos, datagram.session, batch, 0, datagram.untilNanos);
        }
        tun.flush();
    }

    private void accept(long nowNanos, LoadSession session, PacketBatch batch, int slot, long untilNanos) {
        long packet = batch.address[slot];
        int length = batch.length[slot];
        Inbound.Disposition disposition = inbound.acceptOrWait(
                Memory.ALL, packet, length, nowNanos, batch.peerHigh[slot], batch.peerLow[slot], batch.peerPort[slot]);
        Binding binding = inbound.binding();
        if (disposition == Inbound.Disposition.UNKNOWN) {
            if (nowNanos < untilNanos && early.size() < MOST_EARLY) {
                early.add(new Early(session, Memory.copy(packet, length), batch.peer(slot), untilNanos));
            } else {
                drops.count(DropReason.UNKNOWN_WIRE_ID);
            }
        } else if (disposition == Inbound.Disposition.UNBOUND) {
            byte[] datagram = Memory.copy(packet, length);
            post(session, now -> session.agent.receive(now, PATH, datagram));
        } else if (disposition == Inbound.Disposition.DELIVER) {
            if (batch.trafficClass[slot] == Ecn.CONGESTED) {
                Ecn.mark(Memory.ALL, inbound.payload());
            }
            tun.write(inbound.payload(), inbound.payloadLength());
            if (inbound.isMadeWhole()) {
                tun.flush();
            }
        } else if (disposition == Inbound.Disposition.CONTROL && binding != null) {
            byte[] message = Memory.copy(inbound.payload(), inbound.payloadLength());
            post(session, now -> session.agent.receiveControl(now, binding, message));
        }
        if (binding != null
                && binding.claimWatch()
                && !control.post(session, now -> session.agent.watch(now, binding))) {
            binding.releaseWatch(); // the next packet asks again
        }
    }

    private void post(LoadSession session, java.util.function.LongConsumer action) {
        if (!control.post(session, action)) {
            drops.count(DropReason.CONTROL_QUEUE_FULL);
        }
    }
}
