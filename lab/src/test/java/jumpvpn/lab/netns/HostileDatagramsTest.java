package jumpvpn.lab.netns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Any bytes may come to the ports of both ends; a session between them goes on as if nothing had. */
@Tag("network")
class HostileDatagramsTest {
    private static final int LONGEST = 65507;
    private static final int LONGEST_NEAR_OURS = 2000;
    /** Of each of our messages, docs/protocol/wire.md. */
    private static final int[] FIRST_BYTES = {0x04, 0x05, 0x06, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E};

    private static final int ANY = -1;
    private static final int ALL = LONGEST + 1 + FIRST_BYTES.length * LONGEST_NEAR_OURS;
    /** All but those that begin like a handshake, a request or an answer, about which the engine is silent; less what a busy kernel may lose. */
    private static final long COUNTED = LONGEST * 95L / 100;

    private static final long SEED = 20261123;
    private static final int A_PAUSE = 8;
    private static final long PAUSE_NANOS = 1_000_000;

    private TwoHosts hosts;

    @BeforeEach
    void build() throws IOException {
        hosts = TwoHosts.open();
        hosts.gatewayFile(UnaryOperator.identity());
        hosts.clientFile("client.toml", UnaryOperator.identity());
    }

    @AfterEach
    void remove() {
        if (hosts != null) {
            hosts.close();
        }
    }

    @Test
    void datagramsOfEveryLengthChangeNothing() throws IOException {
        hosts.startGateway(List.of());
        hosts.startClient(List.of());
        Map<String, Object> before = hosts.status(TwoHosts.CLIENT);
        long clientDrops = drops(before);
        long gatewayDrops = drops(hosts.status(TwoHosts.GATEWAY));
        int gatewayEvents = hosts.events(TwoHosts.GATEWAY).size();
        int clientEvents = hosts.events(TwoHosts.CLIENT).size();
        Process ping = hosts.ping();

        FutureTask<Integer> atGateway = attack(hosts.client, new InetSocketAddress("192.0.2.1", TwoHosts.PORT), SEED);
        FutureTask<Integer> atClient = attack(hosts.gateway, localEndpoint(before), SEED + 1);
        assertThat(result(atGateway)).isEqualTo(ALL);
        assertThat(result(atClient)).isEqualTo(ALL);

        TwoHosts.Loss loss = hosts.endPing(ping);
        Map<String, Object> after = hosts.status(TwoHosts.CLIENT);
        assertThat(after)
                .containsEntry("state", "ATTACHED")
                .containsEntry("session_id", before.get("session_id"))
                .containsEntry("state_version", before.get("state_version"))
                .containsEntry("epoch", before.get("epoch"));
        assertThat(hosts.events(TwoHosts.CLIENT)).as("nothing happened").hasSize(clientEvents);
        assertThat(hosts.events(TwoHosts.GATEWAY)
                        .subList(gatewayEvents, hosts.events(TwoHosts.GATEWAY).size()))
                .as("forged requests are reported, at most one event a second; nothing else happened")
                .isNotEmpty()
                .hasSizeLessThan(60)
                .allMatch(event -> event.is("SECURITY", "BAD_PROOF"));
        assertThat(hosts.log("gw1.log") + hosts.log("laptop.log")).doesNotContain(" ERROR ");
        assertThat(loss.sent()).isGreaterThan(500);
        assertThat(loss.lost()).as("of " + loss.sent()).isLessThanOrEqualTo(loss.sent() / 100);
        assertThat(drops(after) - clientDrops).as("counted by the client").isGreaterThan(COUNTED);
        assertThat(drops(hosts.status(TwoHosts.GATEWAY)) - gatewayDrops)
                .as("counted by the gateway")
                .isGreaterThan(COUNTED);
    }

    /** Sends from that host: random bytes of every length, and of every length near our messages' with each of their first bytes. */
    private static FutureTask<Integer> attack(Namespace host, InetSocketAddress target, long seed) throws IOException {
        DatagramChannel channel = NamespaceThread.call(host.pid(), DatagramChannel::open);
        FutureTask<Integer> task = new FutureTask<>(() -> {
            try (channel) {
                return send(channel, target, new SplittableRandom(seed));
            }
        });
        Thread.ofPlatform().name("attack on " + target).start(task);
        return task;
    }

    private static int send(DatagramChannel channel, InetSocketAddress target, SplittableRandom random)
            throws IOException {
        int sent = 0;
        for (int length = 0; length <= LONGEST; length++) {
            sent += send(channel, target, random, ANY, length);
            pause(length);
            for (int i = 0; i < FIRST_BYTES.length && length >= 1 && length <= LONGEST_NEAR_OURS; i++) {
                sent += send(channel, target, random, FIRST_BYTES[i], length);
                pause(i);
            }
        }
        return sent;
    }

    /** Of eight datagrams after one: a flood beyond what the socket holds would test the kernel instead, which throws away genuine ones too. */
    private static void pause(int datagram) {
        if (datagram % A_PAUSE == 0) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static int send(
            DatagramChannel channel, InetSocketAddress target, SplittableRandom random, int first, int length)
            throws IOException {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        if (first != ANY) {
            bytes[0] = (byte) first;
        }
        return channel.send(ByteBuffer.wrap(bytes), target) == length ? 1 : 0;
    }

    private static int result(FutureTask<Integer> task) throws IOException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** The socket of the path in use, as the client's kernel knows it. */
    private InetSocketAddress localEndpoint(Map<String, Object> status) throws IOException {
        String local = ((Map<?, ?>) status.get("path")).get("local").toString();
        String address = local.substring(0, local.lastIndexOf(':'));
        Matcher socket = Pattern.compile(Pattern.quote(address) + "(?:%\\w+)?:(\\d+)")
                .matcher(hosts.client.shell("ss -Huan src " + address));
        assertThat(socket.find()).isTrue();
        return new InetSocketAddress(address, Integer.parseInt(socket.group(1)));
    }

    private static long drops(Map<String, Object> status) {
        return ((Map<?, ?>) status.get("drops"))
                .values().stream()
                        .mapToLong(count -> ((Number) count).longValue())
                        .sum();
    }
}
