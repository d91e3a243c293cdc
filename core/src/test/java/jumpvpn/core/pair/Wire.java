package jumpvpn.core.pair;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.Outbound;
import jumpvpn.core.gateway.GatewayPort;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.ownership.Owner;

/** What the gateways of a pair ask of the world: datagrams go down the links, and from gateway to gateway at once. */
final class Wire implements GatewayPort {
    static final Endpoint INSIDE = Pair.GATEWAY;

    /** What went from gateway to gateway. */
    final List<byte[]> relayed = new ArrayList<>();

    /** To which gateways inner addresses were said to have gone, in order; 0: nobody known. */
    final List<Long> released = new ArrayList<>();

    int handedOn;

    /** Whether what goes from gateway to gateway arrives. */
    boolean carries = true;

    private final Pair pair;

    Wire(Pair pair) {
        this.pair = pair;
    }

    @Override
    public void transmit(int socketId, Endpoint to, byte[] datagram) {
        pair.down(socketId, to, datagram);
    }

    @Override
    public void relay(long gateway, byte[] datagram) {
        relayed.add(datagram.clone());
        if (carries) {
            arrive(gateway, datagram);
        }
    }

    @Override
    public void handsOn(List<Prefix> inner) {
        handedOn++;
    }

    @Override
    public void releases(List<Prefix> inner, long gateway) {
        released.add(gateway);
    }

    private void arrive(long gateway, byte[] datagram) {
        if (gateway == Owner.number("gw2")) {
            pair.second.receives(INSIDE, datagram);
        } else {
            pair.inject(INSIDE, datagram);
        }
    }

    void fromClient(Inbound inbound, byte[] room) {
        byte[] packet = Slots.payload(room, inbound);
        byte[] datagram = inbound.handOver().fromClient(MemorySegment.ofArray(packet), 0, packet.length);
        relay(inbound.handOver().gateway(), datagram);
    }

    /** If the last packet goes to another gateway. */
    void toClient(Outbound outbound, byte[] packet) {
        if (outbound.handOver() != null) {
            byte[] datagram = outbound.handOver().toClient(MemorySegment.ofArray(packet), 0, packet.length);
            relay(outbound.handOver().gateway(), datagram);
        }
    }
}
