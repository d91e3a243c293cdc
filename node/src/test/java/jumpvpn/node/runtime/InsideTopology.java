package jumpvpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import jumpvpn.core.net.Prefix;
import jumpvpn.node.host.Namespace;
import jumpvpn.node.host.NetworkConfig;

/**
 * A host on a bridge {@code lan} with {@code lan0} of two gateways, 10.88.0.2, .11 and .12 and the same of fd88::/64. Behind the {@code tun0} of each is the client that has the inner
 * addresses 10.88.0.130 and fd88::1:0:0:130, also 10.77.0.5, by {@code c1} and {@code c2}: what the tunnel would be is a pair of links.
 */
final class InsideTopology implements AutoCloseable {
    static final String FOUR = "10.88.0.130";
    static final String SIX = "fd88::1:0:0:130";
    static final String ROUTED = "10.77.0.5";

    /** As a gateway's {@code [network]} has it. */
    static final List<Prefix> NETWORKS =
            List.of(Prefix.parse("10.88.0.129/25"), Prefix.parse("fd88::1:0:0:1/80"), Prefix.parse("10.77.0.1/24"));

    final Namespace host = Namespace.create();
    final Namespace client = Namespace.create();
    final List<Namespace> gateways = List.of(Namespace.create(), Namespace.create());
    private final List<NetworkConfig> configs = new ArrayList<>();
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    final Log log = new Log(new PrintStream(said, true, StandardCharsets.UTF_8), InstantSource.system());

    InsideTopology() throws Exception {
        for (Namespace each : List.of(host, client, gateways.get(0), gateways.get(1))) {
            each.command("sysctl", "-q", "net.ipv6.conf.default.accept_dad=0", "net.ipv6.conf.all.accept_dad=0");
        }
        host.ip("link add lan type bridge");
        host.ip("link set lan up");
        host.ip("addr add 10.88.0.2/24 dev lan");
        host.ip("addr add fd88::2/64 dev lan nodad");
        client.ip("addr add " + FOUR + "/32 dev lo");
        client.ip("addr add " + ROUTED + "/32 dev lo");
        for (int number = 1; number <= 2; number++) {
            gateway(number);
        }
        clientGoesBy(1);
    }

    private void gateway(int number) throws Exception {
        Namespace gateway = gateways.get(number - 1);
        host.ip("link add p" + number + " type veth peer name lan0 netns " + gateway.id());
        host.ip("link set p" + number + " master lan up");
        client.ip("link add c" + number + " type veth peer name tun0 netns " + gateway.id());
        client.ip("link set c" + number + " up");
        client.ip("addr add " + SIX + "/128 dev c" + number
                + " nodad"); // not lo: IPv6 answers for an address only on its own link
        gateway.command("sysctl", "-q", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
        gateway.ip("link set lan0 up");
        gateway.ip("addr add 10.88.0.1" + number + "/24 dev lan0");
        gateway.ip("addr add fd88::1" + number + "/64 dev lan0 nodad");
        gateway.ip("link set tun0 up");
        for (Prefix inner : NETWORKS) {
            gateway.ip("addr add " + inner + " dev tun0" + (inner.address().isV4() ? "" : " nodad"));
        }
    }

    /** What the client sends goes by this gateway from now on. */
    void clientGoesBy(int number) throws Exception {
        client.ip("route replace default via 10.88.0.129 dev c" + number + " onlink");
        client.ip("-6 route replace default via fd88::1:0:0:1 dev c" + number + " onlink");
    }

    InsideNetwork inside(int number) throws Exception {
        return inside(number, new InsideNetwork.Setting("lan0", null, null), NETWORKS);
    }

    InsideNetwork inside(int number, InsideNetwork.Setting setting, List<Prefix> networks) throws Exception {
        return gateways.get(number - 1).run(() -> {
            NetworkConfig config = NetworkConfig.open();
            configs.add(config);
            return InsideNetwork.start(setting, networks, config, log);
        });
    }

    String mac(int number) throws Exception {
        return gateways.get(number - 1).ip("-o link show lan0").replaceFirst("(?s).*link/ether (\\S+) .*", "$1");
    }

    /** The log so far. */
    String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    /** What of the kernel a gateway's inside network changes. */
    String state(int number) throws Exception {
        Namespace gateway = gateways.get(number - 1);
        return gateway.ip("neigh show proxy")
                + gateway.ip("route show table all")
                + gateway.ip("-6 route show table all")
                + gateway.command("sysctl", "-a", "--pattern", "^net.ipv[46].(conf|neigh).(all|default|lan0)");
    }

    /** A prefix as a session's. */
    static List<Prefix> inner(String... addresses) {
        return Arrays.stream(addresses)
                .map(address -> Prefix.parse(address + (address.contains(":") ? "/80" : "/24")))
                .toList();
    }

    static void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("never: %s", what).isLessThan(deadline);
            Thread.yield();
        }
    }

    @Override
    public void close() {
        configs.forEach(NetworkConfig::close);
        gateways.forEach(Namespace::close);
        client.close();
        host.close();
    }
}
