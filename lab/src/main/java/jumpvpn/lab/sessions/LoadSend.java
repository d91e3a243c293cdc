package jumpvpn.lab.sessions;

import java.lang.foreign.Arena;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.data.Outbound;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.node.data.tun.TunDevice;
import jumpvpn.node.host.BootClock;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Memory;
import jumpvpn.node.host.Poller;
import org.jspecify.annotations.Nullable;

/** The thread from the TUN to the sockets, as a client's, but that an inner packet's source says which session it is of. */
final class LoadSend {
    private static final int SLOTS = 128;
    private static final int SLOT_BYTES = 2048;
    private static final long MAPPED = 0x0000_ffff_0000_0000L;
    private static final int SOURCE = 12;
    private static final int IPV4 = 4;

    private final BootClock clock;
    private final TunDevice tun;
    private final LookupTable<LoadSession> byAddress;
    private final DropCounters drops;
    private final LoadControl control;
    private final Outbound outbound;
    private final LoadSession[] through = new LoadSession[2 * SLOTS];
    private @Nullable ForwardingGate gate;

    LoadSend(
            BootClock clock,
            TunDevice tun,
            LookupTable<LoadSession> byAddress,
            DropCounters drops,
            LoadControl control) {
        this.clock = clock;
        this.tun = tun;
        this.byAddress = byAddress;
        this.drops = drops;
        this.control = control;
        this.outbound = new Outbound((_, _) -> gate, drops, false);
    }

    /** Never returns. */
    void run() throws LinuxException {
        long memory = Arena.global().allocate((long) SLOTS * SLOT_BYTES, 64).address();
        PacketBatch batch = new PacketBatch(memory, SLOTS, SLOT_BYTES);
        PacketBatch sealed = new PacketBatch(memory, 2 * SLOTS, 0); // the same bytes; a packet may go in two
        Poller poller = new Poller(1);
        poller.watch(0, tun.fd(), false);
        while (true) {
            poller.await(Poller.FOREVER);
            do {
                tun.read(batch, PacketLayout.PAYLOAD);
                forward(batch, sealed);
            } while (tun.isHolding());
        }
    }

    private void forward(PacketBatch batch, PacketBatch sealed) {
        long nowNanos = clock.nowNanos();
        sealed.count = 0;
        for (int i = 0; i < batch.count; i++) {
            seal(nowNanos, batch.address[i] + batch.offset[i], batch.length[i], sealed);
        }
        int from = 0;
        while (from < sealed.count) {
            int to = from + 1;
            while (to < sealed.count && through[to] == through[from]) {
                to++;
            }
            drops.count(DropReason.BACK_PRESSURE, to - from - through[from].send(sealed, from, to));
            from = to;
        }
    }

    private void seal(long nowNanos, long inner, int length, PacketBatch sealed) {
        LoadSession session = (Memory.getByte(inner) >>> 4) == IPV4
                ? byAddress.get(0, MAPPED | Integer.toUnsignedLong(Memory.getIntBig(inner + SOURCE)))
                : null;
        if (session == null) {
            drops.count(DropReason.NO_ROUTE);
            return;
        }
        gate = session.gate;
        long packet = inner - PacketLayout.PAYLOAD;
        int bytes = outbound.accept(Memory.ALL, packet, length, nowNanos);
        Binding binding = outbound.binding();
        if (bytes == 0 || binding == null) {
            return;
        }
        if (binding.claimWatch() && !control.post(session, now -> session.agent.watch(now, binding))) {
            binding.releaseWatch(); // the next packet asks again
        }
        note(sealed, packet, bytes, session, binding);
        if (outbound.secondLength() > 0) {
            note(sealed, packet + Outbound.SECOND, outbound.secondLength(), session, binding);
        }
    }

    private void note(PacketBatch sealed, long packet, int bytes, LoadSession session, Binding binding) {
        int slot = sealed.count++;
        sealed.address[slot] = packet;
        sealed.length[slot] = bytes;
        sealed.flow[slot] = outbound.flow();
        sealed.trafficClass[slot] = (byte) outbound.trafficClass();
        sealed.peer(slot, binding.peer());
        through[slot] = session;
    }
}
