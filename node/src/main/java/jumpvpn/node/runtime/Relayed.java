package jumpvpn.node.runtime;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.data.HandOver;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.Outbound;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.net.Endpoint;
import jumpvpn.node.host.Memory;

/** What a receiving thread does for sessions that go from gateway to gateway: it sends on what came here too late, and seals what another gateway got for a client of this one. */
final class Relayed {
    private final PacketPath.Shared shared;
    private final Watches watches;
    private final Outbound outbound;
    private final MemorySegment room = Arena.ofAuto().allocate(2 * Outbound.SECOND, Long.BYTES);

    Relayed(PacketPath.Shared shared, PacketPath.Tables tables, int shard, Watches watches) {
        this.shared = shared;
        this.watches = watches;
        int own = shared.sockets().shards() + shard; // the sending threads have the numbers before
        outbound = new Outbound(tables.routes(), shared.drops(), tables.isGateway(), tables.lease(), own, 0);
    }

    /** The last inner packet goes to the gateway that has its session now. */
    void away(Inbound inbound) {
        HandOver to = inbound.handOver();
        byte[] datagram = to == null ? null : to.fromClient(Memory.ALL, inbound.payload(), inbound.payloadLength());
        if (to == null || datagram == null) {
            shared.drops().count(DropReason.GATE_CLOSED);
        } else {
            shared.sockets().relay(to.gateway(), datagram);
        }
    }

    /** The last inner packet goes to its client. It is sent nowhere else, should the session have gone on: it would go round. */
    void toClient(long nowNanos, Inbound inbound) {
        int length = inbound.payloadLength();
        if (length > Inbound.ROOM - PacketLayout.PAYLOAD) { // nothing that a gateway of ours sends
            shared.drops().count(DropReason.BAD_INNER);
            return;
        }
        MemorySegment.copy(Memory.ALL, inbound.payload(), room, PacketLayout.PAYLOAD, length);
        int sealed = outbound.accept(Memory.ALL, room.address(), length, nowNanos);
        watches.wake(outbound.resting());
        Binding binding = outbound.binding();
        if (outbound.handOver() != null) {
            shared.drops().count(DropReason.GATE_CLOSED);
        } else if (sealed > 0 && binding != null) {
            watches.claim(binding);
            send(binding, sealed);
        }
    }

    private void send(Binding binding, int length) {
        Sockets sockets = shared.sockets();
        Endpoint copy = outbound.copy();
        int second = outbound.secondLength();
        for (long at = room.address();
                at <= room.address() + (second > 0 ? Outbound.SECOND : 0);
                at += Outbound.SECOND) {
            byte[] datagram = Memory.copy(at, at == room.address() ? length : second);
            if (copy != null) {
                sockets.transmit(binding.pathId, copy, datagram);
            }
            sockets.transmit(binding.pathId, binding.peer(), datagram);
        }
    }
}
