package jumpvpn.core.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jumpvpn.core.net.IpAddress;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of datagrams, ours and anybody's. */
class InboundTest {
    private static final long NOW = 5_000_000_000L;

    private final BindingPair pair = new BindingPair();
    private final LookupTable<Bound> bindings = new LookupTable<>();
    private final DropCounters drops = new DropCounters();
    private final Inbound inbound = new Inbound(bindings, drops, true);

    @BeforeEach
    void bind() {
        bindings.put(0, BindingPair.RIGHT_ID, pair.right);
        pair.right.gate.forward(pair.right);
        pair.right.gate.inner(List.of(IpAddress.parse("10.77.0.2"), IpAddress.parse("fd77::2")));
    }

    private Inbound.Disposition accept(byte[] datagram) {
        IpAddress from = BindingPair.LEFT.address();
        return inbound.accept(
                MemorySegment.ofArray(datagram),
                0,
                datagram.length,
                NOW,
                from.high(),
                from.low(),
                BindingPair.LEFT.port());
    }

    private Inbound.Disposition data(byte[] packet) {
        return accept(pair.left.sealed(PacketLayout.DATA, packet, NOW));
    }

    @Test
    void deliversThatSessionsPackets() {
        byte[] packet = Packets.v4("10.77.0.2", "10.88.0.1", 60);
        byte[] datagram = pair.left.sealed(PacketLayout.DATA, packet, NOW);
        assertThat(accept(datagram)).isEqualTo(Inbound.Disposition.DELIVER);
        assertThat(inbound.binding()).isSameAs(pair.right);
        assertThat(inbound.payloadLength()).isEqualTo(60);
        assertThat(java.util.Arrays.copyOfRange(datagram, 36, 96)).isEqualTo(packet);
        assertThat(data(Packets.v6("fd77::2", "fd88::1", 77))).isEqualTo(Inbound.Disposition.DELIVER);
    }

    @Test
    void opensNothingOfABindingOnceTheLeaseIsOver() {
        Lease lease = new Lease();
        Inbound leased = new Inbound(bindings, drops, true, lease);
        byte[] datagram = pair.left.sealed(PacketLayout.DATA, Packets.v4("10.77.0.2", "10.88.0.1", 60), NOW);
        byte[] unbound = {jumpvpn.core.control.MessageType.PROBE};
        lease.endsAt(NOW);
        assertThat(leased.accept(MemorySegment.ofArray(datagram), 0, datagram.length, NOW, 0, 0, 0))
                .isEqualTo(Inbound.Disposition.DROPPED);
        assertThat(leased.accept(MemorySegment.ofArray(unbound), 0, 1, NOW, 0, 0, 0))
                .isEqualTo(Inbound.Disposition.UNBOUND);
        assertThat(drops.get(DropReason.LEASE_OVER)).isOne();
        lease.endsAt(NOW + 1);
        assertThat(leased.accept(MemorySegment.ofArray(datagram), 0, datagram.length, NOW, 0, 0, 0))
                .as("untouched until then")
                .isEqualTo(Inbound.Disposition.DELIVER);
    }

    @Test
    void dropsForeignSourcesOnlyWhereItMust() {
        assertThat(data(Packets.v4("10.77.0.3", "10.88.0.1", 60))).isEqualTo(Inbound.Disposition.DROPPED);
        assertThat(data(Packets.v6("fd77::3", "fd88::1", 60))).isEqualTo(Inbound.Disposition.DROPPED);
        assertThat(drops.get(DropReason.FOREIGN_SOURCE)).isEqualTo(2);
        Inbound client = new Inbound(bindings, drops, false);
        byte[] datagram = pair.left.sealed(PacketLayout.DATA, Packets.v4("8.8.8.8", "10.77.0.2", 60), NOW);
        assertThat(client.accept(MemorySegment.ofArray(datagram), 0, datagram.length, NOW, 0, 0, 0))
                .isEqualTo(Inbound.Disposition.DELIVER);
    }

    @Test
    void deliversNothingThroughAClosedGate() {
        pair.right.gate.drop();
        assertThat(data(Packets.v4("10.77.0.2", "10.88.0.1", 60))).isEqualTo(Inbound.Disposition.DROPPED);
        assertThat(drops.get(DropReason.GATE_CLOSED)).isOne();
        pair.right.gate.hold(new HoldQueue(1, 1, drops));
        assertThat(data(Packets.v4("10.77.0.2", "10.88.0.1", 60)))
                .as("what arrives under the old keys is delivered")
                .isEqualTo(Inbound.Disposition.DELIVER);
    }

    @Test
    void dropsInnerPacketsThatAreNone() {
        assertThat(data(new byte[] {0x45})).isEqualTo(Inbound.Disposition.DROPPED);
        assertThat(data(new byte[40])).isEqualTo(Inbound.Disposition.DROPPED);
        byte[] longer = java.util.Arrays.copyOf(Packets.v4("10.77.0.2", "10.88.0.1", 60), 61);
        assertThat(data(longer)).isEqualTo(Inbound.Disposition.DROPPED);
        assertThat(drops.get(DropReason.BAD_INNER)).isEqualTo(3);
    }

    @Test
    void handsControlAndAcknowledgementsOn() {
        assertThat(accept(pair.left.sealed(PacketLayout.CONTROL, new byte[] {3}, NOW)))
                .isEqualTo(Inbound.Disposition.CONTROL);
        assertThat(data(new byte[0])).isEqualTo(Inbound.Disposition.ACKNOWLEDGED);
        assertThat(accept(pair.left.sealed(PacketLayout.CONTROL, new byte[0], NOW)))
                .isEqualTo(Inbound.Disposition.DROPPED);
    }

    @Test
    void countsWhatItDropsOnceAndByReason() {
        byte[] good = pair.left.sealed(PacketLayout.DATA, Packets.v4("10.77.0.2", "10.88.0.1", 60), NOW);
        byte[] bad = good.clone();
        bad[50] ^= 4;
        byte[] replay = good.clone();
        byte[] unknown = good.clone();
        unknown[4] ^= 1;
        assertThat(accept(bad)).isEqualTo(Inbound.Disposition.DROPPED);
        assertThat(accept(good)).isEqualTo(Inbound.Disposition.DELIVER);
        assertThat(accept(replay)).isEqualTo(Inbound.Disposition.DROPPED);
        assertThat(accept(unknown)).isEqualTo(Inbound.Disposition.DROPPED);
        assertThat(inbound.binding()).isNull();
        assertThat(drops.get(DropReason.BAD_TAG)).isOne();
        assertThat(drops.get(DropReason.REPLAYED)).isOne();
        assertThat(drops.get(DropReason.UNKNOWN_WIRE_ID)).isOne();
        long all = java.util.Arrays.stream(DropReason.values())
                .mapToLong(drops::get)
                .sum();
        assertThat(all).isEqualTo(3);
    }

    @Test
    void aFirstByteDecidesWhoLooks() {
        for (int type = 0; type < 256; type++) {
            byte[] datagram = new byte[100];
            datagram[0] = (byte) type;
            boolean ours = type >= 4 && type <= 0x0E;
            boolean bound = type >= 8 && type <= 10;
            assertThat(accept(datagram))
                    .as("first byte %d", type)
                    .isEqualTo(ours && !bound ? Inbound.Disposition.UNBOUND : Inbound.Disposition.DROPPED);
        }
    }

    @Test
    void takesRandomBytesOfEveryLength() {
        Random random = new Random(3);
        for (int length = 0; length <= 2000; length++) {
            byte[] datagram = new byte[length];
            random.nextBytes(datagram);
            if (length >= 12) {
                datagram[0] = (byte) (8 + length % 3);
                java.nio.ByteBuffer.wrap(datagram).putLong(4, BindingPair.RIGHT_ID);
            }
            assertThat(accept(datagram)).as("length %d", length).isEqualTo(Inbound.Disposition.DROPPED);
        }
        assertThat(pair.right.delivery.received()).isZero();
        assertThat(data(Packets.v4("10.77.0.2", "10.88.0.1", 60))).isEqualTo(Inbound.Disposition.DELIVER);
    }

    @Test
    void whatCameAheadOfItsBindingIsLeftUntouchedForAnotherTry() {
        bindings.remove(0, BindingPair.RIGHT_ID);
        byte[] datagram = pair.left.sealed(PacketLayout.DATA, Packets.v4("10.77.0.2", "10.88.0.1", 60), NOW);
        assertThat(tryAccept(datagram)).isEqualTo(Inbound.Disposition.UNKNOWN);
        assertThat(drops.get(DropReason.UNKNOWN_WIRE_ID)).isZero();
        bindings.put(0, BindingPair.RIGHT_ID, pair.right);
        assertThat(tryAccept(datagram)).isEqualTo(Inbound.Disposition.DELIVER);
    }

    private Inbound.Disposition tryAccept(byte[] datagram) {
        IpAddress from = BindingPair.LEFT.address();
        MemorySegment memory = MemorySegment.ofArray(datagram);
        return inbound.acceptOrWait(memory, 0, datagram.length, NOW, from.high(), from.low(), BindingPair.LEFT.port());
    }

    @Test
    void ofManyThreadsThatOpenTheSamePacketsEachPacketIsDeliveredOnce() throws Exception {
        int packets = 5000; // fewer than the replay window has room for
        List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < packets; i++) {
            sent.add(pair.left.sealed(PacketLayout.DATA, Packets.v4("10.77.0.2", "10.88.0.1", 60), NOW));
        }
        CyclicBarrier together = new CyclicBarrier(4);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Integer>> delivered = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                delivered.add(threads.submit(() -> {
                    Inbound own = Inbound.elsewhere(bindings, drops, true, new Lease(), -1, true);
                    int taken = 0;
                    together.await();
                    for (byte[] datagram : sent) {
                        byte[] copy = datagram.clone();
                        taken += own.accept(MemorySegment.ofArray(copy), 0, copy.length, NOW, 0, 0, 0)
                                        == Inbound.Disposition.DELIVER
                                ? 1
                                : 0;
                    }
                    return taken;
                }));
            }
            int all = 0;
            for (Future<Integer> taken : delivered) {
                all += taken.get();
            }
            assertThat(all).isEqualTo(packets);
            assertThat(drops.get(DropReason.REPLAYED)).isEqualTo(3L * packets);
            assertThat(pair.right.delivery.received()).isEqualTo(packets);
        }
    }
}
