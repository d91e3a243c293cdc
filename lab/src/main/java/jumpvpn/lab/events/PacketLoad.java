package jumpvpn.lab.events;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import jumpvpn.core.security.Aead;
import jumpvpn.core.security.Suite;
import jumpvpn.node.host.SystemEntropy;
import jumpvpn.node.security.CryptoChoice;

/** Packets all the time: one thread seals and sends them over the loopback, another receives and opens them, as a node's packet threads do. */
final class PacketLoad implements AutoCloseable {
    private static final int BYTES = 1400;
    private static final int SEALED = BYTES + Aead.TAG_LENGTH;
    private static final int COUNTER = 8;
    private static final int BUFFER_BYTES = 1 << 22;
    private static final int AHEAD = 64;

    private final DatagramChannel from = DatagramChannel.open();
    private final DatagramChannel to = DatagramChannel.open();
    private final byte[] key = new byte[32];
    private final Thread sender = new Thread(this::send, "packets-send");
    private final Thread receiver = new Thread(this::receive, "packets-receive");
    private volatile long opened;
    private volatile boolean stopping;

    PacketLoad() throws IOException {
        to.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER_BYTES);
        to.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        from.connect(to.getLocalAddress());
        to.connect(from.getLocalAddress());
        sender.start();
        receiver.start();
    }

    private Aead cipher() {
        return CryptoChoice.jdk().crypto(new SystemEntropy()).aead().create(Suite.AES_256_GCM, key);
    }

    /** Packets opened so far. */
    long count() {
        return opened;
    }

    private void send() {
        Aead cipher = cipher();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(COUNTER + SEALED);
            ByteBuffer packet = memory.asByteBuffer();
            for (long counter = 0; !stopping; counter++) {
                while (counter - opened > AHEAD && !stopping) { // so that none is lost and both threads have work
                    Thread.onSpinWait();
                }
                packet.putLong(0, counter);
                cipher.seal(counter, memory, 0, COUNTER, COUNTER, BYTES);
                from.write(packet.clear());
            }
        } catch (IOException e) {
            // closed
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private void receive() {
        Aead cipher = cipher();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(COUNTER + SEALED);
            ByteBuffer packet = memory.asByteBuffer();
            while (!stopping) {
                to.read(packet.clear());
                if (cipher.open(packet.getLong(0), memory, 0, COUNTER, COUNTER, SEALED) == BYTES) {
                    opened++;
                }
            }
        } catch (IOException e) {
            // closed
        }
    }

    @Override
    public void close() throws IOException {
        stopping = true;
        from.close();
        to.close();
    }
}
