package jumpvpn.node.data.tun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.core.net.Prefix;
import jumpvpn.node.host.Errno;
import jumpvpn.node.host.Libc;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Memory;
import jumpvpn.node.host.Namespace;
import jumpvpn.node.host.NetworkConfig;
import jumpvpn.node.host.Poller;
import jumpvpn.node.transport.udp.UdpSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a real interface, in a network namespace of its own. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class TunDeviceTest {
    private static final int SLOT = 2048;
    private static final int HEADROOM = 64;

    private Namespace namespace;
    private final Arena arena = Arena.ofAuto();

    @BeforeEach
    void makeNamespace() throws Exception {
        Namespace.assumeTun();
        namespace = Namespace.create();
    }

    @AfterEach
    void removeNamespace() {
        if (namespace != null) {
            namespace.close();
        }
    }

    private PacketBatch batch(int slots) {
        return new PacketBatch(arena.allocate((long) slots * SLOT, 16).address(), slots, SLOT);
    }

    private static void await(int fd) throws LinuxException {
        Poller poller = new Poller(1);
        poller.watch(0, fd, false);
        assertThat(poller.await(5_000_000_000L)).as("no packet came").isEqualTo(1);
    }

    private static void readSome(TunDevice tun, PacketBatch batch) throws LinuxException {
        await(tun.fd());
        tun.read(batch, HEADROOM);
    }

    /** Two sockets of the kernel talk through the interface: what it sends to the far address comes back with the addresses exchanged. */
    @ParameterizedTest
    @CsvSource({
        "10.255.77.1/24 10.255.77.2, NONE",
        "10.255.77.1/24 10.255.77.2, TCP",
        "10.255.77.1/24 10.255.77.2, TCP_UDP",
        "fd77::1/64 fd77::2, NONE",
        "fd77::1/64 fd77::2, TCP_UDP"
    })
    void packetsComeOutWithHeadroomAndGoIn(String addresses, TunDevice.Offload offload) throws Exception {
        Prefix own = Prefix.parse(addresses.split(" ")[0]);
        Endpoint far = new Endpoint(IpAddress.parse(addresses.split(" ")[1]), 7);
        namespace.run(() -> {
            try (TunDevice tun = TunDevice.create("jvpntest0", offload);
                    NetworkConfig config = NetworkConfig.open()) {
                config.address("jvpntest0", own);
                config.up("jvpntest0", 1400);
                Namespace.awaitAddress(own.address());
                try (UdpSocket socket = UdpSocket.open(new Endpoint(own.address(), 7), null, 8)) {
                    PacketBatch out = batch(8);
                    for (int i = 0; i < 3; i++) {
                        out.length[i] = 100 + i;
                        out.peer(i, far);
                        Memory.putLong(out.address[i], 4711 + i);
                    }
                    assertThat(socket.send(out, 0, 3)).isEqualTo(3);
                    assertThat(socket.lastErrno()).isZero();
                    PacketBatch packets = batch(8);
                    readSome(tun, packets);
                    int headers = own.address().isV4() ? 28 : 48;
                    assertThat(packets.count).as("only what was sent").isEqualTo(3);
                    for (int i = 0; i < 3; i++) {
                        assertThat(packets.offset[i]).isEqualTo(HEADROOM);
                        assertThat(packets.length[i]).isEqualTo(headers + 100 + i);
                        exchangeAddresses(
                                packets.address[i] + HEADROOM, own.address().isV4());
                    }
                    for (int i = 0; i < 3; i++) {
                        tun.write(packets.address[i] + HEADROOM, packets.length[i]);
                    }
                    tun.flush();
                    assertThat(tun.dropped()).isZero();
                    for (int i = 0; i < 3; i++) {
                        PacketBatch one = batch(1);
                        await(socket.fd());
                        assertThat(socket.receive(one)).isEqualTo(1);
                        assertThat(one.peer(0)).isEqualTo(far);
                        assertThat(one.length[0]).isEqualTo(100 + i);
                        assertThat(Memory.getLong(one.address[0])).isEqualTo(4711 + i);
                    }
                    assertThat(tun.read(packets, HEADROOM)).isZero();
                    assertThat(tun.dropped()).isZero();
                }
            }
            return null;
        });
    }

    /** As an ICMP error from the thread that reads. */
    @ParameterizedTest
    @EnumSource
    void anAnswerGoesInAtOnce(TunDevice.Offload offload) throws Exception {
        Endpoint own = new Endpoint(IpAddress.parse("10.255.77.1"), 7);
        namespace.run(() -> {
            try (TunDevice tun = TunDevice.create("jvpntest0", offload);
                    NetworkConfig config = NetworkConfig.open()) {
                assertThat(tun.offload()).isEqualTo(offload);
                config.address("jvpntest0", Prefix.parse("10.255.77.1/24"));
                config.up("jvpntest0", 1400);
                try (UdpSocket socket = UdpSocket.open(own, null, 8)) {
                    PacketBatch out = batch(1);
                    out.length[0] = 100;
                    out.peer(0, new Endpoint(IpAddress.parse("10.255.77.2"), 7));
                    Memory.putLong(out.address[0], 4711);
                    socket.send(out, 0, 1);
                    PacketBatch packets = batch(1);
                    readSome(tun, packets);
                    exchangeAddresses(packets.address[0] + HEADROOM, true);
                    tun.answer(packets.address[0] + HEADROOM, packets.length[0]);
                    await(socket.fd());
                    assertThat(socket.receive(out)).isEqualTo(1);
                    assertThat(out.length[0]).isEqualTo(100);
                    assertThat(Memory.getLong(out.address[0])).isEqualTo(4711);
                }
            }
            return null;
        });
    }

    /** The checksums stay right, because sums do not depend on the order. */
    private static void exchangeAddresses(long packet, boolean v4) {
        int at = v4 ? 12 : 8;
        int size = v4 ? 4 : 16;
        byte[] from = new byte[size];
        byte[] to = new byte[size];
        Memory.copy(packet + at, from, 0, size);
        Memory.copy(packet + at + size, to, 0, size);
        Memory.copy(to, 0, packet + at, size);
        Memory.copy(from, 0, packet + at + size, size);
    }

    @Test
    void aTakenNameIsNeverTakenOver() throws Exception {
        namespace.ip("tuntap add dev keep0 mode tun"); // persistent: without care it could be joined
        namespace.run(() -> {
            for (String name : new String[] {"keep0", "lo"}) {
                assertThatThrownBy(() -> TunDevice.create(name))
                        .isInstanceOfSatisfying(
                                LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY))
                        .hasMessageStartingWith(
                                "cannot create the interface " + name + ": EBUSY; an interface with this")
                        .hasMessageContaining("choose another name");
            }
            try (TunDevice first = TunDevice.create("jvpntest0")) {
                assertThatThrownBy(() -> TunDevice.create(first.name())).hasMessageContaining("EBUSY");
            }
            return null;
        });
        assertThat(namespace.ip("link show keep0")).contains("keep0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sixteencharacter", "a/b", "a b", "tun%d", "..", "ä", "a:b"})
    void badNamesAreRefused(String name) {
        assertThatThrownBy(() -> TunDevice.create(name))
                .hasMessageContaining("a name has 1 to 15 printable characters");
    }

    @Test
    void writesBeforeTheLinkIsUpAndRubbishAreCounted() throws Exception {
        namespace.run(() -> {
            try (TunDevice tun = TunDevice.create("jvpntest0");
                    NetworkConfig config = NetworkConfig.open()) {
                PacketBatch packets = batch(1);
                Memory.putByte(packets.address[0] + HEADROOM, (byte) 0x45);
                tun.write(packets.address[0] + HEADROOM, 40);
                tun.flush();
                assertThat(tun.lastErrno()).isEqualTo(Errno.EIO);
                config.up("jvpntest0", 1400);
                Memory.putByte(packets.address[0] + HEADROOM, (byte) 0x15);
                tun.write(packets.address[0] + HEADROOM, 40);
                tun.flush();
                assertThat(tun.lastErrno()).isEqualTo(Errno.EINVAL);
                assertThat(tun.dropped()).isEqualTo(2);
            }
            return null;
        });
    }

    @ParameterizedTest
    @EnumSource
    void aPacketThatDoesNotFitItsSlotIsDroppedAsCut(TunDevice.Offload offload) throws Exception {
        int fits = SLOT - HEADROOM - (offload == TunDevice.Offload.NONE ? 1 : 0); // else what fills it may be cut
        namespace.run(() -> {
            try (TunDevice tun = TunDevice.create("jvpntest0", offload);
                    NetworkConfig config = NetworkConfig.open()) {
                config.address("jvpntest0", Prefix.parse("10.255.77.1/24"));
                config.up("jvpntest0", 9000);
                try (UdpSocket socket = UdpSocket.open(new Endpoint(IpAddress.parse("10.255.77.1"), 7), null, 2)) {
                    PacketBatch out = batch(2);
                    for (int i = 0; i < 2; i++) {
                        out.length[i] = fits + 1 - 28 - i;
                        out.peer(i, new Endpoint(IpAddress.parse("10.255.77.2"), 7));
                    }
                    socket.send(out, 0, 2);
                    readSome(tun, out);
                    assertThat(out.count).isEqualTo(1);
                    assertThat(out.length[0]).isEqualTo(fits);
                    assertThat(tun.cut()).isEqualTo(1);
                }
            }
            return null;
        });
    }

    @Test
    void aDeletedInterfaceIsSaid() throws Exception {
        namespace.run(() -> {
            try (TunDevice tun = TunDevice.create("jvpntest0")) {
                namespaceDelete();
                assertThatThrownBy(() -> tun.read(batch(1), 0))
                        .hasMessageContaining("cannot read from the interface jvpntest0: EBADFD; it is gone");
            }
            return null;
        });
    }

    private static void namespaceDelete() throws Exception {
        assertThat(new ProcessBuilder("ip", "link", "delete", "jvpntest0")
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void theInterfaceAndItsFileGoWithTheDevice() throws Exception {
        namespace.run(() -> {
            TunDevice.create("jvpntest0").close();
            long before = Namespace.openFiles();
            for (int i = 0; i < 20; i++) {
                TunDevice tun = TunDevice.create("jvpntest0");
                assertThat(tun.index())
                        .isEqualTo(Libc.ifNameToIndex("jvpntest0"))
                        .isPositive();
                assertThatThrownBy(() -> TunDevice.create("jvpntest0")).isInstanceOf(LinuxException.class);
                tun.close();
                tun.close();
                assertThat(Libc.ifNameToIndex("jvpntest0")).isZero();
            }
            assertThat(Namespace.openFiles()).isLessThan(before + 5);
            return null;
        });
    }
}
