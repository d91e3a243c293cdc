package jumpvpn.node.runtime;

import static jumpvpn.node.runtime.InsideTopology.FOUR;
import static jumpvpn.node.runtime.InsideTopology.ROUTED;
import static jumpvpn.node.runtime.InsideTopology.SIX;
import static jumpvpn.node.runtime.InsideTopology.await;
import static jumpvpn.node.runtime.InsideTopology.inner;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two gateways, a host beside them and a client behind them, by real links and kernels in namespaces. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class InsideNetworkTest {
    private static final IpAddress SECOND = IpAddress.parse("10.88.0.12");

    private InsideTopology net;
    private final List<InsideNetwork> open = new ArrayList<>();

    @BeforeEach
    void build() throws Exception {
        net = new InsideTopology();
    }

    @AfterEach
    void end() {
        open.forEach(InsideNetwork::close);
        if (net != null) {
            net.close();
        }
    }

    private InsideNetwork inside(int number) throws Exception {
        InsideNetwork inside = net.inside(number);
        open.add(inside);
        return inside;
    }

    private boolean hostReaches(String address) throws Exception {
        return net.host
                .command("sh", "-c", "ping -c 1 -W 1 " + address + " >/dev/null && echo yes || echo no")
                .contains("yes");
    }

    private String hostsEntry(String address) throws Exception {
        return net.host.ip("neigh show " + address);
    }

    private void awaitOwned(int number, String address) throws Exception {
        await(
                address + " is answered for",
                () -> net.gateways.get(number - 1).ip("neigh show proxy").contains(address + " "));
    }

    @ParameterizedTest
    @ValueSource(strings = {FOUR, SIX})
    void whatIsOwnedIsAnsweredForAndNotAnyMoreOnceReleased(String address) throws Exception {
        InsideNetwork first = inside(1);
        assertThat(hostReaches(address)).isFalse();
        first.owns(inner(address));
        awaitOwned(1, address);
        net.host.ip("neigh flush dev lan");
        assertThat(hostReaches(address)).isTrue();
        assertThat(hostsEntry(address)).contains(net.mac(1));
        first.releases(inner(address), null);
        await("no entry", () -> net.gateways.getFirst().ip("neigh show proxy").isEmpty());
        net.host.ip("neigh flush dev lan");
        assertThat(hostReaches(address)).isFalse();
    }

    /** The first gateway does nothing here: it may be frozen. */
    @ParameterizedTest
    @ValueSource(strings = {FOUR, SIX})
    void aHostsEntryFollowsTheAnnouncement(String address) throws Exception {
        InsideNetwork first = inside(1);
        InsideNetwork second = inside(2);
        first.owns(inner(address));
        awaitOwned(1, address);
        assertThat(hostReaches(address)).isTrue();
        assertThat(hostsEntry(address)).contains(net.mac(1));
        net.clientGoesBy(2);
        second.owns(inner(address));
        await(
                "the host's entry is the second gateway",
                () -> hostsEntry(address).contains(net.mac(2)));
        assertThat(hostReaches(address)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {FOUR, SIX})
    void aConnectionOfTheHostGoesOnAtTheOtherGateway(String address) throws Exception {
        InsideNetwork first = inside(1);
        InsideNetwork second = inside(2);
        first.owns(inner(address));
        awaitOwned(1, address);
        try (ServerSocketChannel listening = net.client.run(ServerSocketChannel::open)) {
            listening.bind(new InetSocketAddress(address, 0));
            try (SocketChannel host = net.host.run(SocketChannel::open)) {
                host.connect(listening.getLocalAddress());
                try (SocketChannel client = listening.accept()) {
                    talk(host, client);
                    net.clientGoesBy(2);
                    net.gateways.getFirst().ip("link set tun0 down"); // what the first gets is lost from now on
                    second.owns(inner(address));
                    talk(host, client);
                    first.releases(inner(address), address.equals(FOUR) ? SECOND : null);
                    talk(host, client);
                }
            }
        }
    }

    /** Ten moves there and back; in each the old gateway is dead, and the host sends without a pause. Printed: how long after {@code owns} the client has the first packet. */
    @Test
    void whatTheHostSendsReachesTheNewOwner() throws Exception {
        List<InsideNetwork> both = List.of(inside(1), inside(2));
        both.getFirst().owns(inner(FOUR));
        awaitOwned(1, FOUR);
        assertThat(hostReaches(FOUR)).isTrue();
        List<Long> micros = new ArrayList<>();
        try (DatagramChannel client = net.client.run(DatagramChannel::open);
                DatagramChannel host = net.host.run(DatagramChannel::open)) {
            client.bind(new InetSocketAddress(FOUR, 0)).configureBlocking(false);
            host.connect(client.getLocalAddress());
            for (int move = 0; move < 10; move++) {
                int old = move % 2;
                net.gateways.get(old).ip("route add blackhole " + FOUR);
                micros.add(moved(both.get(1 - old), host, client) / 1_000);
                both.get(old).releases(inner(FOUR), null);
                net.gateways.get(old).ip("route del blackhole " + FOUR);
                awaitOwned(2 - old, FOUR);
            }
        }
        System.out.println("the host's packets reached the new owner after, µs: "
                + micros.stream().sorted().toList());
    }

    private static long moved(InsideNetwork to, DatagramChannel host, DatagramChannel client) throws Exception {
        ByteBuffer word = ByteBuffer.allocate(8);
        while (client.receive(word) != null) {
            word.clear(); // of the move before
        }
        long begin = System.nanoTime();
        to.owns(inner(FOUR));
        await("a packet", () -> {
            host.write(ByteBuffer.wrap(new byte[8]));
            return client.receive(word) != null;
        });
        return System.nanoTime() - begin;
    }

    /** Both ways, once. */
    private static void talk(SocketChannel one, SocketChannel other) throws Exception {
        ByteBuffer word = ByteBuffer.allocate(8);
        one.write(ByteBuffer.wrap(new byte[8]));
        while (word.hasRemaining()) {
            assertThat(other.read(word)).isPositive();
        }
        other.write(ByteBuffer.wrap(new byte[8]));
        word.clear();
        while (word.hasRemaining()) {
            assertThat(one.read(word)).isPositive();
        }
    }

    @Test
    void whatAHostStillSendsHereIsLedOn() throws Exception {
        InsideNetwork first = inside(1);
        net.host.ip("neigh replace " + FOUR + " lladdr " + net.mac(1) + " nud permanent dev lan");
        net.host.ip("route add 10.77.0.0/24 via 10.88.0.11");
        assertThat(hostReaches("10.88.0.12")).isTrue(); // else it would not take the shorter way when told of it
        net.clientGoesBy(2);
        first.elsewhere(inner(FOUR, ROUTED), SECOND);
        await(
                "a route",
                () -> net.gateways.getFirst().ip("route show " + ROUTED).contains("via 10.88.0.12"));
        for (String address : List.of(ROUTED, FOUR)) { // the routed one first: a second redirect would have to wait
            net.gateways.getFirst().ip("link set tun0 down");
            assertThat(hostReaches(address)).isTrue();
        }
        assertThat(net.host.ip("route get " + ROUTED))
                .as("nobody told the host of a shorter way")
                .contains("via 10.88.0.11");
        net.host.ip("neigh replace " + SIX + " lladdr " + net.mac(1) + " nud permanent dev lan");
        first.elsewhere(inner(SIX), IpAddress.parse("fd88::12"));
        await(
                "a route",
                () -> net.gateways.getFirst().ip("-6 route show " + SIX).contains("via"));
        assertThat(hostReaches(SIX)).isTrue();
        first.owns(inner(FOUR, ROUTED));
        await("no route", () -> !net.gateways.getFirst().ip("route show").contains("via"));
        net.gateways.getFirst().ip("link set tun0 up");
        net.clientGoesBy(1);
        assertThat(hostReaches(ROUTED)).isTrue();
    }

    @Test
    void hearsayMovesNothingThatIsHere() throws Exception {
        InsideNetwork first = inside(1);
        first.owns(inner(FOUR));
        first.elsewhere(inner(FOUR), SECOND);
        first.elsewhere(inner(ROUTED), SECOND);
        await("the later one", () -> net.gateways.getFirst().ip("route show").contains(ROUTED + " via"));
        assertThat(net.gateways.getFirst().ip("route show")).doesNotContain(FOUR + " via");
        assertThat(net.gateways.getFirst().ip("neigh show proxy")).contains(FOUR);
    }

    @Test
    void whatMovesOnWhileItIsHandedOnIsLedToTheOneThatHasItThen() throws Exception {
        InsideNetwork first = inside(1);
        first.owns(inner(FOUR));
        awaitOwned(1, FOUR);
        first.elsewhere(inner(FOUR), SECOND);
        first.handsOn(inner(FOUR));
        await("no entry", () -> net.gateways.getFirst().ip("neigh show proxy").isEmpty());
        first.elsewhere(inner(FOUR), IpAddress.parse("10.88.0.13"));
        first.elsewhere(inner(ROUTED), SECOND);
        await("the later one", () -> net.gateways.getFirst().ip("route show").contains(ROUTED + " via"));
        assertThat(net.gateways.getFirst().ip("route show")).doesNotContain(FOUR + " via");
        first.releases(inner(FOUR), SECOND);
        await(
                "a route to the third gateway",
                () -> net.gateways.getFirst().ip("route show").contains(FOUR + " via 10.88.0.13"));
    }

    @Test
    void aStopLeavesNothing() throws Exception {
        net.gateways
                .getFirst()
                .command("sysctl", "-q", "net.ipv4.conf.lan0.send_redirects=1", "net.ipv4.neigh.lan0.proxy_delay=40");
        String before = net.state(1);
        InsideNetwork first = inside(1);
        first.owns(inner(FOUR, SIX));
        first.elsewhere(inner(ROUTED), SECOND);
        awaitOwned(1, SIX);
        await("a route", () -> net.gateways.getFirst().ip("route show").contains("via"));
        assertThat(net.state(1)).contains("net.ipv6.conf.lan0.proxy_ndp = 1");
        first.close();
        first.close();
        assertThat(net.state(1)).isEqualTo(before);
    }

    @Test
    void whatAKilledGatewayLeftGoesAtTheNextStart() throws Exception {
        InsideNetwork killed = inside(1);
        killed.owns(inner(FOUR, SIX));
        awaitOwned(1, SIX);
        inside(1);
        assertThat(net.gateways.getFirst().ip("neigh show proxy")).isEmpty();
        assertThat(net.said()).contains("took 2 entries away");
    }

    @Test
    void whatIsNoInnerAddressIsNotLedAnywhere() throws Exception {
        InsideNetwork first = inside(1);
        first.elsewhere(inner("10.88.0.2", ROUTED), SECOND);
        await("the later one", () -> net.gateways.getFirst().ip("route show").contains(ROUTED + " via"));
        assertThat(net.gateways.getFirst().ip("route show")).doesNotContain("10.88.0.2 via");
        assertThat(net.said()).contains("10.88.0.2 is in none of");
    }

    @Test
    void aLinkThatComesBackGetsAllAnew() throws Exception {
        InsideNetwork first = inside(1);
        first.owns(inner(FOUR));
        first.elsewhere(inner(ROUTED), SECOND);
        await("a route", () -> net.gateways.getFirst().ip("route show").contains("via"));
        net.gateways.getFirst().ip("link set lan0 down");
        first.linksChanged();
        assertThat(net.gateways.getFirst().ip("neigh show proxy")
                        + net.gateways.getFirst().ip("route show"))
                .doesNotContain(FOUR)
                .doesNotContain("via");
        net.gateways.getFirst().ip("link set lan0 up");
        await("all again", () -> {
            first.linksChanged();
            return net.gateways.getFirst().ip("route show").contains(ROUTED + " via")
                    && net.gateways.getFirst().ip("neigh show proxy").contains(FOUR);
        });
    }

    @Test
    void tenThousandAddressesComeAndGo() throws Exception {
        net.gateways.getFirst().ip("addr add 10.64.0.11/10 dev lan0");
        List<Prefix> networks = List.of(Prefix.parse("10.66.0.1/16"));
        String before = net.state(1);
        InsideNetwork first = net.inside(1, new InsideNetwork.Setting("lan0", null, null), networks);
        open.add(first);
        List<Prefix> all = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            all.add(new Prefix(IpAddress.v4(10 << 24 | 66 << 16 | 256 + i), 16));
        }
        long begin = System.nanoTime();
        for (int round = 0; round < 5; round++) { // what changes while it waits is done once
            all.forEach(prefix -> first.owns(List.of(prefix)));
            all.forEach(prefix -> first.releases(List.of(prefix), SECOND));
        }
        first.owns(all);
        await(
                "10,000 entries",
                () -> net.gateways.getFirst().ip("neigh show proxy").lines().count() == 10_000);
        long owned = System.nanoTime();
        first.releases(all, SECOND);
        await(
                "10,000 routes",
                () -> net.gateways
                                .getFirst()
                                .ip("route show")
                                .lines()
                                .filter(line -> line.contains("via"))
                                .count()
                        == 10_000);
        await("no entry", () -> net.gateways.getFirst().ip("neigh show proxy").isEmpty());
        long released = System.nanoTime();
        first.close();
        System.out.printf(
                "10,000 addresses: owned in %d ms, led on in %d ms, closed in %d ms%n",
                (owned - begin) / 1_000_000,
                (released - owned) / 1_000_000,
                (System.nanoTime() - released) / 1_000_000);
        assertThat(net.state(1)).isEqualTo(before);
    }

    @Test
    void aNetworkThatTheLinkWouldGetIsRefused() {
        assertThatThrownBy(() -> net.inside(
                        1, new InsideNetwork.Setting("lan0", null, null), List.of(Prefix.parse("10.88.0.1/24"))))
                .hasMessage(
                        "the inner network 10.88.0.0/24 is not narrower than 10.88.0.0/24 of lan0, so the kernel would not lead it into"
                                + " the tunnel; take a part of it, or a network of its own");
        assertThatThrownBy(() -> net.inside(1, new InsideNetwork.Setting("lan7", null, null), InsideTopology.NETWORKS))
                .hasMessageContaining("cannot use lan7 as the network inside: ENODEV");
    }
}
