package jumpvpn.node.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import jumpvpn.core.net.Prefix;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against a pair of real links, v0 and v1, in a network namespace of its own. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class LinkMonitorTest {
    private Namespace namespace;
    private LinkMonitor monitor;

    @BeforeEach
    void open() throws Exception {
        namespace = Namespace.create();
        namespace.ip("link add v0 type veth peer name v1");
        namespace.ip("link set v0 addrgenmode none");
        namespace.ip("link set v1 addrgenmode none");
        namespace.ip("link set v0 up");
        namespace.ip("link set v1 up");
        monitor = namespace.run(LinkMonitor::open);
        until(links -> link("v0").up() && link("v1").up());
    }

    @AfterEach
    void close() {
        if (monitor != null) {
            monitor.close();
        }
        if (namespace != null) {
            namespace.close();
        }
    }

    private Link link(String name) {
        return monitor.links().stream()
                .filter(l -> l.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not among " + monitor.links()));
    }

    /** Drains on events until it holds; no event in time fails. */
    private void until(Predicate<List<Link>> holds) throws LinuxException {
        Poller poller = new Poller(1);
        poller.watch(0, monitor.fd(), false);
        monitor.drain();
        while (!holds.test(monitor.links())) {
            assertThat(poller.await(5_000_000_000L))
                    .as("no event, still %s", monitor.links())
                    .isEqualTo(1);
            monitor.drain();
        }
    }

    @Test
    void theFirstReadingIsComplete() {
        assertThat(link("lo").loopback()).isTrue();
        assertThat(link("lo").kind()).isEqualTo(Link.Kind.OTHER);
        assertThat(link("lo").addresses()).contains(Prefix.parse("127.0.0.1/8"), Prefix.parse("::1/128"));
        assertThat(link("v0").loopback()).isFalse();
        assertThat(link("v0").kind()).isEqualTo(Link.Kind.ETHERNET);
        assertThat(link("v0").mtu()).isEqualTo(1500);
        assertThat(monitor.links()).isSortedAccordingTo((a, b) -> Integer.compare(a.index(), b.index()));
    }

    @Test
    void oneDrainShowsAddressesThatCameAndWent() throws Exception {
        List<Link> before = monitor.links();
        namespace.ip("addr add 10.255.1.1/24 dev v0");
        namespace.ip("addr add fd55::1/64 dev v0 nodad");
        assertThat(monitor.drain()).isTrue();
        assertThat(link("v0").addresses()).containsExactly(Prefix.parse("10.255.1.1/24"), Prefix.parse("fd55::1/64"));
        assertThat(before.toString()).as("a snapshot stays").doesNotContain("10.255.1.1");
        assertThat(monitor.drain()).isFalse();
        namespace.ip("addr del 10.255.1.1/24 dev v0");
        assertThat(monitor.drain()).isTrue();
        assertThat(link("v0").addresses()).containsExactly(Prefix.parse("fd55::1/64"));
    }

    @Test
    void addressesThatMayNotBeUsedYetOrAnyMoreAreLeftOut() throws Exception {
        namespace.ip("addr add fd55::1/64 dev v0"); // duplicate address detection takes a second or two
        namespace.ip("addr add fd55::2/64 dev v0 nodad preferred_lft 0");
        monitor.drain();
        assertThat(link("v0").addresses()).isEmpty();
        until(links -> link("v0").addresses().equals(List.of(Prefix.parse("fd55::1/64"))));
    }

    @Test
    void oneDrainShowsALinkSwitchedOff() throws Exception {
        namespace.ip("link set v0 down");
        assertThat(monitor.drain()).isTrue();
        assertThat(link("v0").up()).isFalse();
        namespace.ip("link set v0 up");
        until(links -> link("v0").up());
    }

    @Test
    void lostCarrierIsALinkThatIsNotUp() throws Exception {
        namespace.ip("link set v1 down"); // the other end of the cable
        until(links -> !link("v0").up());
        namespace.ip("link set v1 up");
        until(links -> link("v0").up());
    }

    @Test
    void linksComeChangeAndGo() throws Exception {
        namespace.ip("link set v0 mtu 1400");
        assertThat(monitor.drain()).isTrue();
        assertThat(link("v0").mtu()).isEqualTo(1400);
        namespace.ip("link delete v0");
        assertThat(monitor.drain()).isTrue();
        assertThat(monitor.links()).extracting(Link::name).containsExactly("lo");
        namespace.ip("link add v0 type veth peer name v1");
        assertThat(monitor.drain()).isTrue();
        assertThat(monitor.links()).extracting(Link::name).containsExactlyInAnyOrder("lo", "v0", "v1");
    }

    @Test
    void onlyDefaultRoutesAreNews() throws Exception {
        namespace.ip("addr add 10.255.1.1/24 dev v0");
        monitor.drain();
        namespace.ip("route add 10.9.0.0/16 via 10.255.1.2");
        assertThat(monitor.drain()).isFalse();
        namespace.ip("route add default via 10.255.1.2");
        assertThat(monitor.drain()).isTrue();
        assertThat(monitor.drain()).isFalse();
        namespace.ip("route del default");
        assertThat(monitor.drain()).isTrue();
    }

    @Test
    void aFloodThatOverrunsTheSocketStillEndsInTheTruth() throws Exception {
        namespace.ip("link set v0 mtu 1300");
        StringBuilder changes = new StringBuilder();
        for (int i = 0; i < 3000; i++) {
            changes.append("addr add 10.254.")
                    .append(i / 250)
                    .append('.')
                    .append(i % 250)
                    .append("/32 dev v0\n");
        }
        java.nio.file.Path file = java.nio.file.Files.createTempFile("flood", ".ip");
        try {
            java.nio.file.Files.writeString(file, changes);
            namespace.ip("-batch " + file);
        } finally {
            java.nio.file.Files.delete(file);
        }
        assertThat(monitor.drain()).isTrue();
        assertThat(link("v0").addresses()).hasSize(3000);
        assertThat(monitor.drain() && monitor.drain()).isFalse();
        namespace.ip("link set v0 down");
        assertThat(monitor.drain()).isTrue();
        assertThat(link("v0").up()).isFalse();
    }

    @Test
    void nothingStaysOpen() throws Exception {
        long before = Namespace.openFiles();
        for (int i = 0; i < 20; i++) {
            namespace.run(LinkMonitor::open).close();
        }
        assertThat(Namespace.openFiles()).isLessThan(before + 5);
    }
}
