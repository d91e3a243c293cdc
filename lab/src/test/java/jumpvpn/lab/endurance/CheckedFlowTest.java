package jumpvpn.lab.endurance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What arrives is compared byte by byte, and what is wrong is found: over loopback. */
class CheckedFlowTest {
    private static final long ENOUGH_BYTES = 3_000_000;

    @Test
    void everythingArrivesAsItWas() throws IOException {
        CheckedFlow flow = run(CheckedFlow.NOWHERE);
        assertThat(flow.failure()).isNull();
        assertThat(flow.wrongBytes()).isZero();
        assertThat(flow.receivedBytes()).isGreaterThan(ENOUGH_BYTES);
    }

    @Test
    void aSpoiltByteIsFound() throws IOException {
        assertThat(run(1_234_567).wrongBytes()).isEqualTo(1);
    }

    @Test
    void aConnectionThatBreaksIsAFailure() throws IOException {
        try (ServerSocketChannel server = server()) {
            SocketChannel sender = SocketChannel.open(server.getLocalAddress());
            SocketChannel receiver = server.accept();
            CheckedFlow flow = new CheckedFlow(1, sender, receiver, CheckedFlow.NOWHERE);
            flow.start();
            Awaitility.await().until(() -> flow.receivedBytes() > ENOUGH_BYTES);
            receiver.close();
            Awaitility.await().until(() -> flow.failure() != null);
            assertThat(flow.end(Duration.ofSeconds(10))).contains("bytes sent");
        }
    }

    @Test
    void bytesThatAreMissingDoubledOrMovedDoNotFit() {
        Pattern pattern = new Pattern(1, 1400);
        long offset = 123_456_789;
        for (long shift : new long[] {-65_536, -1400, -1, 1, 1378, 1400, 4096, 65_535, 65_536, 1 << 18}) {
            ByteBuffer moved = pattern.from(offset + shift);
            assertThat(pattern.wrong(moved, offset)).as("moved by %d", shift).isGreaterThan(1000);
        }
        assertThat(pattern.wrong(pattern.from(offset), offset)).isZero();
        assertThat(pattern.wrong(new Pattern(2, 1400).from(offset), offset)).isGreaterThan(1000);
    }

    private static ServerSocketChannel server() throws IOException {
        return ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private static CheckedFlow run(long spoiltAt) throws IOException {
        try (ServerSocketChannel server = server()) {
            SocketChannel sender = SocketChannel.open(server.getLocalAddress());
            CheckedFlow flow = new CheckedFlow(1, sender, server.accept(), spoiltAt);
            flow.start();
            Awaitility.await().until(() -> flow.receivedBytes() > ENOUGH_BYTES);
            flow.end(Duration.ofSeconds(10));
            return flow;
        }
    }
}
