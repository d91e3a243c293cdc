package jumpvpn.core.agent;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import jumpvpn.core.control.Grant;
import jumpvpn.core.control.HandshakeMessage;
import jumpvpn.core.control.Hello;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.security.Freshness;
import jumpvpn.core.security.HandshakeMac;
import jumpvpn.core.security.NoiseIk;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.Policy;
import jumpvpn.core.transport.Path;
import org.jspecify.annotations.Nullable;

/**
 * One round of handshakes: a first message on the best path, on the next one a little later, each repeated with growing pauses; the first answer wins. Which
 * gateway answers is a matter of preference and reachability only.
 */
final class Connector {
    private static final long STAGGER_NANOS = 250_000_000; // RFC 8305 section 5
    private static final long FIRST_REPEAT_NANOS = 400_000_000;
    private static final long MOST_REPEAT_NANOS = 2_000_000_000;

    private static final class Attempt {
        final Path path;
        final long wireId;
        final NoiseIk.Initiator noise;
        final byte[] datagram;
        final long firstSentNanos;
        long repeatNanos = FIRST_REPEAT_NANOS;
        long nextNanos;

        Attempt(Path path, long wireId, NoiseIk.Initiator noise, byte[] datagram, long nowNanos) {
            this.path = path;
            this.wireId = wireId;
            this.noise = noise;
            this.datagram = datagram;
            this.firstSentNanos = nowNanos;
            this.nextNanos = nowNanos + repeatNanos;
        }
    }

    /**
     * A handshake that was answered.
     *
     * @param rttNanos 0 if a message had to be repeated
     */
    record Answered(
            Path path,
            long localWireId,
            long gatewayWireId,
            Grant grant,
            SessionSecret secret,
            Freshness freshness,
            long rttNanos) {}

    private final AgentContext context;
    private final Candidates candidates;
    private final @Nullable String preferred;
    private final HandshakeMac ownMac;
    private final List<Attempt> attempts = new ArrayList<>();
    private final TreeSet<String> refused = new TreeSet<>();
    private long nextLaunchNanos;

    /** @param preferred the gateway that is tried first, before the others as configured; null if none is */
    Connector(AgentContext context, Candidates candidates, @Nullable String preferred, long nowNanos) {
        this.context = context;
        this.candidates = candidates;
        this.preferred = preferred;
        this.ownMac = new HandshakeMac(context.config().own().publicKey());
        this.nextLaunchNanos = nowNanos;
    }

    /** A path came up: try it now, or soon if another is being tried. */
    void pathUp(long nowNanos) {
        nextLaunchNanos = Math.min(nextLaunchNanos, attempts.isEmpty() ? nowNanos : nowNanos + STAGGER_NANOS);
    }

    /**
     * A gateway refused: it is left out of this round.
     *
     * @return whether another one is left to try
     */
    boolean refused(long nowNanos, String gateway) {
        refused.add(gateway);
        attempts.removeIf(attempt -> attempt.path.gateway().equals(gateway));
        nextLaunchNanos = nowNanos;
        return !attempts.isEmpty() || nextPath() != null;
    }

    void pathDown(int pathId) {
        attempts.removeIf(attempt -> attempt.path.id() == pathId);
    }

    long nextNanos() {
        long next = nextLaunchNanos;
        for (Attempt attempt : attempts) {
            next = Math.min(next, attempt.nextNanos);
        }
        return next;
    }

    /** Sends what is due. */
    void proceed(long nowNanos) {
        if (nowNanos >= nextLaunchNanos) {
            Path path = nextPath();
            nextLaunchNanos = path == null ? Deadlines.NEVER : nowNanos + STAGGER_NANOS;
            if (path != null) {
                launch(nowNanos, path);
            }
        }
        for (Attempt attempt : attempts) {
            if (nowNanos >= attempt.nextNanos) {
                attempt.repeatNanos = Math.min(2 * attempt.repeatNanos, MOST_REPEAT_NANOS);
                attempt.nextNanos = nowNanos + attempt.repeatNanos;
                transmit(attempt);
            }
        }
    }

    /** Of the first gateway that has any left the one that has least in common with those that were tried: what is dead is mostly a whole family, all of UDP, or a link. */
    private @Nullable Path nextPath() {
        List<String> gateways =
                new ArrayList<>(candidates.gateways(context.config().gateways()));
        gateways.sort(
                Comparator.comparing(gateway -> !gateway.equals(preferred))); // stable: the others keep their order
        for (String gateway : gateways) {
            Path least = refused.contains(gateway)
                    ? null
                    : candidates.byClass(Policy.DEFAULT, gateway).stream()
                            .filter(path -> attempts.stream().noneMatch(attempt -> attempt.path.id() == path.id()))
                            .min(Comparator.comparingInt(this::inCommon)) // the best of equals
                            .orElse(null);
            if (least != null) {
                return least;
            }
        }
        return null;
    }

    private int inCommon(Path path) {
        int sum = 0;
        for (Attempt attempt : attempts) {
            Path tried = attempt.path;
            sum += tried.local().isV4() == path.local().isV4() ? 1 : 0;
            sum += isTcp(tried) == isTcp(path) ? 1 : 0;
            sum += tried.link().equals(path.link()) ? 1 : 0;
        }
        return sum;
    }

    /** Else it is UDP or, to those who block UDP, the same. */
    private static boolean isTcp(Path path) {
        return path.protocol() == Protocol.TCP;
    }

    private void launch(long nowNanos, Path path) {
        AgentConfig config = context.config();
        AgentConfig.Gateway gateway = config.gateway(path.gateway());
        if (gateway == null) {
            return;
        }
        NoiseIk.Initiator noise = new NoiseIk.Initiator(
                context.crypto(), config.suite(), NoiseIk.prologue(config.suite()), config.own(), gateway.publicKey());
        byte[] first =
                noise.writeFirst(new Hello(path.protocol(), path.kind(), new Endpoint(path.local(), 0)).encode());
        long wireId = context.crypto().entropy().nextLong();
        byte[] datagram = HandshakeMessage.init(config.suite(), wireId, first, new HandshakeMac(gateway.publicKey()));
        Attempt attempt = new Attempt(path, wireId, noise, datagram, nowNanos);
        attempts.add(attempt);
        transmit(attempt);
    }

    private void transmit(Attempt attempt) {
        context.port().transmit(attempt.path.id(), attempt.path.remote(), attempt.datagram.clone());
    }

    /** Takes a HANDSHAKE_RESPONSE; null if it answers none of ours. */
    @Nullable
    Answered answered(long nowNanos, byte[] datagram) {
        HandshakeMessage.Response response = HandshakeMessage.parseResponse(datagram, ownMac);
        if (response == null) {
            return null;
        }
        for (Attempt attempt : attempts) {
            if (attempt.wireId == response.clientWireId()) {
                byte[] payload = attempt.noise.readSecond(response.noise());
                Grant grant = payload == null ? null : Grant.decode(payload);
                return grant == null ? null : answered(nowNanos, attempt, response, grant);
            }
        }
        return null;
    }

    private Answered answered(long nowNanos, Attempt attempt, HandshakeMessage.Response response, Grant grant) {
        boolean repeated = attempt.repeatNanos > FIRST_REPEAT_NANOS; // Karn: which of them was answered is unknown
        return new Answered(
                attempt.path,
                attempt.wireId,
                response.gatewayWireId(),
                grant,
                attempt.noise.sessionSecret(),
                attempt.noise.freshness(),
                repeated ? 0 : nowNanos - attempt.firstSentNanos);
    }

    /** The paths that were asked so long ago that whoever was asked after them has had time to answer. */
    List<Integer> silent(long nowNanos) {
        return attempts.stream()
                .filter(attempt -> nowNanos - attempt.firstSentNanos > STAGGER_NANOS)
                .map(attempt -> attempt.path.id())
                .toList();
    }

    /** What was tried, for people. */
    String tried() {
        if (attempts.isEmpty()) {
            return "no usable path: no interface with an address is up, or none fits the gateways' addresses";
        }
        StringBuilder text = new StringBuilder("no answer on ");
        for (Attempt attempt : attempts) {
            text.append(attempt == attempts.getFirst() ? "" : ", ").append(attempt.path.name());
        }
        return text + "; either nothing passes there, or the public-key in [[gateway]] is not that gateway's";
    }
}
