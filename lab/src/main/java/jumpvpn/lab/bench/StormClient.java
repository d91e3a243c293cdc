package jumpvpn.lab.bench;

import jumpvpn.core.control.MessageType;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.data.PacketLayout;
import org.jspecify.annotations.Nullable;

/** One of {@link StormLoad}'s: a session with its own key, tickets and secret, that says nothing unless it has to. */
final class StormClient {
    private static final long FIRST_PAUSE_NANOS = 300_000_000;
    private static final long MOST_PAUSE_NANOS = 2_000_000_000;
    private static final long PAUSE_AFTER_REJECT_NANOS = 300_000_000;
    private static final int FIRST_GATEWAY = 0;

    /** What it waits for. */
    enum Waits {
        GRANT,
        WELCOME,
        STANDBY,
        NOTHING,
        ANSWER,
        /** It was refused, and asks again when it is time. */
        TIME
    }

    private final BenchClient client;
    private final int number;
    private final int gateways;
    private byte @Nullable [] said;
    private boolean isAttached;
    private long pauseNanos;
    private long nextNanos;
    Waits waits = Waits.NOTHING;
    /** Where it is, or asks to be. */
    int gateway = FIRST_GATEWAY;
    /** Whom it says something to. */
    int asks = FIRST_GATEWAY;
    /** When it began to ask. */
    long askedNanos;

    StormClient(BenchClient client, int number, int gateways) {
        this.client = client;
        this.number = number;
        this.gateways = gateways;
    }

    private byte[] say(long nowNanos, Waits then, byte[] datagram) {
        said = datagram;
        waits = then;
        pauseNanos = FIRST_PAUSE_NANOS;
        nextNanos = nowNanos + pauseNanos;
        return datagram;
    }

    /** Whether it has a session. */
    boolean isAttached() {
        return isAttached;
    }

    /** Connects to the first gateway: what is to be sent. */
    byte[] connect(long nowNanos) {
        return say(nowNanos, Waits.GRANT, client.firstMessage());
    }

    /** Its gateway is gone: it asks that of its standby. */
    byte[] lose(long nowNanos) {
        gateway = asks;
        askedNanos = nowNanos;
        return ask(nowNanos);
    }

    private byte[] ask(long nowNanos) {
        return say(nowNanos, Waits.ANSWER, client.request(nowNanos));
    }

    /** What is to be sent by now, if its time has come. */
    byte @Nullable [] due(long nowNanos) {
        if (nowNanos < nextNanos || waits == Waits.NOTHING) {
            return null;
        }
        if (waits == Waits.TIME) {
            return ask(nowNanos);
        }
        pauseNanos = Math.min(2 * pauseNanos, MOST_PAUSE_NANOS);
        nextNanos = nowNanos + pauseNanos;
        return switch (waits) {
            case WELCOME -> client.confirm(); // the same packet again would be a replay
            case STANDBY -> client.probe();
            default -> said;
        };
    }

    /** Takes a datagram of the handshake, or of the standby behind it: what is to be sent then. */
    byte @Nullable [] connecting(long nowNanos, byte[] datagram) {
        if (waits == Waits.GRANT && datagram[0] == MessageType.HANDSHAKE_RESPONSE) {
            client.secondMessage(datagram);
            return say(nowNanos, Waits.WELCOME, client.confirm());
        }
        if (waits == Waits.WELCOME
                && datagram[0] == PacketLayout.CONTROL
                && client.welcome(nowNanos, datagram)) { // a PING may overtake it
            isAttached = true;
            asks = 1 + number % (gateways - 1); // each of the others has as many standbys
            return say(nowNanos, Waits.STANDBY, client.probe());
        }
        if (waits == Waits.STANDBY && datagram[0] == MessageType.PROBE_ANSWER && client.probed(nowNanos, datagram)) {
            waits = Waits.NOTHING;
        }
        return null;
    }

    /** Takes what may be an answer; null: it is none. What is to be sent then is {@link #due}, or the first packet of its new binding. */
    @Nullable
    ReattachAnswer answered(long nowNanos, byte[] datagram) {
        ReattachAnswer answer = waits == Waits.ANSWER && datagram[0] == MessageType.REATTACH_ANSWER
                ? client.heard(nowNanos, datagram)
                : null;
        switch (answer) {
            case null -> {
                // of an earlier request, perhaps
            }
            case ReattachAnswer.Ack _ -> waits = Waits.NOTHING;
            case ReattachAnswer.Wait wait -> nextNanos = nowNanos + wait.pauseMillis() * 1_000_000L;
            case ReattachAnswer.Reject reject -> {
                waits = Waits.TIME;
                switch (reject.reason()) {
                    case STALE_REQUEST -> nextNanos = nowNanos; // its gateway wants a fresh token
                    case SESSION_NOT_FOUND, SESSION_EXPIRED, TRANSPORT_TTL_EXPIRED, OWNERSHIP_AMBIGUOUS, OWNER_GONE -> {
                        waits = Waits.NOTHING;
                        isAttached = false;
                    }
                    default -> nextNanos = nowNanos + PAUSE_AFTER_REJECT_NANOS;
                }
            }
        }
        return answer;
    }

    /** The first packet of a new binding. */
    byte[] keepalive() {
        return client.keepalive();
    }
}
