package jumpvpn.node.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.core.transport.TransportCounter;
import jumpvpn.node.host.Errno;
import jumpvpn.node.host.Libc;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Memory;
import jumpvpn.node.host.Namespace;
import jumpvpn.node.host.Poller;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several datagrams as one message, out (UDP_SEGMENT) and in (UDP_GRO), and the same datagrams without. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class DatagramsTogetherTest {
    private static final int SLOTS = 64;
    private static final int SO_NO_CHECK = 11;
    private static final int UDP_NO_CHECK6_TX = 101;
    private static final int UDP_NO_CHECK6_RX = 102;
    private static final int MESSAGE = 1 << 16;

    private final Arena arena = Arena.ofAuto();

    private PacketBatch batch(int slots, int slotSize) {
        return new PacketBatch(arena.allocate((long) slots * slotSize, 16).address(), slots, slotSize);
    }

    /** As large as the receiving thread's: the kernel may put datagrams together. */
    private PacketBatch large() {
        return batch(512, 2048);
    }

    private static UdpSocket open(String address) throws LinuxException {
        return UdpSocket.open(at(address, 0), null, SLOTS);
    }

    private static Endpoint at(String address, int port) {
        return new Endpoint(IpAddress.parse(address), port);
    }

    /** Without checksums the kernel refuses to send several as one, as it does where hardware and routes can't: EINVAL. */
    private static void refuseTogether(UdpSocket socket) throws LinuxException {
        boolean v4 = socket.local().address().isV4();
        int status = v4
                ? Libc.setsockopt(socket.fd(), SocketOptions.SOL_SOCKET, SO_NO_CHECK, 1)
                : Libc.setsockopt(socket.fd(), MessageArray.SOL_UDP, UDP_NO_CHECK6_TX, 1);
        LinuxException.check(status, "switch checksums off");
        if (!v4) {
            LinuxException.check(Libc.setsockopt(socket.fd(), MessageArray.SOL_UDP, UDP_NO_CHECK6_RX, 1), "do without");
        }
    }

    /** A datagram of so many bytes that nothing else looks like. */
    private static void fill(PacketBatch batch, int slot, int length, int number, Endpoint peer) {
        batch.offset[slot] = 16;
        batch.length[slot] = length;
        byte[] bytes = new byte[length];
        new Random(number).nextBytes(bytes);
        Memory.copy(bytes, 0, batch.address[slot] + 16, length);
        batch.peer(slot, peer);
        batch.count = slot + 1;
    }

    /** So many slots of one length. */
    private static void fillRow(PacketBatch batch, int from, int count, int length, Endpoint peer) {
        for (int i = from; i < from + count; i++) {
            fill(batch, i, length, i, peer);
        }
    }

    /** A received datagram, its bytes by length and hash, and whether it lay behind another of one message. */
    private record Received(String bytes, Endpoint peer, IpAddress local, boolean isTogether) {}

    private static String bytes(PacketBatch batch, int slot) {
        byte[] bytes = new byte[batch.length[slot]];
        Memory.copy(batch.address[slot] + batch.offset[slot], bytes, 0, bytes.length);
        return bytes.length + ":" + Integer.toHexString(Arrays.hashCode(bytes));
    }

    private static List<Received> receive(UdpSocket socket, PacketBatch batch, int count) throws LinuxException {
        Poller poller = new Poller(1);
        poller.watch(0, socket.fd(), false);
        List<Received> all = new ArrayList<>();
        while (all.size() < count) {
            assertThat(poller.await(5_000_000_000L))
                    .as("%d of %d arrived", all.size(), count)
                    .isEqualTo(1);
            socket.receive(batch);
            for (int i = 0; i < batch.count; i++) {
                boolean isTogether =
                        batch.address[i] != batch.home(i) && (batch.address[i] - batch.home(0)) % MESSAGE != 0;
                all.add(new Received(bytes(batch, i), batch.peer(i), batch.local(i), isTogether));
            }
        }
        assertThat(socket.receive(batch)).as("no more than was sent").isZero();
        return all;
    }

    private static List<String> sentTo(UdpSocket socket, PacketBatch batch) {
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < batch.count; i++) {
            if (batch.peer(i).equals(socket.local())) {
                sent.add(bytes(batch, i));
            }
        }
        return sent;
    }

    @ParameterizedTest(name = "{0}, refused {1}, large batch {2}")
    @CsvSource({
        "127.0.0.1, false, true",
        "127.0.0.1, false, false",
        "127.0.0.1, true, true",
        "127.0.0.1, true, false",
        "::1, false, true",
        "::1, false, false",
        "::1, true, true",
        "::1, true, false"
    })
    void allSizesArriveWholeBothWays(String address, boolean isRefused, boolean isLarge) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (UdpSocket a = open(address);
                UdpSocket b = open(address);
                UdpSocket c = open(address)) {
            if (isRefused) {
                refuseTogether(a);
                refuseTogether(b);
                refuseTogether(c);
            }
            PacketBatch in = isLarge ? large() : batch(16, 2048);
            boolean anyTogether = false;
            for (int round = 0; round < 20; round++) {
                anyTogether |= exchange(random, a, List.of(b, c), in, seed);
                anyTogether |= exchange(random, b, List.of(a, c), in, seed);
            }
            assertThat(anyTogether).as("seed %d", seed).isEqualTo(isLarge && !isRefused);
        }
    }

    /** Runs of one size, some with a shorter one behind, to either. */
    private boolean exchange(Random random, UdpSocket from, List<UdpSocket> peers, PacketBatch in, long seed)
            throws LinuxException {
        PacketBatch out = batch(150, 2048);
        int slot = 0;
        while (slot < 150) {
            int length = random.nextInt(5) == 0 ? random.nextInt(4) : 1 + random.nextInt(1_500);
            Endpoint peer = peers.get(random.nextInt(2)).local();
            for (int run = random.nextInt(80); run >= 0 && slot < 150; run--) {
                fill(out, slot++, run == 0 ? random.nextInt(length + 1) : length, random.nextInt(), peer);
            }
        }
        assertThat(from.send(out, 0, 150)).isEqualTo(150);
        assertThat(from.count(TransportCounter.REFUSED)).isZero();
        boolean anyTogether = false;
        for (UdpSocket peer : peers) {
            List<String> sent = sentTo(peer, out);
            List<Received> received = receive(peer, in, sent.size());
            assertThat(received).extracting(Received::bytes).as("seed %d", seed).isEqualTo(sent);
            assertThat(received).allMatch(datagram -> datagram.peer().equals(from.local()));
            assertThat(peer.count(TransportCounter.CUT)).isZero();
            anyTogether |= received.stream().anyMatch(Received::isTogether);
        }
        return anyTogether;
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void whatIsTooBigForTheInterfaceDoesNotTakeItsNeighboursAlong(String address) throws Exception {
        try (Namespace namespace = Namespace.create()) {
            namespace.ip("link set lo mtu 1500");
            namespace.run(() -> {
                try (UdpSocket a = open(address);
                        UdpSocket b = open(address)) {
                    PacketBatch out = batch(30, 2048);
                    PacketBatch in = large();
                    b.receive(in); // as of now the kernel may put them together
                    fillRow(out, 0, 5, 1000, b.local());
                    fillRow(out, 5, 6, 1600, b.local());
                    fillRow(out, 11, 1, 1400, b.local()); // the last of one row with those
                    fillRow(out, 12, 5, 1600, b.local());
                    fillRow(out, 17, 13, 1000, b.local());
                    assertThat(a.send(out, 0, 30)).isEqualTo(30);
                    assertThat(a.count(TransportCounter.REFUSED)).isEqualTo(11);
                    assertThat(a.lastErrno()).isEqualTo(Errno.EMSGSIZE);
                    List<String> sent = sentTo(b, out);
                    sent.subList(12, 17).clear();
                    sent.subList(5, 11).clear();
                    List<Received> received = receive(b, in, 19);
                    assertThat(received).extracting(Received::bytes).isEqualTo(sent);
                    assertThat(received.getLast().isTogether())
                            .as("still sent together")
                            .isTrue();
                }
                return null;
            });
        }
    }

    @ParameterizedTest
    @CsvSource({"64, 1400, 2", "130, 10, 3", "2, 65000, 2"})
    void asManyGoTogetherAsTheKernelTakes(int count, int length, int messages) throws Exception {
        try (UdpSocket a = UdpSocket.open(at("127.0.0.1", 0), null, 200);
                UdpSocket b = open("127.0.0.1")) {
            PacketBatch out = batch(count, 1 << 16);
            fillRow(out, 0, count, length, b.local());
            PacketBatch in = batch(512, 1 << 16);
            b.receive(in);
            assertThat(a.send(out, 0, count)).isEqualTo(count);
            List<Received> received = receive(b, in, count);
            assertThat(received).extracting(Received::bytes).isEqualTo(sentTo(b, out));
            assertThat(received).filteredOn(datagram -> !datagram.isTogether()).hasSize(messages);
        }
    }

    @Test
    void aPeerOfTheOtherFamilyDoesNotEndSendingTogether() throws Exception {
        try (UdpSocket a = open("127.0.0.1");
                UdpSocket b = open("127.0.0.1")) {
            PacketBatch out = batch(9, 2048);
            PacketBatch in = large();
            b.receive(in);
            fillRow(out, 0, 3, 100, b.local());
            fillRow(out, 3, 3, 100, at("::1", 9));
            fillRow(out, 6, 3, 100, b.local());
            assertThat(a.send(out, 0, 9)).isEqualTo(9);
            assertThat(a.count(TransportCounter.REFUSED)).isEqualTo(3);
            List<Received> received = receive(b, in, 6);
            assertThat(received).extracting(Received::bytes).isEqualTo(sentTo(b, out));
            assertThat(received).extracting(Received::isTogether).containsExactly(false, true, true, false, true, true);
        }
    }

    /** A firewall sees the row as one long packet, until its rules change. */
    @Test
    void aPassingRefusalDoesNotEndSendingTogether() throws Exception {
        try (Namespace namespace = Namespace.create()) {
            namespace.command("nft", "add table ip t");
            namespace.command("nft", "add chain ip t c { type filter hook output priority 0 ; }");
            namespace.command("nft", "add rule ip t c meta length > 1000 drop");
            namespace.run(() -> {
                try (UdpSocket a = open("127.0.0.1");
                        UdpSocket b = open("127.0.0.1")) {
                    PacketBatch out = batch(5, 2048);
                    fillRow(out, 0, 5, 500, b.local());
                    PacketBatch in = large();
                    b.receive(in);
                    for (boolean isTogether : new boolean[] {false, true}) {
                        assertThat(a.send(out, 0, 5)).isEqualTo(5);
                        List<Received> received = receive(b, in, 5);
                        assertThat(received).extracting(Received::bytes).isEqualTo(sentTo(b, out));
                        assertThat(received.getLast().isTogether()).isEqualTo(isTogether);
                        assertThat(new ProcessBuilder("nft", "flush table ip t")
                                        .start()
                                        .waitFor())
                                .isZero();
                    }
                    assertThat(a.count(TransportCounter.REFUSED)).isZero();
                }
                return null;
            });
        }
    }

    @Test
    void eachLeavesFromItsOwnLocalAddress() throws Exception {
        try (UdpSocket a = open("0.0.0.0");
                UdpSocket b = open("127.0.0.1")) {
            PacketBatch out = batch(12, 2048);
            PacketBatch in = large();
            b.receive(in);
            fillRow(out, 0, 12, 100, b.local());
            List<Endpoint> from = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                from.add(at("127.0.0." + (1 + i / 2 % 3), a.local().port()));
                out.localHigh[i] = from.get(i).address().high();
                out.localLow[i] = from.get(i).address().low();
            }
            assertThat(a.send(out, 0, 12)).isEqualTo(12);
            List<Received> received = receive(b, in, 12);
            assertThat(received).extracting(Received::peer).isEqualTo(from);
            assertThat(received).extracting(Received::bytes).isEqualTo(sentTo(b, out));
            assertThat(received).filteredOn(Received::isTogether).hasSize(6);
        }
    }

    @ParameterizedTest
    @CsvSource({"0.0.0.0, 127.0.0.9", "::, ::1"})
    void theAddressThatTheyWereSentToIsThatOfEach(String any, String asked) throws Exception {
        try (UdpSocket a = open(any);
                UdpSocket b = open(any)) {
            PacketBatch out = batch(5, 2048);
            fillRow(out, 0, 5, 100, at(asked, b.local().port()));
            PacketBatch in = large();
            b.receive(in);
            a.send(out, 0, 5);
            assertThat(receive(b, in, 5))
                    .allMatch(datagram -> datagram.local().equals(IpAddress.parse(asked)))
                    .last()
                    .matches(Received::isTogether);
        }
    }

    /** However few slots the batch or the socket has. */
    @ParameterizedTest
    @CsvSource({"64, 2048, 64", "100, 2048, 64", "200, 1024, 64", "512, 2048, 2", "63, 4096, 64", "512, 2048, 1"})
    void asManyAsFitAreTakenAtATime(int batchSlots, int slotSize, int socketSlots) throws Exception {
        try (UdpSocket a = open("127.0.0.1");
                UdpSocket b = UdpSocket.open(at("127.0.0.1", 0), null, socketSlots)) {
            PacketBatch out = batch(640, 64);
            PacketBatch in = batch(batchSlots, slotSize);
            b.receive(in);
            fillRow(out, 0, 640, 10, b.local());
            assertThat(a.send(out, 0, 640)).isEqualTo(640);
            assertThat(receive(b, in, 640)).extracting(Received::bytes).isEqualTo(sentTo(b, out));
            assertThat(b.count(TransportCounter.CUT)).isZero();
        }
    }

    @Test
    void aSmallBatchAfterALargeOneLosesNothing() throws Exception {
        try (UdpSocket a = open("127.0.0.1");
                UdpSocket b = open("127.0.0.1")) {
            PacketBatch out = batch(20, 2048);
            fillRow(out, 0, 20, 1000, b.local());
            PacketBatch large = large();
            PacketBatch small = batch(8, 2048);
            for (PacketBatch in : List.of(small, large, small, large)) {
                b.receive(in);
                assertThat(a.send(out, 0, 20)).isEqualTo(20);
                assertThat(receive(b, in, 20)).extracting(Received::bytes).isEqualTo(sentTo(b, out));
            }
        }
    }

    @Test
    void togetherOnesThatAreLongerThanTheirSlotsAreEmptyAndCounted() throws Exception {
        try (UdpSocket a = open("127.0.0.1");
                UdpSocket b = open("127.0.0.1")) {
            PacketBatch out = batch(6, 2048);
            fillRow(out, 0, 3, 1025, b.local());
            fillRow(out, 3, 3, 1024, b.local());
            PacketBatch in = batch(512, 1024);
            b.receive(in);
            assertThat(a.send(out, 0, 6)).isEqualTo(6);
            List<String> sent = sentTo(b, out);
            assertThat(receive(b, in, 6))
                    .extracting(Received::bytes)
                    .containsExactly("0:1", "0:1", "0:1", sent.get(3), sent.get(4), sent.get(5));
            assertThat(b.count(TransportCounter.CUT)).isEqualTo(3);
        }
    }
}
