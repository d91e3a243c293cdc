package jumpvpn.core.agent;

import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.transport.Path;

/** One REATTACH_REQUEST and its repeats: the same bytes, so that the gateway's kept answer serves a lost one. */
final class ReattachAttempt {
    private static final long LEAST_REPEAT_NANOS = 150_000_000;
    private static final long MOST_REPEAT_NANOS = 1_000_000_000;

    final Path path;
    final BindCause cause;
    final Nonce nonce;
    final long wireId;
    final SessionSecret base;
    final SessionSecret mixed;
    final byte[] proofKey;
    final byte[] datagram;
    final long madeNanos;
    private long pauseNanos;
    private long nextNanos;
    private boolean repeated;

    /**
     * The secrets are its own: its answer may come when the session has wiped that generation.
     *
     * @param base the generation that the request names
     * @param mixed the same with the output of the phase that the request names
     */
    ReattachAttempt(
            Path path,
            BindCause cause,
            Nonce nonce,
            long wireId,
            SessionSecret base,
            SessionSecret mixed,
            byte[] proofKey,
            byte[] datagram,
            long nowNanos,
            long patienceNanos) {
        this.path = path;
        this.cause = cause;
        this.nonce = nonce;
        this.wireId = wireId;
        this.base = base;
        this.mixed = mixed;
        this.proofKey = proofKey;
        this.datagram = datagram;
        this.madeNanos = nowNanos;
        this.pauseNanos = Math.clamp(patienceNanos, LEAST_REPEAT_NANOS, MOST_REPEAT_NANOS);
        this.nextNanos = nowNanos + pauseNanos;
    }

    long nextNanos() {
        return nextNanos;
    }

    /** Whether it is time to send it again; if so the next time is set. */
    boolean repeatDue(long nowNanos) {
        if (nowNanos < nextNanos) {
            return false;
        }
        repeated = true;
        pauseNanos = Math.min(2 * pauseNanos, MOST_REPEAT_NANOS);
        nextNanos = nowNanos + pauseNanos;
        return true;
    }

    /** No more repeats: it is too old for gate C, though it may still be answered. */
    void stop() {
        nextNanos = Deadlines.NEVER;
    }

    /** Answered, or given up: nothing more is derived from its secret. */
    void settle() {
        base.wipe();
        mixed.wipe();
    }

    /** The round trip of an answer that comes now, or 0 if the request was repeated. */
    long rttNanos(long nowNanos) {
        return repeated ? 0 : nowNanos - madeNanos;
    }
}
