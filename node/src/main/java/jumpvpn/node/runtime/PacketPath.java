package jumpvpn.node.runtime;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.data.Bound;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.Lease;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.data.Outbound;
import jumpvpn.core.data.PacketTurns;
import jumpvpn.node.config.Packets;
import jumpvpn.node.data.tun.TunDevice;
import jumpvpn.node.host.BootClock;
import jumpvpn.node.host.LinuxException;

/** All packet threads of a node: for each shard, which is a queue of the TUN and a socket of each path, one that receives and one that sends. */
final class PacketPath implements AutoCloseable {
    /** What all of them share. */
    record Shared(
            BootClock clock,
            Log log,
            Sockets sockets,
            DropCounters drops,
            ControlLoop control,
            Engine engine,
            PacketTurns turns) {}

    /**
     * What makes a gateway's different from a client's.
     *
     * @param lease until when packets may pass
     * @param isGateway whether inner source addresses are checked, and an address that the peer seems to have moved to gets copies
     */
    record Tables(LookupTable<Bound> bindings, Outbound.Routes routes, Lease lease, boolean isGateway) {}

    private final List<ReceiveLoop> receivers = new ArrayList<>();
    private final List<SendLoop> senders = new ArrayList<>();

    /** Threads that wait to be started. @param queues of one TUN, one for each shard */
    PacketPath(Shared shared, Tables tables, List<TunDevice> queues, ReceiveLoop.Arrivals arrivals, Packets packets)
            throws LinuxException {
        int dscp = packets.dscp() == Packets.COPY_DSCP ? Outbound.COPY_DSCP : packets.dscp();
        for (int shard = 0; shard < queues.size(); shard++) {
            receivers.add(new ReceiveLoop(shared, tables, queues.get(shard), shard, arrivals));
            Outbound outbound = new Outbound(tables.routes, shared.drops, tables.isGateway, tables.lease, shard, dscp);
            senders.add(new SendLoop(shared, queues.get(shard), outbound, shard));
        }
    }

    /** A new TUN's queues, one for each shard, closed with what else was opened. */
    static List<TunDevice> queues(String name, Packets packets, Opened opened) throws LinuxException {
        TunDevice.Offload most = switch (packets.tun()) {
            case ALL -> TunDevice.Offload.TCP_UDP;
            case TCP -> TunDevice.Offload.TCP;
            case NONE -> TunDevice.Offload.NONE;
        };
        List<TunDevice> queues = TunDevice.create(name, most, packets.shards());
        queues.forEach(queue -> opened.add(queue::close));
        return queues;
    }

    /** The turns of so many shards' threads. */
    static PacketTurns turns(int shards) {
        return new PacketTurns(2 * shards);
    }

    /** The number of a shard's receiving thread among all. */
    static int receiver(int shard) {
        return 2 * shard;
    }

    /** The number of a shard's sending thread among all. */
    static int sender(int shard) {
        return 2 * shard + 1;
    }

    void start() {
        receivers.forEach(ReceiveLoop::start);
        senders.forEach(SendLoop::start);
    }

    /** The set of sockets has changed. */
    void socketsChanged() {
        receivers.forEach(ReceiveLoop::socketsChanged);
    }

    @Override
    public void close() {
        senders.forEach(SendLoop::close);
        receivers.forEach(ReceiveLoop::close);
    }
}
