package jumpvpn.lab.dashboard;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import jumpvpn.core.transport.TransportCounter;
import jumpvpn.node.observability.jsonl.EventFeed;
import jumpvpn.node.observability.jsonl.EventJson;
import jumpvpn.node.runtime.NodeControl;
import jumpvpn.node.runtime.NodeStatus;
import jumpvpn.node.runtime.PathStatus;
import jumpvpn.node.runtime.Reply;
import jumpvpn.node.runtime.Request;
import jumpvpn.node.runtime.SessionStatus;
import jumpvpn.node.runtime.Through;
import jumpvpn.node.runtime.TransportStatus;
import jumpvpn.node.security.CryptoChoice;
import org.jspecify.annotations.Nullable;

/** A gateway without packets: as many sessions as wanted, whose figures move at every look, and which go through the states that a test asks for. */
final class SimulatedNode implements NodeControl {
    private static final int EVENTS_KEPT = 1024;
    private static final List<String> GATES = List.of("D", "A", "B", "C", "E", "F");
    private static final List<String> FIRST =
            List.of("ada", "ben", "cleo", "dora", "emil", "fay", "gus", "hana", "ivo", "jana");
    private static final List<String> LAST = List.of("laptop", "phone", "tablet", "desk", "van", "till");

    final List<Request> asked = new ArrayList<>();
    private final EventJson json = new EventJson("gw1", "0123456789abcdef");
    private final EventFeed feed = new EventFeed(EVENTS_KEPT, this::dropped);
    private final Random random = new Random(7);
    private final long startedMillis = System.currentTimeMillis() - 3 * 86_400_000L;
    private final DropCounters drops = new DropCounters();
    private final List<SessionStatus> sessions = new ArrayList<>();
    private long seq;

    SimulatedNode(int count) {
        for (int i = 0; i < count; i++) {
            SessionId id = new SessionId(random.nextLong(), random.nextLong());
            long since = System.currentTimeMillis() - 1000L * random.nextInt(40_000);
            sessions.add(new SessionStatus(
                    SessionState.ATTACHED,
                    id,
                    StateVersion.of(1 + random.nextInt(9), 0),
                    ReasonCode.REATTACH_ACCEPT,
                    path(i, 0),
                    List.of(IpAddress.v4(0x0a4d0002 + i)),
                    "gw1",
                    FIRST.get(i % 10) + "-" + LAST.get(i / 10 % 6) + (i < 60 ? "" : "-" + i / 60),
                    8 + random.nextInt(60),
                    0,
                    since,
                    random.nextInt(1 << 30),
                    random.nextInt(1 << 30)));
        }
        drops.count(DropReason.NO_ROUTE, 1834);
        drops.count(DropReason.REPLAYED, 12);
    }

    private static PathStatus path(int i, int epoch) {
        Protocol protocol = Protocol.values()[(i + epoch) % 7 == 0 ? 1 : (i + epoch) % 11 == 0 ? 2 : 0];
        Endpoint remote = new Endpoint(IpAddress.v4(0xcb007100 + (i * 7 + epoch * 31) % 256), 30_000 + i % 20_000);
        return new PathStatus(protocol.scheme() + "/" + remote, protocol, "", remote, remote);
    }

    synchronized SessionStatus session(int i) {
        return sessions.get(i);
    }

    int count() {
        return sessions.size();
    }

    /** The session is in this state from then on, and the stream says so. */
    synchronized void becomes(int i, SessionState to, ReasonCode reason, long millis, Detail... details) {
        SessionStatus old = sessions.get(i);
        boolean isBind = to == SessionState.ATTACHED && reason == ReasonCode.REATTACH_ACCEPT;
        StateVersion version =
                isBind ? old.stateVersion().nextEpoch() : old.stateVersion().nextStep();
        PathStatus path = isBind ? path(i, version.epoch()) : old.path();
        sessions.set(
                i,
                new SessionStatus(
                        to,
                        old.sessionId(),
                        version,
                        reason,
                        path,
                        old.innerAddresses(),
                        old.gateway(),
                        old.client(),
                        old.rttMillis(),
                        to == SessionState.ATTACHED ? 0 : 0.1,
                        millis,
                        old.txBytes(),
                        old.rxBytes()));
        say(EventType.STATE_CHANGE, reason, i, old.state(), to, millis, details);
    }

    /** A jump, with all that a gateway says of it. */
    void jump(int i, ReasonCode cause, long millis, long tookMillis) {
        say(EventType.TRANSPORT_DEAD, ReasonCode.PEER_REPORTED, i, null, null, millis);
        becomes(i, SessionState.RECOVERING, cause, millis);
        say(
                EventType.REATTACH_REQUEST_RECEIVED,
                cause,
                i,
                null,
                null,
                millis,
                new Detail("gates", GATES),
                new Detail("link", "wifi"));
        becomes(i, SessionState.ATTACHED, ReasonCode.REATTACH_ACCEPT, millis + tookMillis);
        say(EventType.REATTACH_ACK_SENT, ReasonCode.REATTACH_ACCEPT, i, null, null, millis + tookMillis);
    }

    /** A request that fails at a gate. */
    void refuse(int i, ReasonCode reason, List<String> passed, long millis) {
        say(
                EventType.REATTACH_REQUEST_RECEIVED,
                ReasonCode.PEER_REPORTED,
                i,
                null,
                null,
                millis,
                new Detail("gates", passed));
        say(EventType.REATTACH_REJECT, reason, i, null, null, millis);
    }

    synchronized void say(
            EventType type,
            ReasonCode reason,
            int i,
            @Nullable SessionState from,
            @Nullable SessionState to,
            long millis,
            Detail... details) {
        SessionStatus session = i < 0 ? null : sessions.get(i);
        PathStatus path = session == null ? null : session.path();
        feed.publish(json.line(
                new Event(
                        System.nanoTime(),
                        type,
                        reason,
                        Role.GATEWAY,
                        session == null ? null : session.sessionId(),
                        session == null ? StateVersion.BIRTH : session.stateVersion(),
                        from,
                        to,
                        path == null ? "from 192.0.2.66:4411" : path.protocol().scheme() + "/from/" + path.remote(),
                        1,
                        List.of(details)),
                seq++,
                millis));
    }

    private String dropped(long lost) {
        return json.line(
                new Event(
                        0,
                        EventType.EVENTS_DROPPED,
                        ReasonCode.BUFFER_FULL,
                        Role.GATEWAY,
                        null,
                        StateVersion.BIRTH,
                        null,
                        null,
                        null,
                        0,
                        List.of(new Detail("count", lost))),
                -1,
                System.currentTimeMillis());
    }

    @Override
    public synchronized Reply handle(Request request, Through through) {
        asked.add(request);
        return switch (request) {
            case Request.Status _ -> new Reply.Status(status());
            case Request.Terminate terminate -> new Reply.Done("session " + terminate.session() + " ended");
            default -> new Reply.Refused("ILLEGAL_TRANSITION", "a jump is the client's to make");
        };
    }

    private NodeStatus status() {
        sessions.replaceAll(old -> new SessionStatus(
                old.state(),
                old.sessionId(),
                old.stateVersion(),
                old.reason(),
                old.path(),
                old.innerAddresses(),
                old.gateway(),
                old.client(),
                Math.max(4, old.rttMillis() + random.nextGaussian()),
                old.loss(),
                old.sinceMillis(),
                old.txBytes() + random.nextInt(40_000),
                old.rxBytes() + random.nextInt(200_000)));
        return new NodeStatus.Gateway(
                "gw1",
                "jvpn0",
                List.of("udp://0.0.0.0:443", "quic://0.0.0.0:443", "tcp://0.0.0.0:443"),
                startedMillis,
                "embedded",
                "/var/lib/jumpvpn/gw1",
                null,
                sessions.size(),
                List.copyOf(sessions),
                new CryptoChoice.Names("ipsec-mb 1.3.0", "libcrypto 3.0.22", "libcrypto 3.0.22"),
                drops,
                List.of(new TransportStatus("udp://0.0.0.0:443", new EnumMap<>(TransportCounter.class))));
    }

    @Override
    public EventFeed events() {
        return feed;
    }

    @Override
    public CompletableFuture<String> failure() {
        return new CompletableFuture<>();
    }

    @Override
    public void close() {}
}
