package jumpvpn.lab.sim;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import jumpvpn.core.data.HandOver;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.gateway.GatewayPort;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import org.jspecify.annotations.Nullable;

/** What a gateway sends, to clients and to other gateways, and what it does with what those send. */
final class Relays implements GatewayPort {
    static final Endpoint INSIDE = new Endpoint(IpAddress.parse("198.51.100.250"), 4500);

    private static final long AGAIN_NANOS = 1_000_000;

    private final GatewayNode node;

    Relays(GatewayNode node) {
        this.node = node;
    }

    @Override
    public void transmit(int socketId, Endpoint to, byte[] datagram) {
        node.transmit(socketId, to, datagram);
    }

    @Override
    public void relay(long gateway, byte[] datagram) {
        node.note("relays", Arrays.hashCode(datagram), datagram.length + " B");
        node.world.network.between(node, gateway, datagram);
    }

    /** As {@link Node#handsOn}. */
    void handsOn(Inbound.@Nullable Disposition what, @Nullable HandOver to, byte[] datagram, byte[] packet) {
        if (what == Inbound.Disposition.PENDING) {
            again(datagram);
        } else if (what == Inbound.Disposition.TO_CLIENT) {
            node.forward(packet);
        } else if (to != null) {
            MemorySegment memory = MemorySegment.ofArray(packet);
            byte[] sealed =
                    what == null ? to.toClient(memory, 0, packet.length) : to.fromClient(memory, 0, packet.length);
            relay(to.gateway(), Objects.requireNonNull(sealed, "routes and bindings go before the key"));
        }
    }

    /** Until the bind is known, or has come to nothing. */
    private void again(byte[] datagram) {
        int process = node.starts();
        node.world.timeline.in(AGAIN_NANOS, () -> {
            if (process == node.starts()) {
                node.relayed(datagram);
            }
        });
    }
}
