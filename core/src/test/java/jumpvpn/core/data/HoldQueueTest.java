package jumpvpn.core.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** Bounded in bytes and age, drained once. */
class HoldQueueTest {
    private final DropCounters drops = new DropCounters();
    private final HoldQueue queue = new HoldQueue(100, 50, drops);

    private boolean offer(long nowNanos, int length, int fill) {
        byte[] packet = new byte[length + 3];
        java.util.Arrays.fill(packet, (byte) fill);
        boolean taken = queue.offer(nowNanos, MemorySegment.ofArray(packet), 3, length);
        java.util.Arrays.fill(packet, (byte) 0); // the queue must have a copy
        return taken;
    }

    @Test
    void keepsTheNewestThatFit() {
        for (int i = 1; i <= 5; i++) {
            assertThat(offer(0, 40, i)).isTrue();
        }
        assertThat(queue.drain(0)).extracting(packet -> (int) packet[0]).containsExactly(4, 5);
        assertThat(drops.get(DropReason.HELD_TOO_LONG)).isEqualTo(3);
    }

    @Test
    void aPacketAsLongAsTheQueueFitsALongerOneNever() {
        offer(0, 10, 1);
        offer(0, 101, 2);
        assertThat(drops.get(DropReason.HELD_TOO_LONG)).isOne();
        offer(0, 100, 3);
        assertThat(queue.drain(0))
                .singleElement()
                .satisfies(packet -> assertThat(packet).hasSize(100).containsOnly(3));
    }

    @Test
    void givesOnlyWhatIsYoung() {
        offer(0, 10, 1);
        offer(1, 10, 2);
        assertThat(queue.drain(51)).extracting(packet -> (int) packet[0]).containsExactly(2);
        assertThat(drops.get(DropReason.HELD_TOO_LONG)).isOne();
    }

    @Test
    void takesNothingAfterItWasDrained() {
        queue.drain(0);
        assertThat(offer(0, 10, 1)).isFalse();
        assertThat(queue.drain(0)).isEmpty();
    }

    /** Of a UDP flow, 40 bytes. */
    private void offerFlow(int port, int fill) {
        byte[] packet = new byte[40];
        packet[0] = 0x45;
        packet[3] = 40;
        packet[9] = 17;
        packet[21] = (byte) port;
        packet[39] = (byte) fill;
        queue.offer(0, MemorySegment.ofArray(packet), 0, 40);
    }

    @Test
    void aFlowThatSendsMuchPushesOutItsOwn() {
        HoldQueue large = new HoldQueue(10_000, 50, drops);
        byte[] packet = new byte[40];
        packet[0] = 0x45;
        packet[3] = 40;
        packet[9] = 17;
        for (int i = 0; i < 1000; i++) {
            packet[21] = (byte) (i % 100 == 0 ? 7 : 8);
            packet[39] = (byte) (i / 100);
            large.offer(0, MemorySegment.ofArray(packet), 0, 40);
        }
        assertThat(large.drain(0).stream().filter(kept -> kept[21] == 7)).hasSize(10);
    }

    @Test
    void whatIsKeptComesOutInTheOrderInWhichItCame() {
        offerFlow(1, 1);
        offerFlow(2, 2);
        offerFlow(1, 3);
        assertThat(queue.drain(0)).extracting(packet -> (int) packet[39]).containsExactly(2, 3);
    }
}
