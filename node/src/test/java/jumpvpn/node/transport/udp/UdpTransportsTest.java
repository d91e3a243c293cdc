package jumpvpn.node.transport.udp;

import static jumpvpn.node.transport.udp.Datagrams.at;
import static jumpvpn.node.transport.udp.Datagrams.batch;
import static jumpvpn.node.transport.udp.Datagrams.fill;
import static jumpvpn.node.transport.udp.Datagrams.receive;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.TimeUnit;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.core.transport.Transport;
import jumpvpn.core.transport.TransportCounter;
import jumpvpn.node.host.Errno;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Memory;
import jumpvpn.node.host.Namespace;
import jumpvpn.node.transport.udp.Datagrams.Received;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every UDP transport promises. */
@ParameterizedClass
@EnumSource(UdpTransportsTest.Kind.class)
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class UdpTransportsTest {
    private static final int SLOTS = 16;

    enum Kind {
        BATCHES,
        NIO;

        Transport open(Endpoint local, @Nullable String device, int slots) throws LinuxException {
            return this == NIO ? NioUdpSocket.open(local, device, 1024) : UdpSocket.open(local, device, slots);
        }

        /** Java tells no numbers. */
        void assertLastErrno(Transport socket, Integer... oneOf) {
            if (socket instanceof UdpSocket udp) {
                assertThat(udp.lastErrno()).isIn((Object[]) oneOf);
            }
        }
    }

    @Parameter
    private Kind kind;

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void batchesArriveWholeInOrderWithPeerAndLocalAddress(String address) throws Exception {
        try (Transport a = kind.open(at(address, 0), null, SLOTS);
                Transport b = kind.open(at(address, 0), null, SLOTS)) {
            PacketBatch out = batch(40, 2048);
            for (int i = 0; i < 40; i++) { // more than one system call takes
                fill(out, i, i, 8 + i * 30, 1000 + i, b.local());
            }
            assertThat(a.send(out, 0, 40)).isEqualTo(40);
            PacketBatch in = batch(SLOTS, 2048);
            List<Received> received = receive(b, in, 40);
            for (int i = 0; i < 40; i++) {
                assertThat(received.get(i))
                        .isEqualTo(new Received(1000 + i, 0, 8 + i * 30, a.local(), IpAddress.parse(address)));
            }
            assertThat(b.receive(in)).isZero();
            assertThat(a.count(TransportCounter.REFUSED)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void oneDatagramThatTheKernelRefusesDoesNotStopTheRest(String address) throws Exception {
        try (Transport a = kind.open(at(address, 0), null, SLOTS);
                Transport b = kind.open(at(address, 0), null, SLOTS)) {
            PacketBatch out = batch(5, 1 << 17);
            fill(out, 0, 0, 10, 0, b.local());
            fill(out, 1, 0, 70_000, 1, b.local()); // no datagram is that long
            fill(out, 2, 0, 10, 2, b.local());
            fill(
                    out,
                    3,
                    0,
                    10,
                    3,
                    address.contains(":") ? at("127.0.0.1", b.local().port()) : at("::1", 9)); // wrong family
            fill(out, 4, 0, 10, 4, b.local());
            assertThat(a.send(out, 0, 5)).isEqualTo(5);
            assertThat(a.count(TransportCounter.REFUSED) + a.count(TransportCounter.TOO_LONG))
                    .isEqualTo(2);
            kind.assertLastErrno(a, Errno.EAFNOSUPPORT, Errno.ENETUNREACH);
            PacketBatch in = batch(SLOTS, 2048);
            assertThat(receive(b, in, 3)).extracting(Received::mark).containsExactly(0L, 2L, 4L);
        }
    }

    @Test
    void aDatagramLongerThanItsSlotIsEmptyAndCounted() throws Exception {
        try (Transport a = kind.open(at("127.0.0.1", 0), null, SLOTS);
                Transport b = kind.open(at("127.0.0.1", 0), null, SLOTS)) {
            PacketBatch out = batch(3, 4096);
            fill(out, 0, 0, 101, 7, b.local());
            fill(out, 1, 0, 100, 8, b.local());
            fill(out, 2, 0, 0, 9, b.local());
            a.send(out, 0, 3);
            PacketBatch in = batch(4, 100);
            assertThat(receive(b, in, 3)).extracting(Received::length).containsExactly(0, 100, 0);
            assertThat(b.count(TransportCounter.CUT)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void anotherBatchIsFilledInItsOwnMemory(String address) throws Exception {
        try (Transport a = kind.open(at(address, 0), null, SLOTS);
                Transport b = kind.open(at(address, 0), null, SLOTS)) {
            PacketBatch out = batch(1, 64);
            PacketBatch first = batch(2, 64);
            PacketBatch second = batch(2, 64);
            for (long mark = 1; mark <= 4; mark++) {
                fill(out, 0, 0, 8, mark, b.local());
                a.send(out, 0, 1);
                receive(b, mark % 2 == 0 ? second : first);
            }
            assertThat(Memory.getLong(first.address[0])).isEqualTo(3);
            assertThat(Memory.getLong(second.address[0])).isEqualTo(4);
        }
    }

    @Test
    void aFullKernelBufferIsBackPressureNotLoss() throws Exception {
        try (Namespace namespace = Namespace.create()) {
            namespace.ip("link add v0 type veth peer name v1");
            namespace.ip("addr add 10.255.1.1/24 dev v0");
            namespace.ip("link set v0 up");
            namespace.ip("link set v1 up");
            namespace.ip("neigh add 10.255.1.2 lladdr 02:00:00:00:00:02 dev v0");
            namespace.command(
                    "tc", "qdisc", "add", "dev", "v0", "root", "tbf", "rate", "1mbit", "burst", "3000", "limit",
                    "100mb");
            namespace.run(() -> {
                try (Transport a = kind.open(at("10.255.1.1", 0), "v0", SLOTS)) {
                    PacketBatch out = batch(SLOTS, 1400);
                    for (int i = 0; i < SLOTS; i++) {
                        fill(out, i, 0, 1400, i, at("10.255.1.2", 9));
                    }
                    int sent = 0;
                    int calls = 0;
                    while (a.count(TransportCounter.NO_ROOM) == 0 && calls++ < 10_000) {
                        sent += a.send(out, 0, SLOTS);
                    }
                    assertThat(a.count(TransportCounter.NO_ROOM)).isEqualTo(1);
                    assertThat(a.count(TransportCounter.REFUSED)).isZero();
                    assertThat(sent).isGreaterThan(100).isLessThan(calls * SLOTS);
                }
                return null;
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void aPortInUseIsRefusedByName(String address) throws Exception {
        try (Transport first = kind.open(at(address, 0), null, SLOTS)) {
            assertThatThrownBy(() -> kind.open(first.local(), null, SLOTS))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("cannot open UDP socket on " + first.local() + ": EADDRINUSE")
                    .hasMessageContaining("choose another port");
        }
    }

    @Test
    void aForeignAddressIsRefusedByName() {
        assertThatThrownBy(() -> kind.open(at("192.0.2.77", 0), null, SLOTS))
                .hasMessageContaining("192.0.2.77:0: EADDRNOTAVAIL; no interface has this address");
    }

    @Test
    void tooBigForTheInterfaceIsRefusedNeverFragmented() throws Exception {
        try (Namespace namespace = Namespace.create()) {
            namespace.ip("link set lo mtu 1500");
            for (String address : new String[] {"127.0.0.1", "::1"}) {
                namespace.run(() -> {
                    try (Transport a = kind.open(at(address, 0), null, SLOTS)) {
                        PacketBatch out = batch(2, 2048);
                        int headers = address.contains(":") ? 48 : 28;
                        fill(out, 0, 0, 1500 - headers + 1, 0, a.local());
                        fill(out, 1, 0, 1500 - headers, 1, a.local());
                        assertThat(a.send(out, 0, 2)).isEqualTo(2);
                        assertThat(a.count(TransportCounter.REFUSED)).isEqualTo(1);
                        kind.assertLastErrno(a, Errno.EMSGSIZE);
                        PacketBatch in = batch(2, 2048);
                        receive(a, in);
                        assertThat(in.length[0]).isEqualTo(1500 - headers);
                    }
                    return null;
                });
            }
        }
    }

    /** Though the kernel gives its file's number to the next. */
    @Test
    void aClosedSocketSendsNothing() throws Exception {
        Transport a = kind.open(at("127.0.0.1", 0), null, 1);
        a.close();
        try (Transport b = kind.open(at("127.0.0.1", 0), null, 1)) {
            PacketBatch out = batch(1, 64);
            fill(out, 0, 0, 8, 1, b.local());
            a.send(out, 0, 1);
            assertThat(a.count(TransportCounter.REFUSED)).isEqualTo(1);
            assertThat(b.receive(out)).isZero();
        }
    }

    @Test
    void nothingStaysOpen() throws Exception {
        long before = Namespace.openFiles();
        for (int i = 0; i < 50; i++) {
            try (Transport socket = kind.open(at("127.0.0.1", 0), null, 1)) {
                assertThatThrownBy(() -> kind.open(socket.local(), null, 1)).isInstanceOf(LinuxException.class);
            }
        }
        assertThat(Namespace.openFiles()).isLessThan(before + 10);
    }
}
