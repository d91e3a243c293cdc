package jumpvpn.node.data.tun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.core.net.Prefix;
import jumpvpn.node.host.Memory;
import jumpvpn.node.host.Namespace;
import jumpvpn.node.host.NetworkConfig;
import jumpvpn.node.host.Poller;
import jumpvpn.node.transport.udp.UdpSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two kernels' own TCP and UDP through two interfaces, each in a network namespace, of which one may join less than the other. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class TunOffloadTest {
    private static final String NAME = "jvpntest0";
    private static final int SLOT = 2048;
    private static final int HEADROOM = 64;
    private static final int STREAM_BYTES = 2_000_000;

    private final Arena arena = Arena.ofAuto();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private Namespace left;
    private Namespace right;
    private final Set<TunDevice> busy = ConcurrentHashMap.newKeySet();
    private volatile boolean isOver;

    @BeforeEach
    void makeNamespaces() throws Exception {
        Namespace.assumeTun();
        left = Namespace.create();
        right = Namespace.create();
    }

    @AfterEach
    void removeNamespaces() {
        threads.shutdownNow();
        if (left != null) {
            left.close();
        }
        if (right != null) {
            right.close();
        }
    }

    private static TunDevice create(Namespace namespace, int host, TunDevice.Offload offload) throws Exception {
        return create(namespace, host, offload, 1).getFirst();
    }

    private static List<TunDevice> create(Namespace namespace, int host, TunDevice.Offload offload, int queues)
            throws Exception {
        return namespace.run(() -> {
            List<TunDevice> tun = TunDevice.create(NAME, offload, queues);
            try (NetworkConfig config = NetworkConfig.open()) {
                config.address(NAME, Prefix.parse("10.255.77." + host + "/24"));
                config.address(NAME, Prefix.parse("fd77::" + host + "/64"));
                config.up(NAME, 1400);
            }
            Namespace.awaitAddress(IpAddress.parse("fd77::" + host));
            return tun;
        });
    }

    private PacketBatch batch(int slots) {
        return new PacketBatch(arena.allocate((long) slots * SLOT, 16).address(), slots, SLOT);
    }

    /** Carries packets from one to the other until it is over. Says whether a read ever brought more than the batch could take. */
    private Future<Boolean> carry(TunDevice from, TunDevice to) {
        return threads.submit(() -> {
            PacketBatch batch = batch(8);
            Poller poller = new Poller(1);
            poller.watch(0, from.fd(), false);
            boolean held = false;
            while (!isOver) {
                poller.await(20_000_000L);
                do {
                    if (from.read(batch, HEADROOM) > 0) {
                        busy.add(from);
                    }
                    held |= from.isHolding();
                    for (int i = 0; i < batch.count; i++) {
                        to.write(batch.address[i] + HEADROOM, batch.length[i]);
                    }
                    to.flush();
                } while (from.isHolding());
            }
            return held;
        });
    }

    @ParameterizedTest
    @CsvSource({"NONE, NONE", "TCP, NONE", "NONE, TCP", "TCP, TCP_UDP", "TCP_UDP, TCP_UDP"})
    void streamsAndDatagramsPassWhole(TunDevice.Offload one, TunDevice.Offload other) throws Exception {
        try (TunDevice a = create(left, 1, one);
                TunDevice b = create(right, 2, other)) {
            Future<Boolean> there = carry(a, b);
            Future<Boolean> back = carry(b, a);
            for (String network : new String[] {"10.255.77.", "fd77::"}) {
                stream(left, right, network + 2);
                stream(right, left, network + 1);
                datagrams(network);
            }
            isOver = true;
            assertThat(there.get()).isEqualTo(one != TunDevice.Offload.NONE);
            assertThat(back.get()).isEqualTo(other != TunDevice.Offload.NONE);
            assertThat(a.cut() + b.cut()).isZero();
            assertThat(a.dropped() + b.dropped())
                    .as("errors %d, %d", a.lastErrno(), b.lastErrno())
                    .isZero();
        }
    }

    /** Eight streams at once over so many queues, each with two threads of its own. */
    @ParameterizedTest
    @CsvSource({"2, TCP_UDP", "4, TCP_UDP", "2, NONE"})
    void streamsPassWholeThroughSeveralQueues(int queues, TunDevice.Offload offload) throws Exception {
        List<TunDevice> a = create(left, 1, offload, queues);
        List<TunDevice> b = create(right, 2, offload, queues);
        try {
            List<Future<Boolean>> carried = new ArrayList<>();
            for (int i = 0; i < queues; i++) {
                carried.add(carry(a.get(i), b.get(i)));
                carried.add(carry(b.get(i), a.get(i)));
            }
            List<Future<?>> streams = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                streams.add(threads.submit(() -> {
                    stream(left, right, "10.255.77.2");
                    return null;
                }));
            }
            for (Future<?> whole : streams) {
                whole.get();
            }
            isOver = true;
            for (Future<Boolean> end : carried) {
                end.get();
            }
            assertThat(busy).as("queues that carried something").hasSizeGreaterThan(1);
            assertThatThrownBy(() -> left.run(() -> TunDevice.create(NAME))).hasMessageContaining("EBUSY");
        } finally {
            a.forEach(TunDevice::close);
            b.forEach(TunDevice::close);
        }
    }

    private void stream(Namespace from, Namespace to, String address) throws Exception {
        byte[] bytes = new byte[STREAM_BYTES];
        new Random(1).nextBytes(bytes);
        InetAddress server = InetAddress.getByName(address);
        try (ServerSocket listening = to.run(() -> new ServerSocket(0, 1, server));
                Socket client = from.run(() -> new Socket(server, listening.getLocalPort()));
                Socket accepted = listening.accept()) {
            Callable<byte[]> reading = () -> accepted.getInputStream().readAllBytes();
            Future<byte[]> received = threads.submit(reading);
            OutputStream out = client.getOutputStream();
            out.write(bytes);
            client.shutdownOutput();
            assertThat(received.get()).isEqualTo(bytes);
        }
    }

    /** In rows that the kernel hands over as one where it may. */
    private void datagrams(String network) throws Exception {
        Endpoint own = new Endpoint(IpAddress.parse(network + 1), 7);
        Endpoint far = new Endpoint(IpAddress.parse(network + 2), 7);
        try (UdpSocket socket = left.run(() -> UdpSocket.open(own, null, 64));
                UdpSocket peer = right.run(() -> UdpSocket.open(far, null, 64))) {
            PacketBatch out = batch(40);
            for (int i = 0; i < 40; i++) {
                out.length[i] = i == 39 ? 9 : i < 20 ? 1200 : 13;
                out.peer(i, far);
                Memory.putLong(out.address[i], i);
            }
            assertThat(socket.send(out, 0, 40)).isEqualTo(40);
            Poller poller = new Poller(1);
            poller.watch(0, peer.fd(), false);
            for (int next = 0; next < 40; ) {
                assertThat(poller.await(5_000_000_000L)).as("datagram %d", next).isEqualTo(1);
                PacketBatch in = batch(64);
                peer.receive(in);
                for (int i = 0; i < in.count; i++, next++) {
                    assertThat(Memory.getLong(in.address[i])).isEqualTo(next);
                    assertThat(in.length[i]).isEqualTo(out.length[next]);
                    assertThat(in.peer(i)).isEqualTo(own);
                }
            }
        }
    }
}
