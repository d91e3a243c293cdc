package jumpvpn.node.runtime;

import java.lang.foreign.Arena;
import java.util.concurrent.locks.LockSupport;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.Transport;
import jumpvpn.node.config.Packets;
import jumpvpn.node.host.LinuxException;

/**
 * Carries datagrams to and fro over a connection of this process to itself, on the loopback interface, so that the first real jump to QUIC or TCP finds a warm library: a
 * cold one takes half a second to connect and loses packets (docs/adr/0008). Bounded in datagrams and time.
 */
final class TransportRehearsal {
    private static final int SLOTS = 32;
    private static final int BYTES = 1200;
    private static final int BATCHES = 200;
    private static final long PAUSE_NANOS = 1_000_000;
    private static final long MOST_NANOS = 5_000_000_000L;
    private static final Endpoint ANY_PORT = new Endpoint(IpAddress.v4(0x7f000001), 0);

    private final Transport client;
    private final Transport gateway;
    private final PacketBatch batch;

    private TransportRehearsal(Transport client, Transport gateway, long memory) {
        this.client = client;
        this.gateway = gateway;
        this.batch = new PacketBatch(memory, SLOTS, Transport.MOST_BYTES);
    }

    /** Rehearses a protocol; UDP needs none. */
    static void play(Protocol protocol) throws LinuxException {
        if (protocol == Protocol.UDP) {
            return;
        }
        Packets packets = Packets.defaults();
        try (Transport gateway =
                        Transports.listen(protocol, ANY_PORT, false, packets).getFirst();
                Transport client = Transports.towards(protocol, ANY_PORT, null, gateway.local(), packets)
                        .getFirst();
                Arena arena = Arena.ofConfined()) {
            long memory =
                    arena.allocate((long) SLOTS * Transport.MOST_BYTES, 64).address();
            new TransportRehearsal(client, gateway, memory).play();
        }
    }

    private void play() {
        long end = System.nanoTime() + MOST_NANOS;
        for (int sent = 0; sent < BATCHES && System.nanoTime() < end; sent++) {
            fill(gateway.local());
            client.send(batch, 0, batch.count);
            LockSupport.parkNanos(PAUSE_NANOS);
            while (gateway.receive(batch) > 0) {
                gateway.send(batch, 0, batch.count); // back to where they came from
            }
            LockSupport.parkNanos(PAUSE_NANOS);
            while (client.receive(batch) > 0) {
                // that it comes is all that is wanted
            }
        }
    }

    private void fill(Endpoint to) {
        for (int slot = 0; slot < SLOTS; slot++) {
            batch.offset[slot] = 0;
            batch.length[slot] = BYTES;
            batch.peer(slot, to);
            batch.localHigh[slot] = 0;
            batch.localLow[slot] = 0;
        }
        batch.count = SLOTS;
    }
}
