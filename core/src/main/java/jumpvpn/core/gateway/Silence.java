package jumpvpn.core.gateway;

import java.nio.ByteBuffer;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.gateway.GatewaySession.Timer;

/** What a session's gateway says when it has not heard the client for long. */
final class Silence {
    private static final long MOST_NANOS = 45_000_000_000L;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final GatewaySession session;
    private final SessionPath path;
    /** What the client wishes to hear a packet after, 0: nothing. */
    private int echoAfterSeconds;

    Silence(GatewaySession session, SessionPath path) {
        this.session = session;
        this.path = path;
    }

    /** A binding is new. */
    void bound(long nowNanos) {
        echoAfterSeconds = 0;
        heard(nowNanos);
    }

    /** The client was heard last at this time. */
    void heard(long atNanos) {
        long wish = echoAfterSeconds * SECOND_NANOS;
        session.deadlines.set(Timer.SILENCE, atNanos + (wish == 0 ? MOST_NANOS : Math.min(wish, MOST_NANOS)));
    }

    /** The client wishes to hear a packet once it was quiet for so long; 0: as before. */
    void wish(int seconds) {
        echoAfterSeconds = seconds == 0 ? echoAfterSeconds : seconds;
    }

    /** The client has its wish; or not even its keepalive came: ask, so that ATTACHED keeps meaning that something passes. */
    void due(long nowNanos) {
        ActivePath active = path.active();
        if (active == null || !path.isAttached()) {
            return;
        }
        if (echoAfterSeconds > 0) {
            echoAfterSeconds = 0;
            path.acknowledge(nowNanos, active.binding);
        } else {
            path.send(nowNanos, active.binding, new BindingMessage.Ping());
        }
        path.watch(nowNanos, active.binding);
        heard(nowNanos);
    }

    /** Writes the wish. */
    void encode(ByteBuffer out) {
        out.put((byte) echoAfterSeconds);
    }

    /** Reads what {@link #encode} wrote. */
    void decode(ByteBuffer in) {
        echoAfterSeconds = in.get() & 0xff;
    }
}
