package jumpvpn.node.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import jumpvpn.node.host.Memory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class PacketRingTest {
    @Test
    void aFullRingRefusesAndAnEmptyOneHasNothing() {
        PacketRing ring = new PacketRing(4);
        assertThat(ring.front()).isZero();
        for (int i = 0; i < 4; i++) {
            assertThat(ring.claim()).isNotZero();
            ring.publish(i, 0, i, i, i);
        }
        assertThat(ring.claim()).isZero();
        assertThat(ring.length()).isZero();
        ring.release();
        assertThat(ring.claim()).isNotZero();
        assertThat(ring.size()).isEqualTo(3);
        assertThat(ring.peerPort()).isEqualTo(1);
    }

    @Test
    void betweenTwoThreadsEachArrivesOnceInOrderAndWhole() throws Exception {
        PacketRing ring = new PacketRing(8);
        int packets = 1_000_000;
        Thread writer = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < packets; ) {
                long room = ring.claim();
                if (room != 0) {
                    Memory.putLong(room, i);
                    Memory.putLong(room + 2_040, ~i);
                    ring.publish(i & 1023, -i, i, i & 0xffff, 0);
                    i++;
                } else {
                    Thread.yield();
                }
            }
        });
        for (int i = 0; i < packets; ) {
            long front = ring.front();
            if (front != 0) {
                if (Memory.getLong(front) != i
                        || Memory.getLong(front + 2_040) != ~i
                        || ring.length() != (i & 1023)
                        || ring.peerHigh() != -i
                        || ring.peerLow() != i
                        || ring.peerPort() != (i & 0xffff)) {
                    throw new AssertionError("packet " + i);
                }
                ring.release();
                i++;
            } else {
                Thread.yield();
            }
        }
        writer.join();
        assertThat(ring.front()).isZero();
    }
}
