package jumpvpn.node.app;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import jumpvpn.core.transport.TransportCounter;
import jumpvpn.node.config.ClientConfig;
import jumpvpn.node.config.GatewayConfig;
import jumpvpn.node.observability.jsonl.EventFeed;
import jumpvpn.node.runtime.CandidateStatus;
import jumpvpn.node.runtime.ClusterStatus;
import jumpvpn.node.runtime.Log;
import jumpvpn.node.runtime.NodeControl;
import jumpvpn.node.runtime.NodeStatus;
import jumpvpn.node.runtime.PathStatus;
import jumpvpn.node.runtime.Reply;
import jumpvpn.node.runtime.Request;
import jumpvpn.node.runtime.SessionStatus;
import jumpvpn.node.runtime.StartException;
import jumpvpn.node.runtime.Through;
import jumpvpn.node.runtime.TransportStatus;
import jumpvpn.node.security.CryptoChoice;
import org.jspecify.annotations.Nullable;

/** A node without an engine: says fixed things and remembers what became of it. */
final class FakeNode implements NodeControl, Nodes {
    static final PathStatus PATH = path("wlan0");
    static final SessionStatus SESSION = new SessionStatus(
            SessionState.ATTACHED,
            new SessionId(0x0001020304050607L, 0x08090a0b0c0d0e0fL),
            StateVersion.of(3, 1),
            ReasonCode.REATTACH_ACCEPT,
            PATH,
            List.of(IpAddress.parse("10.77.0.2"), IpAddress.parse("fd77::2")),
            "gw1",
            "laptop",
            41.23456,
            0.0123456,
            1_795_456_800_123L,
            1_572_864,
            17);

    static final CryptoChoice.Names CRYPTO = new CryptoChoice.Names("ipsec-mb 1.3.0", "libcrypto 3.0.22", "JDK 25.0.3");

    final EventFeed events = new EventFeed(8, lost -> "{\"type\":\"EVENTS_DROPPED\",\"dropped\":" + lost + "}");
    final CompletableFuture<String> failure = new CompletableFuture<>();
    final CountDownLatch started = new CountDownLatch(1);
    final CountDownLatch closed = new CountDownLatch(1);
    /** How many sessions the next question finds, and one. */
    volatile int left;

    volatile Request.@Nullable Revoke revoked;
    volatile Request.@Nullable Admit admitted;
    NodeStatus status = new NodeStatus.Client(
            "laptop",
            "jvpn0",
            SESSION,
            List.of(
                    new CandidateStatus(PATH, CandidateStatus.State.ACTIVE, 41.23456, 0.0123456, 0.04),
                    new CandidateStatus(path("eth0"), CandidateStatus.State.DEAD, 9.5, Double.NaN, 83.26),
                    new CandidateStatus(path("lte0"), CandidateStatus.State.UP, Double.NaN, Double.NaN, Double.NaN)),
            CRYPTO,
            new jumpvpn.core.data.DropCounters(),
            List.of(
                    new TransportStatus("udp-wlan0", counts(0)),
                    new TransportStatus("udp-eth0", counts(3)),
                    new TransportStatus("udp-lte0", counts(0))));

    private static Map<TransportCounter, Long> counts(long displaced) {
        Map<TransportCounter, Long> counts = new EnumMap<>(TransportCounter.class);
        counts.put(TransportCounter.NO_PEER, 0L);
        counts.put(TransportCounter.DISPLACED, displaced);
        counts.put(TransportCounter.CONNECTED, displaced);
        return counts;
    }

    private static PathStatus path(String link) {
        return new PathStatus(
                "udp-" + link, Protocol.UDP, link, endpoint("192.0.2.5", 40000), endpoint("198.51.100.1", 4500));
    }

    private static Endpoint endpoint(String address, int port) {
        return new Endpoint(IpAddress.parse(address), port);
    }

    @Override
    public NodeControl gateway(GatewayConfig config, Log log) throws StartException {
        if (config.network().interfaceName().equals("taken0")) {
            throw new StartException("interface taken0 exists already; choose another name in " + config.file() + ":"
                    + config.network().line());
        }
        status = new NodeStatus.Gateway(
                "gw1",
                "jvpn0",
                List.of("udp://0.0.0.0:4500"),
                1_795_456_800_123L,
                "embedded",
                "/var/lib/jumpvpn/gw1.state",
                config.name().equals("full") ? "the disk is full" : null,
                3,
                List.of(SESSION),
                CRYPTO,
                new jumpvpn.core.data.DropCounters(),
                List.of(new TransportStatus("udp://0.0.0.0:4500", counts(7))));
        started.countDown();
        return this;
    }

    @Override
    public NodeControl client(ClientConfig config, Log log) {
        started.countDown();
        return this;
    }

    @Override
    public Reply handle(Request request, Through through) {
        return switch (request) {
            case Request.Status() -> new Reply.Status(status);
            case Request.Sessions() -> new Reply.Sessions(List.of(SESSION));
            case Request.Jump(String to) when to == null -> new Reply.Done("jumping to the best");
            case Request.Jump(String to) when to.equals("wlan0") -> new Reply.Done("jumping to " + to);
            case Request.Jump jump ->
                new Reply.Refused("NO_VALID_CANDIDATE", "there is no path \"" + jump.to() + "\"; there are udp-wlan0");
            case Request.Terminate(String session)
            when session.equals("bug") -> throw new IllegalStateException("a bug");
            case Request.Terminate terminate -> new Reply.Done("ended " + terminate.session());
            case Request.Drain() -> {
                left = 2;
                yield new Reply.Done("draining");
            }
            case Request.Cluster() -> new Reply.Cluster(cluster(left > 0 ? --left : left));
            case Request.Admit admit
            when admit.client().equals("stranger") -> new Reply.Refused("CLIENT_REFUSED", "there is no room");
            case Request.Admit admit -> {
                admitted = admit;
                yield new Reply.Done("admitted");
            }
            case Request.Revoke revoke
            when revoke.client().equals("stranger") ->
                new Reply.Refused("CLIENT_NOT_FOUND", "there is no " + revoke.client());
            case Request.Revoke revoke -> {
                revoked = revoke;
                yield new Reply.Done("revoked");
            }
        };
    }

    private static ClusterStatus cluster(int sessions) {
        return new ClusterStatus(
                "etcd",
                "gw1",
                sessions,
                true,
                2_400_000_000L,
                12,
                "3f9a01c2",
                List.of(
                        new ClusterStatus.Row("gw1", 1, true, true, sessions, 200),
                        new ClusterStatus.Row("gw2", 0, false, false, 70, 61_000),
                        new ClusterStatus.Row("gw3", 3, null, false, -1, -1)),
                new ClusterStatus.Store("http://10.0.0.1:2379", 1234, 5678, 42, null));
    }

    @Override
    public EventFeed events() {
        return events;
    }

    @Override
    public CompletableFuture<String> failure() {
        return failure;
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
