package jumpvpn.node.data.tun;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;

/** {@link Coalescing} and {@link Segmentation} on random flows: what one joins the other takes apart to the same, in each flow's order. */
class FlowsTest {
    /** One end's packets, as they come. */
    private static final class Flow {
        private final Random random;
        private final boolean v4;
        private final boolean isTcp;
        private final boolean isAtomic;
        private final int port;
        private final int most;
        private int sequence;
        private int identification;
        private int stamp;

        Flow(Random random, int port) {
            this.random = random;
            this.port = port;
            v4 = random.nextBoolean();
            isTcp = random.nextInt(3) > 0;
            isAtomic = random.nextBoolean();
            most = 1 + random.nextInt(1_400);
            sequence = random.nextInt();
            identification = random.nextInt();
        }

        byte[] next() {
            int payload = random.nextInt(8) > 0 ? most : random.nextInt(most + 100);
            int flags = random.nextInt(10) > 0 ? Packets.ACK : random.nextInt(256);
            stamp += random.nextInt(20) > 0 ? 0 : 1;
            sequence += random.nextInt(20) > 0 ? 0 : random.nextInt(3) - 1;
            identification += random.nextInt(20) > 0 ? 1 : random.nextInt(3);
            byte[] packet = isTcp
                    ? Packets.tcp(v4, sequence, flags, payload, 1, 1, 8, 10, 0, 0, 0, stamp, 0, 0, 0, 0)
                    : Packets.udp(v4, sequence, payload);
            sequence += isTcp ? payload : 1;
            packet = Packets.from(packet, port);
            if (v4) {
                packet = Packets.identified(Packets.changed(packet, 6, isAtomic ? 0x40 : 0), identification);
            }
            int at = random.nextInt(packet.length);
            return switch (random.nextInt(30)) {
                case 0 -> Packets.spoilt(packet, at, packet[at] ^ 1 << random.nextInt(8));
                case 1 -> Packets.changed(packet, v4 ? 8 : 7, 1 + random.nextInt(2));
                default -> packet;
            };
        }
    }

    @RepeatedTest(60)
    void whatIsJoinedAndTakenApartIsTheSame() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Flow> flows = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(random.nextBoolean() ? 3 : 30); i++) {
            flows.add(new Flow(random, 1000 + i));
        }
        Handed handed = new Handed(random.nextInt(4) > 0);
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            Flow flow = flows.get(random.nextInt(flows.size()));
            for (int burst = random.nextInt(9); burst >= 0; burst--) {
                packets.add(flow.next());
                handed.add(packets.getLast());
            }
            if (random.nextInt(50) == 0) {
                handed.flush();
            }
        }
        List<Handed.Write> writes = handed.flush();
        List<byte[]> found = Handed.segmented(writes);
        assertThat(byFlow(found)).as("seed %d", seed).isEqualTo(byFlow(packets));
        assertThat(writes.stream().mapToInt(Handed.Write::packets).sum()).isEqualTo(packets.size());
        if (flows.stream().anyMatch(flow -> flow.isTcp)) {
            assertThat(writes.size()).as("seed %d", seed).isLessThan(packets.size());
        }
    }

    /** The packets of each flow; identifications that mean nothing are left out. */
    private static Map<String, List<String>> byFlow(List<byte[]> packets) {
        Map<String, List<String>> flows = new LinkedHashMap<>();
        HexFormat hex = HexFormat.of();
        for (byte[] packet : packets) {
            boolean v4 = packet[0] >>> 4 == 4;
            byte[] key = v4 ? Arrays.copyOfRange(packet, 9, 24) : Arrays.copyOfRange(packet, 6, 44);
            if (v4) {
                key[1] = key[2] = 0; // the checksum
            }
            boolean isAtomic = v4 && (packet[6] & 0x40) != 0 && Packets.sum(packet, 0, 20) == 0xffff;
            byte[] compared = isAtomic ? withoutIdentification(packet) : packet;
            flows.computeIfAbsent(hex.formatHex(key), any -> new ArrayList<>()).add(hex.formatHex(compared));
        }
        return flows;
    }

    private static byte[] withoutIdentification(byte[] packet) {
        byte[] compared = packet.clone();
        compared[4] = compared[5] = compared[10] = compared[11] = 0;
        return compared;
    }
}
