package jumpvpn.node.data.tun;

import static jumpvpn.node.data.tun.Packets.ACK;
import static jumpvpn.node.data.tun.Packets.CWR;
import static jumpvpn.node.data.tun.Packets.FIN;
import static jumpvpn.node.data.tun.Packets.PSH;
import static jumpvpn.node.data.tun.Packets.SYN;
import static jumpvpn.node.data.tun.Packets.changed;
import static jumpvpn.node.data.tun.Packets.from;
import static jumpvpn.node.data.tun.Packets.identified;
import static jumpvpn.node.data.tun.Packets.spoilt;
import static jumpvpn.node.data.tun.Packets.tcp;
import static jumpvpn.node.data.tun.Packets.udp;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class CoalescingTest {
    /** How many packets each write for these stands for. */
    private static List<Integer> counts(byte[]... packets) {
        return Handed.of(List.of(packets)).stream().map(Handed.Write::packets).toList();
    }

    /** That these are written one by one, in this order and as they are. */
    private static void assertAlone(byte[]... packets) {
        List<Handed.Write> writes = Handed.of(List.of(packets));
        assertThat(writes).allMatch(write -> write.packets() == 1);
        byte[] plain = new byte[VirtioHeader.BYTES];
        for (Handed.Write write : writes) {
            plain[0] = (byte) (write.bytes()[0] & VirtioHeader.DATA_VALID);
            assertThat(write.bytes()).startsWith(plain);
        }
        assertThat(writes.stream().map(Handed.Write::packet)).containsExactly(packets);
    }

    /** Three of a flow, the second of them changed. */
    private static byte[][] flow(boolean v4, boolean isTcp, UnaryOperator<byte[]> second) {
        byte[][] packets = new byte[3][];
        for (int i = 0; i < 3; i++) {
            packets[i] = isTcp ? tcp(v4, 1000 + 100 * i, ACK, 100) : udp(v4, i, 100);
            packets[i] = v4 ? identified(packets[i], 5 + i) : packets[i];
        }
        packets[1] = second.apply(packets[1]);
        return packets;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void neighboursOfATcpFlowBecomeOne(boolean v4) {
        byte[] last = tcp(v4, 1200, ACK | PSH, 99);
        List<Handed.Write> writes = Handed.of(List.of(tcp(v4, 1000, ACK, 100), tcp(v4, 1100, ACK, 100), last));
        assertThat(writes).singleElement().satisfies(write -> {
            int ipBytes = v4 ? 20 : 40;
            byte[] packet = write.packet();
            assertThat(write.packets()).isEqualTo(3);
            assertThat(packet).hasSize(ipBytes + 20 + 299);
            assertThat(write.bytes())
                    .startsWith(VirtioHeader.NEEDS_CHECKSUM, v4 ? VirtioHeader.TCP_V4 : VirtioHeader.TCP_V6)
                    .startsWith(1, v4 ? 1 : 4, ipBytes + 20, 0, 100, 0, ipBytes, 0, 16, 0);
            assertThat(packet[ipBytes + 13]).isEqualTo((byte) (ACK | PSH));
            assertLength(packet);
            assertThat(completed(packet, ipBytes + 16)).isEqualTo(Packets.complete(packet.clone()));
        });
    }

    private static void assertLength(byte[] packet) {
        boolean v4 = packet[0] == 0x45;
        assertThat(ByteBuffer.wrap(packet).getShort(v4 ? 2 : 4) & 0xffff).isEqualTo(packet.length - (v4 ? 0 : 40));
    }

    /** What the kernel or a network card does: it sums what is there, the field's own value included. */
    private static byte[] completed(byte[] packet, int field) {
        int sum = ~Packets.sum(packet, Packets.ipBytes(packet), packet.length);
        return spoilt(spoilt(packet, field, sum >> 8), field + 1, sum);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void neighboursOfAUdpFlowBecomeOneWhereTheKernelTakesThem(boolean v4) {
        byte[][] packets = {udp(v4, 0, 100), udp(v4, 1, 100), udp(v4, 2, 1)};
        assertThat(Handed.of(List.of(packets))).singleElement().satisfies(write -> {
            int ipBytes = v4 ? 20 : 40;
            assertThat(write.packets()).isEqualTo(3);
            assertThat(write.bytes()).startsWith(1, 5, ipBytes + 8, 0, 100, 0, ipBytes, 0, 6, 0);
            assertThat(write.packet()).hasSize(ipBytes + 8 + 201);
            assertThat(write.packet()[ipBytes + 5]).isEqualTo((byte) 209);
            assertLength(write.packet());
            assertThat(completed(write.packet(), ipBytes + 6)).isEqualTo(Packets.complete(write.packet()));
        });
        Handed without = new Handed(false);
        Stream.of(packets).forEach(without::add);
        assertThat(without.flush()).hasSize(3).allMatch(write -> write.packets() == 1);
    }

    static final List<Arguments> DIFFERENCES = List.of(
            Arguments.of("TOS", true, true, 1, 4),
            Arguments.of("ECN", true, true, 1, 3),
            Arguments.of("DF", true, true, 6, 0),
            Arguments.of("TTL", true, true, 8, 63),
            Arguments.of("TOS", true, false, 1, 4),
            Arguments.of("TTL", true, false, 8, 63),
            Arguments.of("traffic class", false, true, 1, 0x10),
            Arguments.of("flow label", false, true, 3, 1),
            Arguments.of("hop limit", false, true, 7, 63),
            Arguments.of("hop limit", false, false, 7, 63),
            Arguments.of("sequence gap", true, true, 27, 1100 - 1 & 0xff),
            Arguments.of("ack", true, true, 31, 2),
            Arguments.of("reserved bits", true, true, 32, 0x51),
            Arguments.of("window", true, true, 35, 1),
            Arguments.of("window", false, true, 55, 1),
            Arguments.of("FIN", true, true, 33, ACK | FIN),
            Arguments.of("SYN", true, true, 33, ACK | SYN),
            Arguments.of("CWR", true, true, 33, ACK | CWR),
            Arguments.of("ECE", true, true, 33, ACK | 64),
            Arguments.of("URG", true, true, 33, ACK | 32),
            Arguments.of("RST", true, true, 33, ACK | 4),
            Arguments.of("no ACK", true, true, 33, 0));

    @ParameterizedTest(name = "{0}, IPv4 {1}, TCP {2}")
    @FieldSource("DIFFERENCES")
    void whatDiffersInItsHeadersIsNotJoined(String what, boolean v4, boolean isTcp, int at, int value) {
        assertThat(counts(flow(v4, isTcp, packet -> packet))).containsExactly(3);
        assertAlone(flow(v4, isTcp, packet -> changed(packet, at, value)));
    }

    @Test
    void otherAddressesAndPortsAreOtherFlows() {
        for (boolean v4 : new boolean[] {true, false}) {
            for (int at :
                    v4 ? new int[] {12, 15, 16, 19, 20, 21, 22, 23} : new int[] {8, 15, 16, 23, 24, 31, 32, 39, 41}) {
                byte[][] packets = flow(v4, true, packet -> changed(packet, at, packet[at] ^ 1));
                List<Handed.Write> writes = Handed.of(List.of(packets[1], packets[0], tcp(v4, 1100, ACK, 100)));
                assertThat(writes.stream().map(Handed.Write::packets))
                        .as("byte %d", at)
                        .containsExactly(1, 2);
            }
        }
    }

    @Test
    void anIdentificationCountsOnUnlessItMeansNothing() {
        byte[][] packets = flow(true, true, packet -> packet);
        assertThat(counts(packets[0], identified(packets[1], 77), packets[2]))
                .as("with DF")
                .containsExactly(3);
        for (int i = 0; i < 3; i++) {
            packets[i] = changed(identified(packets[i], 0xffff + i), 6, 0);
        }
        assertThat(counts(packets)).containsExactly(3);
        assertAlone(packets[0], identified(packets[1], 1), packets[2]);
    }

    @Test
    void optionsOfTcpHaveToBeTheSame() {
        int[] options = {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2};
        int[] others = {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 3};
        byte[] first = tcp(true, 0, ACK, 50, options);
        assertThat(counts(first, tcp(true, 50, ACK, 50, options))).containsExactly(2);
        assertAlone(first, tcp(true, 50, ACK, 50, others));
        assertAlone(first, tcp(true, 50, ACK, 50));
        assertAlone(first, tcp(true, 50, ACK, 50, 1, 1, 1, 1));
    }

    @Test
    void aWrongChecksumPassesAloneAndUnchanged() {
        for (boolean v4 : new boolean[] {true, false}) {
            for (boolean isTcp : new boolean[] {true, false}) {
                assertAlone(flow(
                        v4, isTcp, packet -> spoilt(packet, packet.length - 1, packet[packet.length - 1] + 1)));
            }
        }
        assertAlone(flow(true, true, packet -> spoilt(packet, 10, packet[10] + 1)));
        assertAlone(flow(true, false, packet -> spoilt(packet, 11, packet[11] + 1)));
    }

    @Test
    void udpWithoutAChecksumPassesAlone() {
        byte[][] packets = flow(true, false, packet -> spoilt(spoilt(packet, 26, 0), 27, 0));
        assertAlone(packets);
    }

    @Test
    void whatIsNotPlainPassesAloneAndNothingOvertakesIt() {
        byte[][] two = flow(true, true, packet -> packet);
        assertAlone(two[0], spoilt(two[1], 6, 0x20), two[2]); // a fragment
        assertAlone(two[0], spoilt(two[1], 0, 0x46), two[2]); // options
        assertAlone(two[0], spoilt(two[1], 9, 1), two[2]); // ICMP
        two = flow(false, false, packet -> packet);
        assertAlone(two[0], spoilt(two[1], 6, 44), two[2]); // an extension header
        assertAlone(spoilt(two[0], 0, 0x15));
        assertAlone(new byte[] {0x45}, new byte[] {0x60}, two[0], Arrays.copyOf(two[1], 41), two[2]);
    }

    @Test
    void transportHeadersThatDoNotFitPassAlone() {
        assertAlone(changed(tcp(true, 0, ACK, 100), 32, 0x40), changed(tcp(true, 104, ACK, 100), 32, 0x40));
        assertAlone(changed(tcp(true, 0, ACK, 20), 32, 0xa0)); // no payload is left
        assertAlone(changed(tcp(true, 0, ACK, 20), 32, 0xf0)); // longer than the packet
        assertAlone(changed(udp(true, 0, 20), 25, 27), changed(udp(true, 1, 20), 25, 29));
        assertAlone(udp(true, 0, 0), udp(true, 1, 0));
    }

    @Test
    void whatCannotBeJoinedKeepsItsPlaceInItsFlow() {
        for (byte[] between : new byte[][] {
            tcp(true, 1200, ACK, 0), tcp(true, 1200, SYN, 0), tcp(true, 1200, ACK | FIN, 5), tcp(true, 1200, 4, 0)
        }) {
            byte[] other = from(tcp(true, 0, ACK, 100), 99);
            List<byte[]> packets = List.of(
                    tcp(true, 1000, ACK, 100), other, tcp(true, 1100, ACK, 100), between, tcp(true, 1200, ACK, 100));
            List<Handed.Write> writes = Handed.of(packets);
            assertThat(writes.stream().map(Handed.Write::packets)).containsExactly(2, 1, 1, 1);
            assertThat(writes.get(1).packet()).isEqualTo(between);
            assertThat(writes.get(2).packet()).isEqualTo(other);
        }
    }

    @Test
    void aShorterOneOrPshClosesTheFlowAndALongerOneOpensItAgain() {
        assertThat(counts(
                        tcp(true, 0, ACK, 100),
                        tcp(true, 100, ACK, 99),
                        tcp(true, 199, ACK, 99),
                        tcp(true, 298, ACK | PSH, 99),
                        tcp(true, 397, ACK, 99),
                        tcp(true, 496, ACK, 100),
                        tcp(true, 596, ACK | PSH, 100),
                        tcp(true, 696, ACK | PSH, 100),
                        tcp(true, 796, ACK, 100)))
                .containsExactly(2, 2, 1, 2, 1, 1);
    }

    @Test
    void atMost64PacketsAreJoined() {
        byte[][] packets =
                IntStream.range(0, 150).mapToObj(i -> udp(false, i, 10)).toArray(byte[][]::new);
        assertThat(counts(packets)).containsExactly(64, 64, 22);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void atMost65535BytesAreJoined(boolean v4) {
        int room = 65_535 - (v4 ? 40 : 60) - 46 * 1400;
        for (int last : new int[] {room, room + 1}) {
            List<byte[]> packets = new ArrayList<>();
            for (int i = 0; i < 46; i++) {
                packets.add(tcp(v4, i * 1400, ACK, 1400));
            }
            packets.add(tcp(v4, 46 * 1400, ACK, last));
            List<Handed.Write> writes = Handed.of(packets);
            assertThat(writes.stream().map(Handed.Write::packets))
                    .containsExactly(last == room ? new Integer[] {47} : new Integer[] {46, 1});
        }
    }

    @Test
    void theOldestOfMoreThan16FlowsMakesRoom() {
        Handed handed = new Handed(true);
        for (int round = 0; round < 2; round++) {
            for (int port = 1; port <= 17; port++) {
                handed.add(from(tcp(true, round * 10, ACK, 10), port));
            }
            handed.add(from(tcp(true, round * 10 + 10, ACK, 10), 17));
        }
        List<Handed.Write> writes = handed.flush();
        assertThat(writes.stream().mapToInt(Handed.Write::packets).sum()).isEqualTo(36);
        assertThat(writes.getFirst().packet()[21]).isEqualTo((byte) 1);
        assertThat(writes.getLast().packets()).as("the newest, of two rounds").isEqualTo(2);
    }

    @Test
    void nothingIsHeldAfterAFlush() {
        Handed handed = new Handed(true);
        handed.add(tcp(true, 0, ACK, 10));
        assertThat(handed.flush()).hasSize(1);
        handed.add(tcp(true, 10, ACK, 10));
        assertThat(handed.flush()).hasSize(2);
        assertThat(handed.flush()).hasSize(2);
    }
}
