package jumpvpn.core.agent;

import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.transport.Path;
import org.jspecify.annotations.Nullable;

/** One REATTACH_REQUEST and its repeats: the same bytes, so that the gateway's kept answer serves a lost one. */
final class ReattachAttempt {
    private static final long LEAST_REPEAT_NANOS = 150_000_000;
    private static final long MOST_REPEAT_NANOS = 1_000_000_000;

    /**
     * What is asked.
     *
     * @param expectedEpoch that of the newest ACK then
     * @param search which search of its session asks
     * @param number of this session's requests, in order
     */
    record Question(Path path, BindCause cause, int expectedEpoch, int search, int number) {}

    final Path path;
    final BindCause cause;
    final int expectedEpoch;
    final int search;
    final int number;
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
    private boolean refused;
    private @Nullable Path insistOn;

    /**
     * The secrets are its own: its answer may come when the session has wiped that generation.
     *
     * @param base the generation that the request names
     * @param mixed the same with the output of the phase that the request names
     */
    ReattachAttempt(
            Question question,
            Nonce nonce,
            long wireId,
            SessionSecret base,
            SessionSecret mixed,
            byte[] proofKey,
            byte[] datagram,
            long nowNanos,
            long patienceNanos) {
        this.path = question.path;
        this.cause = question.cause;
        this.expectedEpoch = question.expectedEpoch;
        this.search = question.search;
        this.number = question.number;
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

    /**
     * Whether it is time to send it again; if so the next time is set.
     *
     * @param mostPauseNanos to which pauses grow
     */
    boolean repeatDue(long nowNanos, long mostPauseNanos) {
        if (nowNanos < nextNanos) {
            return false;
        }
        repeated = true;
        pauseNanos = Math.max(pauseNanos, Math.min(2 * pauseNanos, mostPauseNanos));
        nextNanos = nowNanos + pauseNanos;
        return true;
    }

    /** No repeat before this time. */
    void pauseUntil(long nanos) {
        nextNanos = Math.max(nextNanos, nanos);
    }

    /** No more repeats: it is too old for gate C, though it may still be answered. */
    void stop() {
        nextNanos = Deadlines.NEVER;
    }

    /** Repeat it by this path, however old it is: what became of it must be known. */
    void insist(long nowNanos, Path by) {
        insistOn = by;
        nextNanos = nowNanos;
    }

    boolean isInsistent() {
        return insistOn != null;
    }

    /** Where it is repeated. */
    Path by() {
        return insistOn == null ? path : insistOn;
    }

    /** It was refused by an answer that the gateway does not keep, so a copy of it under way may still be accepted. */
    void refuse() {
        refused = true;
        stop();
    }

    boolean isRefused() {
        return refused;
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
