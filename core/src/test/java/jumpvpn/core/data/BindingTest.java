package jumpvpn.core.data;

import static jumpvpn.core.data.BindingPair.dropped;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.security.Aead;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.Suite;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sealing, opening and what a binding learns by it. */
class BindingTest {
    private static final long MILLI = 1_000_000;
    private static final long START = 7_000_000_000_000L;

    private final BindingPair pair = new BindingPair();

    private static byte[] payload(int length) {
        byte[] payload = new byte[length];
        Arrays.fill(payload, (byte) 0x5a);
        return payload;
    }

    @ParameterizedTest
    @EnumSource(Suite.class)
    void opensWhatTheOtherEndSealed(Suite suite) {
        BindingPair both = new BindingPair(suite, PacketLayout.DATA);
        for (int length : new int[] {0, 1, 20, 1400, 4000}) {
            byte[] datagram = both.left.sealed(PacketLayout.DATA, payload(length), START);
            assertThat(datagram).hasSize(length + PacketLayout.OVERHEAD);
            byte[] opened = datagram.clone();
            int read = both.right.open(MemorySegment.ofArray(opened), 0, opened.length, START, 0, 0, 0);
            assertThat(read).isEqualTo(length);
            assertThat(Arrays.copyOfRange(opened, PacketLayout.PAYLOAD, PacketLayout.PAYLOAD + length))
                    .isEqualTo(payload(length));
        }
    }

    @Test
    void hasTheLayoutOfTheDocument() {
        pair.left.sealed(PacketLayout.DATA, payload(3), START);
        byte[] datagram = pair.left.sealed(PacketLayout.CONTROL, payload(9), START);
        ByteBuffer in = ByteBuffer.wrap(datagram);
        assertThat(datagram).hasSize(36 + 9 + 16);
        assertThat(in.get(0)).isEqualTo((byte) 0x09);
        assertThat(in.get(1)).isZero();
        assertThat(in.getShort(2)).isZero();
        assertThat(in.getLong(4)).isEqualTo(BindingPair.RIGHT_ID);
        assertThat(in.getLong(12)).isOne();
        assertThat(new String(datagram, java.nio.charset.StandardCharsets.ISO_8859_1))
                .doesNotContain("ZZZ");
    }

    @Test
    void acknowledgementFieldsLieWhereTheDocumentSays() {
        BindingPair plain = new BindingPair();
        plain.rightOpens(plain.left.sealed(PacketLayout.DATA, payload(1), START + 5 * MILLI), START + 25 * MILLI);
        byte[] back = plain.right.sealed(PacketLayout.DATA, payload(1), START + 30 * MILLI);
        ByteBuffer in = ByteBuffer.wrap(back);
        plain.left.open(MemorySegment.ofArray(back), 0, back.length, START + 50 * MILLI, 0, 0, 0);
        assertThat(in.getInt(20)).as("largest received").isZero();
        assertThat(in.getInt(24)).as("packets received").isOne();
        assertThat(in.getInt(28)).as("send time").isEqualTo((int) ((START + 30 * MILLI) / 1000));
        assertThat(in.getInt(32)).as("echo: send time and 5 ms held").isEqualTo((int) ((START + 10 * MILLI) / 1000));
    }

    @Test
    void learnsDeliveriesAndRoundTripFromTheAcknowledgementFields() {
        for (int i = 0; i < 4; i++) {
            pair.rightOpens(pair.left.sealed(PacketLayout.DATA, payload(10), START), START + 20 * MILLI);
        }
        pair.left.sealed(PacketLayout.DATA, payload(10), START); // lost
        assertThat(pair.left.delivery.sentAsking()).isEqualTo(4);
        assertThat(pair.left.delivery.acked()).isEqualTo(-1);
        byte[] ack = pair.right.sealed(PacketLayout.DATA, new byte[0], START + 35 * MILLI);
        assertThat(pair.leftOpens(ack, START + 55 * MILLI)).isZero();
        Delivery left = pair.left.delivery;
        assertThat(left.acked()).isEqualTo(3);
        assertThat(left.peerReceived()).isEqualTo(4);
        assertThat(left.progressNanos()).isEqualTo(START + 55 * MILLI);
        assertThat(left.rttNanos()).as("55 ms less 15 ms held").isEqualTo(40 * MILLI);
        assertThat(left.received()).isOne();
        assertThat(left.receivedLargest()).isZero();
        assertThat(left.receivedBytes()).isEqualTo(52);
        assertThat(left.sentBytes()).isEqualTo(5 * 62);
    }

    @Test
    void aPureAcknowledgementAsksForNone() {
        byte[] ack = pair.left.sealed(PacketLayout.DATA, new byte[0], START);
        assertThat(pair.left.delivery.sentAsking()).isEqualTo(-1);
        assertThat(pair.left.delivery.sentNanos()).isEqualTo(START);
        pair.rightOpens(ack, START + 1);
        assertThat(pair.right.delivery.askedNanos()).isZero();
        pair.rightOpens(pair.left.sealed(PacketLayout.DATA, payload(1), START + 2), START + 3);
        assertThat(pair.right.delivery.askedNanos()).isEqualTo(START + 3);
    }

    @Test
    void anOlderAcknowledgementTakesNothingBack() {
        byte[] one = pair.left.sealed(PacketLayout.DATA, payload(1), START);
        byte[] two = pair.left.sealed(PacketLayout.DATA, payload(1), START);
        pair.rightOpens(one, START + MILLI);
        byte[] firstAck = pair.right.sealed(PacketLayout.DATA, new byte[0], START + MILLI);
        pair.rightOpens(two, START + MILLI);
        byte[] secondAck = pair.right.sealed(PacketLayout.DATA, new byte[0], START + MILLI);
        pair.leftOpens(secondAck, START + 2 * MILLI);
        pair.leftOpens(firstAck, START + 9 * MILLI);
        assertThat(pair.left.delivery.acked()).isOne();
        assertThat(pair.left.delivery.progressNanos()).isEqualTo(START + 2 * MILLI);
        assertThat(pair.left.delivery.receivedLargest()).isOne();
    }

    @Test
    void dropsReplaysAndGoesOn() {
        byte[] first = pair.left.sealed(PacketLayout.DATA, payload(5), START);
        byte[] second = pair.left.sealed(PacketLayout.DATA, payload(5), START);
        assertThat(pair.rightOpens(second, START)).isEqualTo(5);
        assertThat(pair.rightOpens(second, START)).isEqualTo(dropped(DropReason.REPLAYED));
        assertThat(pair.rightOpens(first, START)).isEqualTo(5);
        assertThat(pair.rightOpens(first, START)).isEqualTo(dropped(DropReason.REPLAYED));
        assertThat(pair.right.delivery.received()).isEqualTo(2);
    }

    @Test
    void dropsEveryFlippedBitAndOpensTheGoodPacketAfterwards() {
        byte[] good = pair.left.sealed(PacketLayout.DATA, payload(30), START);
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(pair.rightOpens(bad, START)).as("bit %d", bit).isNegative();
        }
        assertThat(pair.right.delivery.received()).isZero();
        assertThat(pair.rightOpens(good, START)).isEqualTo(30);
    }

    @Test
    void takesNothingOnceItHasEnded() {
        byte[] first = pair.left.sealed(PacketLayout.DATA, payload(5), START);
        byte[] second = pair.left.sealed(PacketLayout.DATA, payload(5), START);
        pair.right.receiveUntil(START + 10);
        assertThat(pair.rightOpens(first, START + 9)).isEqualTo(5);
        byte[] forged = second.clone();
        forged[50] ^= 1;
        assertThat(pair.rightOpens(forged, START + 10)).isEqualTo(dropped(DropReason.BAD_TAG));
        assertThat(pair.rightOpens(second, START + 10)).isEqualTo(dropped(DropReason.BINDING_ENDED));
        assertThat(pair.rightOpens(second, START + 10)).isEqualTo(dropped(DropReason.REPLAYED));
    }

    @Test
    void earlyDataIsNoOtherType() {
        BindingPair early = new BindingPair(Suite.AES_256_GCM, PacketLayout.EARLY_DATA);
        byte[] control = early.left.sealed(PacketLayout.CONTROL, payload(5), START);
        byte[] data = early.left.sealed(PacketLayout.DATA, payload(5), START);
        byte[] right = early.left.sealed(PacketLayout.EARLY_DATA, payload(5), START);
        assertThat(early.rightOpens(control, START)).isEqualTo(dropped(DropReason.MALFORMED));
        assertThat(early.rightOpens(data, START)).isEqualTo(dropped(DropReason.MALFORMED));
        assertThat(early.rightOpens(right, START)).isEqualTo(5);
        byte[] stray = pair.left.sealed(PacketLayout.EARLY_DATA, payload(5), START);
        assertThat(pair.rightOpens(stray, START)).isEqualTo(dropped(DropReason.MALFORMED));
    }

    @Test
    void sealsNoMoreThanItsKeyMay() throws ReflectiveOperationException {
        AeadPort none = (_, _) -> new Aead() {
            @Override
            public void seal(long counter, MemorySegment memory, long aadAt, int aad, long textAt, int text) {
                assertThat(counter).isBetween(0L, (1L << 28) - 1);
            }

            @Override
            public int open(long counter, MemorySegment memory, long aadAt, int aad, long sealedAt, int sealed) {
                return -1;
            }
        };
        Binding binding = new Binding(
                none,
                new Binding.Parts(
                        new ForwardingGate(),
                        PacketLayout.DATA,
                        1,
                        Suite.AES_256_GCM,
                        new byte[32],
                        new byte[32],
                        1,
                        2,
                        1,
                        BindingPair.LEFT,
                        8192,
                        START));
        var counter = Binding.class.getDeclaredField("nextCounter");
        counter.setAccessible(true);
        counter.setLong(binding, (1L << 28) - 2);
        assertThat(binding.sealed(PacketLayout.DATA, payload(1), START)).isNotNull();
        assertThat(binding.isExhausted(START)).isFalse();
        assertThat(binding.sealed(PacketLayout.CONTROL, payload(1), START)).isNotNull();
        assertThat(binding.isExhausted(START)).isTrue();
        assertThat(binding.sealed(PacketLayout.DATA, payload(1), START)).isNull();
        assertThat(binding.sealed(PacketLayout.DATA, payload(1), START)).isNull();
        assertThat(binding.sealed()).isEqualTo(1L << 28);
    }

    @Test
    void notesANewSourceOnlyFromTheNewestPacket() {
        Endpoint moved = new Endpoint(BindingPair.LEFT.address(), 2222);
        byte[] first = pair.left.sealed(PacketLayout.DATA, payload(1), START);
        byte[] second = pair.left.sealed(PacketLayout.DATA, payload(1), START);
        byte[] third = pair.left.sealed(PacketLayout.DATA, payload(1), START);
        assertThat(BindingPair.open(pair.right, second, START, BindingPair.LEFT))
                .isOne();
        assertThat(BindingPair.open(pair.right, first, START, moved)).isOne();
        assertThat(pair.right.roamed()).as("an old packet says nothing").isNull();
        assertThat(BindingPair.open(pair.right, third, START, moved)).isOne();
        assertThat(pair.right.roamed().at).isEqualTo(moved);
        assertThat(pair.right.peer()).as("until it is proven").isEqualTo(BindingPair.LEFT);
        pair.right.peer(moved);
        assertThat(pair.right.roamed()).isNull();
        assertThat(pair.right.peer()).isEqualTo(moved);
    }

    @Test
    void oneWatcherIsToldUntilItLooksAway() {
        assertThat(pair.left.claimWatch()).isTrue();
        assertThat(pair.left.claimWatch()).isFalse();
        pair.left.releaseWatch();
        assertThat(pair.left.claimWatch()).isTrue();
    }
}
