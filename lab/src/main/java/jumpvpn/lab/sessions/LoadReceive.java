package jumpvpn.lab.sessions;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Bound;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.data.Ecn;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.Lease;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.node.data.tun.TunDevice;
import jumpvpn.node.host.BootClock;
import jumpvpn.node.host.Memory;

/** The thread from the sockets to the TUN, as a client's, but for many sockets. What comes ahead of its binding is lost: it is said again. */
final class LoadReceive {
    private static final int SLOTS = 512;
    private static final int SLOT_BYTES = 2048;
    private static final int PATH = 1;

    private final BootClock clock;
    private final TunDevice tun;
    private final List<LoadSession> sessions;
    private final DropCounters drops;
    private final LoadControl control;
    private final MemorySegment whole = Arena.global().allocate(TunDevice.HEADROOM + SLOT_BYTES);
    private final Inbound inbound;

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
            int ready = epoll.await();
            for (int i = 0; i < ready; i++) {
                drain(sessions.get(epoll.number(i)), batch);
            }
        }
    }

    private void drain(LoadSession session, PacketBatch batch) {
        int received = session.socket.receive(batch);
        long nowNanos = clock.nowNanos();
        for (int i = 0; i < received; i++) {
            accept(nowNanos, session, batch, i);
        }
        tun.flush();
    }

    private void accept(long nowNanos, LoadSession session, PacketBatch batch, int slot) {
        long packet = batch.address[slot];
        int length = batch.length[slot];
        Inbound.Disposition disposition = inbound.accept(
                Memory.ALL, packet, length, nowNanos, batch.peerHigh[slot], batch.peerLow[slot], batch.peerPort[slot]);
        Binding binding = inbound.binding();
        if (disposition == Inbound.Disposition.UNBOUND) {
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
