package jumpvpn.core.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import jumpvpn.core.net.IpAddress;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packets that are too long for the path go in two datagrams, sealed by either thread, and come whole. */
class HalvesTest {
    private static final long NOW = 5_000_000_000L;
    private static final int LONGEST = 1100;
    private static final int FITS = LONGEST - PacketLayout.OVERHEAD;

    private final BindingPair pair = new BindingPair();
    private final LookupTable<Bound> bindings = new LookupTable<>();
    private final DropCounters drops = new DropCounters();
    private final Inbound inbound = new Inbound(bindings, drops, false);
    private final Outbound outbound = new Outbound((_, _) -> pair.left.gate, drops, false);
    private final Random random = new Random(3);

    @BeforeEach
    void bind() {
        bindings.put(0, BindingPair.RIGHT_ID, pair.right);
        pair.left.gate.forward(pair.left);
        pair.right.gate.forward(pair.right);
        pair.left.halving.longest(LONGEST, 0);
    }

    private byte[] packet(int length) {
        byte[] packet = new byte[length];
        random.nextBytes(packet);
        byte[] header = Packets.v4("10.77.0.2", "10.88.0.1", 20);
        System.arraycopy(header, 0, packet, 0, 20);
        packet[2] = (byte) (length >> 8);
        packet[3] = (byte) length;
        return packet;
    }

    /** What the packet thread makes of it. */
    private List<byte[]> sealed(byte[] packet) {
        byte[] slot = new byte[2 * Outbound.SECOND];
        System.arraycopy(packet, 0, slot, PacketLayout.PAYLOAD, packet.length);
        int length = outbound.accept(MemorySegment.ofArray(slot), 0, packet.length, NOW);
        List<byte[]> datagrams = new ArrayList<>();
        datagrams.add(Arrays.copyOf(slot, length));
        if (outbound.secondLength() > 0) {
            datagrams.add(Arrays.copyOfRange(slot, Outbound.SECOND, Outbound.SECOND + outbound.secondLength()));
        }
        return datagrams;
    }

    /** The packet that comes with this datagram; empty if none does. */
    private byte[] opened(byte[] datagram) {
        byte[] room = Arrays.copyOf(datagram, Inbound.ROOM);
        IpAddress from = BindingPair.LEFT.address();
        Inbound.Disposition disposition = inbound.accept(
                MemorySegment.ofArray(room), 0, datagram.length, NOW, from.high(), from.low(), BindingPair.LEFT.port());
        int length = disposition == Inbound.Disposition.DELIVER ? inbound.payloadLength() : 0;
        return Arrays.copyOfRange(room, PacketLayout.PAYLOAD, PacketLayout.PAYLOAD + length);
    }

    @ParameterizedTest
    @ValueSource(ints = {FITS + 1, FITS + 2, 1280, 1400, 1500, 2 * Halves.MOST_BYTES})
    void comeWholeInEitherOrder(int length) {
        byte[] one = packet(length);
        byte[] other = packet(length);
        List<byte[]> halves = sealed(one);
        assertThat(halves).hasSize(2).allMatch(half -> half.length <= LONGEST);
        assertThat(opened(halves.get(0))).isEmpty();
        assertThat(opened(halves.get(1))).isEqualTo(one);
        List<byte[]> byControl = pair.left.halving.sealed(pair.left, other, NOW);
        assertThat(byControl).hasSize(2);
        assertThat(byControl.stream().mapToInt(half -> half.length).sum())
                .isEqualTo(pair.left.halving.datagramBytes(length));
        assertThat(opened(byControl.get(1))).isEmpty();
        assertThat(opened(byControl.get(0))).isEqualTo(other);
        assertThat(drops.get(DropReason.HALF_LOST)).isZero();
    }

    @Test
    void onlyWhatIsTooLongIsHalved() {
        assertThat(sealed(packet(FITS))).hasSize(1);
        assertThat(pair.left.halving.takeHalved()).isFalse();
        pair.left.halving.datagramBytes(FITS + 1);
        assertThat(pair.left.halving.takeHalved()).as("only asked").isFalse();
        assertThat(sealed(packet(FITS + 1))).hasSize(2);
        assertThat(pair.left.halving.takeHalved()).isTrue();
        assertThat(pair.left.halving.takeHalved()).as("told once").isFalse();
        pair.left.halving.longest(1452, 1452);
        assertThat(sealed(packet(1400))).hasSize(1);
        assertThat(pair.left.halving.sealed(pair.left, packet(1400), NOW)).hasSize(1);
        assertThat(pair.left.halving.datagramBytes(1400)).isEqualTo(1452);
    }

    @Test
    void whatIsLongerThanTwoHalvesGoesWholeIfAtAll() {
        assertThat(pair.left.halving.sealed(pair.left, packet(2 * Halves.MOST_BYTES + 1), NOW))
                .hasSize(1);
    }

    @Test
    void manyMayBeUnderWayAtATime() {
        List<byte[]> packets = new ArrayList<>();
        List<byte[]> seconds = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            packets.add(packet(1300 + i));
            List<byte[]> halves = sealed(packets.getLast());
            assertThat(opened(halves.get(0))).isEmpty();
            seconds.add(halves.get(1));
        }
        for (int i = 31; i >= 0; i--) {
            assertThat(opened(seconds.get(i))).isEqualTo(packets.get(i));
        }
    }

    @Test
    void aLostHalfIsCountedWhenItsPlaceIsNeededAndNeverJoinedToAnother() {
        opened(sealed(packet(1300)).get(0));
        for (int i = 0; i < 31; i++) {
            sealed(packet(1300)).forEach(this::opened);
        }
        assertThat(drops.get(DropReason.HALF_LOST)).isZero();
        byte[] next = packet(1300);
        List<byte[]> halves = sealed(next);
        assertThat(opened(halves.get(1))).isEmpty();
        assertThat(drops.get(DropReason.HALF_LOST)).isOne();
        assertThat(opened(halves.get(0))).isEqualTo(next);
    }

    @Test
    void malformedHalvesAreDropped() {
        assertThat(opened(pair.left.sealed(PacketLayout.DATA, new byte[] {0x10, 0, 0, 0, 1}, NOW)))
                .isEmpty();
        byte[] tooLong = new byte[Halves.HEADER + Halves.MOST_BYTES + 1];
        tooLong[0] = 0x11;
        assertThat(opened(pair.left.sealed(PacketLayout.DATA, tooLong, NOW))).isEmpty();
        assertThat(drops.get(DropReason.BAD_INNER)).isEqualTo(2);
        byte[] noPacket = new byte[Halves.HEADER + 900];
        noPacket[0] = 0x10;
        assertThat(opened(pair.left.sealed(PacketLayout.DATA, noPacket, NOW))).isEmpty();
        noPacket[0] = 0x11;
        assertThat(opened(pair.left.sealed(PacketLayout.DATA, noPacket, NOW)))
                .as("two halves of no packet")
                .isEmpty();
        assertThat(drops.get(DropReason.BAD_INNER)).isEqualTo(3);
    }
}
