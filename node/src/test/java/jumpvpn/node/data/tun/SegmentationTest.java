package jumpvpn.node.data.tun;

import static jumpvpn.node.data.tun.Packets.ACK;
import static jumpvpn.node.data.tun.Packets.CWR;
import static jumpvpn.node.data.tun.Packets.FIN;
import static jumpvpn.node.data.tun.Packets.PSH;
import static jumpvpn.node.data.tun.Packets.spoilt;
import static jumpvpn.node.data.tun.Packets.tcp;
import static jumpvpn.node.data.tun.Packets.udp;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import jumpvpn.node.host.Memory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentationTest {
    private final Arena arena = Arena.ofAuto();
    private final Segmentation segmentation = new Segmentation();

    /** A packet behind a header of these fields. */
    private static byte[] read(int flags, int kind, int segmentBytes, int start, int offset, byte[] packet) {
        return ByteBuffer.allocate(VirtioHeader.BYTES + packet.length)
                .order(ByteOrder.nativeOrder())
                .put((byte) flags)
                .put((byte) kind)
                .putShort((short) 0) // a hint, which is not believed
                .putShort((short) segmentBytes)
                .putShort((short) start)
                .putShort((short) offset)
                .put(packet)
                .array();
    }

    private static byte[] superTcp(byte[] packet, int segmentBytes) {
        boolean v4 = packet[0] == 0x45;
        return read(1, v4 ? 1 : 4, segmentBytes, v4 ? 20 : 40, 16, packet);
    }

    private boolean begin(byte[] read) {
        Memory.copy(read, 0, segmentation.room(), read.length);
        return segmentation.begin(read.length);
    }

    private List<byte[]> packets(byte[] read) {
        assertThat(begin(read)).isTrue();
        return Handed.rest(segmentation);
    }

    private void assertRefused(byte[] read) {
        assertThat(begin(read)).isFalse();
        assertThat(segmentation.hasNext()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void flagsSequenceAndIdentificationAreThoseOfEachPacket(boolean v4) {
        int all = ACK | CWR | PSH | FIN;
        List<byte[]> packets = packets(superTcp(tcp(v4, 0xffff_fff0, all, 250, 1, 1, 1, 0), 100));
        byte[][] expected = {
            tcp(v4, 0xffff_fff0, ACK | CWR, 100, 1, 1, 1, 0),
            tcp(v4, 84, ACK, 100, 1, 1, 1, 0),
            tcp(v4, 184, ACK | PSH | FIN, 50, 1, 1, 1, 0)
        };
        for (int i = 0; i < 3 && v4; i++) {
            expected[i] = Packets.identified(expected[i], 0x1234 + i);
        }
        // the payload of one packet, not of three
        byte[] payload = Arrays.copyOfRange(tcp(v4, 0xffff_fff0, all, 250), v4 ? 40 : 60, (v4 ? 40 : 60) + 250);
        int headers = expected[0].length - 100;
        for (int i = 0; i < 3; i++) {
            System.arraycopy(payload, i * 100, expected[i], headers, expected[i].length - headers);
            assertThat(packets.get(i)).as("packet %d", i).isEqualTo(Packets.complete(expected[i]));
        }
        assertThat(packets).hasSize(3);
    }

    @Test
    void anIdentificationStartsAgainAtZero() {
        byte[] packet = Packets.identified(tcp(true, 0, ACK, 30), 0xfffe);
        assertThat(packets(superTcp(packet, 10)))
                .extracting(segment -> ByteBuffer.wrap(segment).getShort(4))
                .containsExactly((short) -2, (short) -1, (short) 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void datagramsHaveLengthsOfTheirOwn(boolean v4) {
        byte[] packet = udp(v4, 3, 25);
        List<byte[]> packets = packets(read(1, 5, 10, v4 ? 20 : 40, 6, packet));
        assertThat(packets).hasSize(3);
        for (int i = 0; i < 3; i++) {
            byte[] expected = udp(v4, 3 + i, i < 2 ? 10 : 5);
            System.arraycopy(packet, (v4 ? 28 : 48) + i * 10, expected, v4 ? 28 : 48, i < 2 ? 10 : 5);
            assertThat(packets.get(i)).as("packet %d", i).isEqualTo(Packets.complete(expected));
        }
    }

    /** As `sendmsg` with UDP_SEGMENT can have it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theSmallestDatagramsAreSegmentedToo(boolean v4) {
        assertThat(packets(read(1, 5, 1, v4 ? 20 : 40, 6, udp(v4, 0, 2)))).hasSize(2);
    }

    @Test
    void whatTheHeaderOfAPacketOfItsOwnAsksForIsDone() {
        byte[] packet = tcp(false, 0, ACK, 31);
        assertThat(packets(read(0, 0, 0, 0, 0, packet))).containsExactly(packet);
        byte[] wrong = spoilt(packet, 57, 0x77);
        assertThat(packets(read(0, 0, 0, 0, 0, wrong))).containsExactly(wrong);
        byte[] partial = partial(packet, 56);
        assertThat(packets(read(1, 0, 0, 40, 16, partial))).containsExactly(packet);
        byte[] other = new byte[20];
        assertThat(packets(read(0, 0, 0, 0, 0, other))).as("whatever it is").containsExactly(other);
    }

    /** With the pseudo-header's sum in the field, as the kernel leaves it to hardware. */
    private static byte[] partial(byte[] packet, int field) {
        byte[] zero = spoilt(spoilt(packet, field, 0), field + 1, 0);
        int ipBytes = Packets.ipBytes(packet);
        int pseudo = Packets.transportSum(zero) - Packets.sum(zero, ipBytes, zero.length);
        int sum = pseudo < 0 ? pseudo + 0xffff : pseudo;
        return spoilt(spoilt(packet, field, sum >> 8), field + 1, sum);
    }

    @Test
    void aChecksumOfZeroIsWrittenAsItsOtherFormForUdpOnly() {
        byte[] packet = new byte[40];
        packet[26] = packet[27] = (byte) 0xff; // all that is summed
        byte[] udp = packets(read(1, 0, 0, 20, 6, packet)).getFirst();
        assertThat(udp).isEqualTo(packet);
        byte[] tcp = packets(read(1, 0, 0, 10, 16, packet)).getFirst();
        assertThat(tcp).isEqualTo(new byte[40]);
    }

    @Test
    void malformedOnesAreRefused() {
        byte[] tcp = tcp(true, 0, ACK, 100);
        for (int length = 0; length < 30; length++) {
            assertRefused(Arrays.copyOf(superTcp(tcp, 10), length));
            assertRefused(Arrays.copyOf(read(0, 0, 0, 0, 0, tcp), length));
        }
        assertRefused(read(1, 0, 0, 20, 119, tcp)); // one byte beyond its end
        assertRefused(read(1, 0, 0, 65_535, 65_535, tcp));
        assertThat(begin(read(1, 0, 0, 20, 118, tcp))).isTrue();
        for (int kind : new int[] {2, 3, 4, 6, 127}) {
            assertRefused(read(1, kind, 10, 20, 16, tcp)); // another family's, or unknown
        }
        assertRefused(read(1, 1, 10, 40, 16, tcp(false, 0, ACK, 100)));
        assertRefused(read(1, 1, 0, 20, 16, tcp)); // segments of nothing
        assertRefused(read(1, 1, 10, 19, 16, tcp)); // inside the IP header
        assertRefused(read(1, 4, 10, 39, 16, tcp(false, 0, ACK, 100)));
        assertRefused(read(0, 1, 10, 0, 0, tcp)); // without what a super-packet needs
        assertRefused(read(1, 1, 10, 20, 16, spoilt(tcp, 0, 0x46))); // with options there are 24
        assertRefused(read(1, 1, 10, 0, 16, spoilt(tcp, 0, 0x40)));
        assertRefused(read(1, 5, 10, 0, 6, spoilt(udp(true, 0, 20), 0, 0x40)));
        assertRefused(read(1, 1, 10, 121, 16, tcp)); // no room for a header
        assertRefused(read(1, 1, 10, 120, 16, spoilt(tcp, 132, 0x50))); // none for a payload
        assertRefused(read(1, 1, 10, 20, 16, spoilt(tcp, 32, 0x40))); // a TCP header of 16 bytes
        assertRefused(read(1, 1, 10, 20, 16, spoilt(tcp(true, 0, ACK, 30), 32, 0xf0))); // of 60
        assertRefused(read(1, 5, 10, 20, 6, udp(true, 0, 0)));
        assertThat(packets(superTcp(tcp, 10))).as("the next one is sound again").hasSize(10);
    }

    @Test
    void congestionThatWasSignalledChangesNothingElse() {
        byte[] read = superTcp(tcp(true, 0, ACK | CWR, 100), 10);
        read[1] |= (byte) 0x80;
        assertThat(packets(read)).hasSize(10);
    }

    @Test
    void aSlotThatIsTooSmallLosesThatPacketOnly() {
        long to = arena.allocate(200).address();
        assertThat(begin(superTcp(tcp(true, 0, ACK, 250), 100))).isTrue();
        assertThat(segmentation.next(to, 140)).isEqualTo(140);
        assertThat(segmentation.next(to, 139)).isZero();
        assertThat(segmentation.next(to, 90)).isEqualTo(90);
        assertThat(Memory.getIntBig(to + 24)).isEqualTo(200);
        assertThat(segmentation.hasNext()).isFalse();
        assertThat(begin(read(0, 0, 0, 0, 0, udp(true, 0, 22)))).isTrue();
        assertThat(segmentation.next(to, 49)).isZero();
        assertThat(segmentation.hasNext()).isFalse();
    }

    @Test
    void theLargestIsSegmentedWhole() {
        byte[] packet = tcp(true, 0, ACK, 65_535 - 40);
        List<byte[]> packets = packets(superTcp(packet, 1_360));
        assertThat(packets).hasSize(49);
        assertThat(packets.stream().mapToInt(segment -> segment.length - 40).sum())
                .isEqualTo(65_495);
        assertThat(packets).allMatch(segment -> Packets.transportSum(segment) == 0xffff);
        assertThat(packets.getLast()).endsWith(packet[packet.length - 2], packet[packet.length - 1]);
    }

    /** Whatever is read, what comes of it does not depend on what lies behind, nor is anything written beyond a slot. */
    @Test
    void nothingIsReadOrWrittenBeyondItsEnd() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        long slot = arena.allocate(400).address();
        for (int step = 0; step < 50_000; step++) {
            byte[] read = rubbish(random);
            int length = random.nextInt(read.length + 1);
            int room = random.nextInt(160);
            byte[] first = outcome(read, length, slot, room, (byte) 0);
            assertThat(outcome(read, length, slot, room, (byte) 0xff))
                    .as("seed %d, step %d", seed, step)
                    .isEqualTo(first);
        }
    }

    private static byte[] rubbish(Random random) {
        boolean v4 = random.nextBoolean();
        boolean isTcp = random.nextBoolean();
        byte[] packet = isTcp ? tcp(v4, 0, ACK, random.nextInt(80), 1, 1, 1, 0) : udp(v4, 0, random.nextInt(80));
        int start = random.nextInt(4) > 0 ? v4 ? 20 : 40 : random.nextInt(150);
        int kind = random.nextInt(4) > 0 ? isTcp ? v4 ? 1 : 4 : 5 : random.nextInt(7);
        byte[] read = read(random.nextInt(4), kind, random.nextInt(60), start, isTcp ? 16 : 6, packet);
        for (int changes = random.nextInt(3); changes > 0; changes--) {
            read[VirtioHeader.BYTES + random.nextInt(Math.min(60, packet.length))] = (byte) random.nextInt();
        }
        return read;
    }

    /** All that it says and writes, with the memory behind what was read, and before it is written to, full of {@code other}. */
    private byte[] outcome(byte[] read, int length, long slot, int room, byte other) {
        Memory.ALL.asSlice(segmentation.room(), 600).fill(other);
        Memory.copy(read, 0, segmentation.room(), length);
        ByteBuffer outcome = ByteBuffer.allocate(1 << 16).put((byte) (segmentation.begin(length) ? 1 : 0));
        while (segmentation.hasNext()) {
            Memory.ALL.asSlice(slot, 400).fill((byte) 0x5a);
            int bytes = segmentation.next(slot, room);
            byte[] written = new byte[400];
            Memory.copy(slot, written, 0, 400);
            for (int i = bytes; i < 400; i++) {
                assertThat(written[i]).isEqualTo((byte) 0x5a);
            }
            outcome.put((byte) bytes).put(written, 0, bytes);
        }
        return Arrays.copyOf(outcome.array(), outcome.position());
    }
}
