package jumpvpn.core.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jumpvpn.core.net.IpAddress;
import org.junit.jupiter.api.Test;

/** The one gate between inner packets and the network. */
class OutboundTest {
    private static final long NOW = 5_000_000_000L;
    private static final byte[] PACKET = Packets.v4("10.88.0.1", "10.77.0.2", 60);

    private final BindingPair pair = new BindingPair();
    private final DropCounters drops = new DropCounters();
    private final LookupTable<ForwardingGate> routes = new LookupTable<>();
    private final ForwardingGate gate = pair.left.gate;
    private final Outbound outbound = new Outbound(routes::get, drops, true);

    OutboundTest() {
        IpAddress inner = IpAddress.parse("10.77.0.2");
        routes.put(inner.high(), inner.low(), gate);
        IpAddress six = IpAddress.parse("fd77::2");
        routes.put(six.high(), six.low(), gate);
    }

    private byte[] framed = new byte[0];

    private int accept(byte[] packet) {
        framed = new byte[packet.length + PacketLayout.OVERHEAD];
        System.arraycopy(packet, 0, framed, PacketLayout.PAYLOAD, packet.length);
        return outbound.accept(MemorySegment.ofArray(framed), 0, packet.length, NOW);
    }

    @Test
    void dropsUntilSomebodyOpensTheGate() {
        assertThat(gate.forwarding()).isInstanceOf(Forwarding.Drop.class);
        assertThat(accept(PACKET)).isZero();
        assertThat(outbound.binding()).isNull();
        assertThat(drops.get(DropReason.GATE_CLOSED)).isOne();
        gate.forward(pair.left);
        gate.drop();
        assertThat(accept(PACKET)).isZero();
        assertThat(drops.get(DropReason.GATE_CLOSED)).isEqualTo(2);
        assertThat(pair.left.sealed()).isZero();
    }

    @Test
    void sealsAndHoldsNothingOnceTheLeaseIsOver() {
        Lease lease = new Lease();
        Outbound leased = new Outbound(routes::get, drops, true, lease, 0, 0);
        byte[] room = new byte[PACKET.length + PacketLayout.OVERHEAD];
        System.arraycopy(PACKET, 0, room, PacketLayout.PAYLOAD, PACKET.length);
        gate.hold(new HoldQueue(1000, 1000, drops));
        lease.endsAt(NOW);
        assertThat(leased.accept(MemorySegment.ofArray(room), 0, PACKET.length, NOW))
                .isZero();
        gate.forward(pair.left);
        assertThat(leased.accept(MemorySegment.ofArray(room), 0, PACKET.length, NOW))
                .isZero();
        assertThat(drops.get(DropReason.LEASE_OVER)).isEqualTo(2);
        assertThat(pair.left.sealed()).isZero();
        lease.endsAt(NOW + 1);
        assertThat(leased.accept(MemorySegment.ofArray(room), 0, PACKET.length, NOW))
                .isEqualTo(112);
    }

    @Test
    void sealsForTheBindingBehindTheGate() {
        gate.forward(pair.left);
        assertThat(accept(PACKET)).isEqualTo(112);
        assertThat(outbound.binding()).isSameAs(pair.left);
        assertThat(pair.rightOpens(framed, NOW)).isEqualTo(60);
        assertThat(accept(Packets.v6("fd88::1", "fd77::2", 50))).isEqualTo(102);
    }

    @Test
    void saysOutsideWhatTheInnerFlowUnderstandsOfCongestion() {
        gate.forward(pair.left);
        byte[] packet = PACKET.clone();
        packet[1] = 1;
        accept(packet);
        assertThat(outbound.trafficClass()).isEqualTo(1);
        accept(PACKET);
        assertThat(outbound.trafficClass()).isZero();
    }

    @Test
    void holdsAndGivesWhatItHeldOnce() {
        HoldQueue queue = new HoldQueue(1000, 1000, drops);
        gate.hold(queue);
        assertThat(accept(PACKET)).isZero();
        gate.forward(pair.left); // the gate opens first, then the queue is drained
        assertThat(queue.drain(NOW)).singleElement().isEqualTo(PACKET);
        assertThat(accept(PACKET)).isPositive();
        assertThat(drops.get(DropReason.GATE_CLOSED)).isZero();
    }

    @Test
    void aPacketThatMeetsADrainedQueueTakesTheNewWay() {
        HoldQueue drained = new HoldQueue(1000, 1000, drops);
        drained.drain(NOW);
        Outbound racing = new Outbound(
                (_, _) -> {
                    gate.hold(drained);
                    new Thread(() -> gate.forward(pair.left))
                            .start(); // as the control thread does while we hold the old view
                    return gate;
                },
                drops,
                true);
        byte[] datagram = new byte[PACKET.length + PacketLayout.OVERHEAD];
        System.arraycopy(PACKET, 0, datagram, PacketLayout.PAYLOAD, PACKET.length);
        assertThat(racing.accept(MemorySegment.ofArray(datagram), 0, PACKET.length, NOW))
                .isEqualTo(112);
    }

    @Test
    void dropsWhatHasNoRouteOrIsNoPacket() {
        gate.forward(pair.left);
        assertThat(accept(Packets.v4("10.88.0.1", "10.77.0.3", 60))).isZero();
        assertThat(drops.get(DropReason.NO_ROUTE)).isOne();
        for (byte[] bad : List.of(new byte[0], new byte[] {0x45}, new byte[60], java.util.Arrays.copyOf(PACKET, 59))) {
            assertThat(accept(bad)).isZero();
            assertThat(outbound.binding()).isNull();
        }
        assertThat(drops.get(DropReason.BAD_INNER)).isEqualTo(4);
    }

    /** One cipher that two threads were inside would spoil packets. */
    @Test
    void shardsSealForOneBindingAtOnce() throws Exception {
        gate.forward(pair.left);
        int packets =
                2500; // all together fewer than the replay window has room for: one shard's are opened after another's
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Future<List<byte[]>>> sealed = new ArrayList<>();
            for (int shard = 0; shard < 3; shard++) {
                Outbound own = new Outbound(routes::get, drops, true, new Lease(), shard, 0);
                sealed.add(threads.submit(() -> {
                    List<byte[]> datagrams = new ArrayList<>();
                    for (int i = 0; i < packets; i++) {
                        byte[] datagram = new byte[PACKET.length + PacketLayout.OVERHEAD];
                        System.arraycopy(PACKET, 0, datagram, PacketLayout.PAYLOAD, PACKET.length);
                        own.accept(MemorySegment.ofArray(datagram), 0, PACKET.length, NOW);
                        datagrams.add(datagram);
                    }
                    return datagrams;
                }));
            }
            for (Future<List<byte[]>> datagrams : sealed) {
                for (byte[] datagram : datagrams.get()) {
                    assertThat(pair.rightOpens(datagram, NOW)).isEqualTo(PACKET.length);
                }
            }
            assertThat(pair.left.sealed()).isEqualTo(3L * packets);
        }
    }

    @Test
    void theOuterCodePointIsWhatTheOperatorSays() {
        gate.forward(pair.left);
        byte[] call = PACKET.clone();
        call[1] = (byte) 0xb9; // expedited forwarding, and the flow understands marks
        byte[] six = Packets.v6("fd88::1", "fd77::2", 50);
        six[0] = 0x6b;
        six[1] = (byte) 0x90;
        for (byte[] packet : List.of(call, six)) {
            assertThat(outerClass(0, packet)).as("hidden").isEqualTo(1);
            assertThat(outerClass(10, packet)).isEqualTo(10 << 2 | 1);
            assertThat(outerClass(Outbound.COPY_DSCP, packet)).isEqualTo(0xb9);
        }
    }

    private int outerClass(int dscp, byte[] packet) {
        Outbound by = new Outbound(routes::get, drops, true, new Lease(), 0, dscp);
        byte[] datagram = new byte[packet.length + PacketLayout.OVERHEAD];
        System.arraycopy(packet, 0, datagram, PacketLayout.PAYLOAD, packet.length);
        assertThat(by.accept(MemorySegment.ofArray(datagram), 0, packet.length, NOW))
                .isPositive();
        return by.trafficClass();
    }
}
