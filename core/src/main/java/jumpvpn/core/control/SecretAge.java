package jumpvpn.core.control;

import jumpvpn.core.session.Deadlines;

/**
 * How long one end's session secret has gone without new Diffie-Hellman while a binding was alive (contract section 2, Keys). The time without a binding does not
 * count: a session may sleep as long as its transport-loss TTL lets it.
 */
public final class SecretAge {
    /** Then the session ends, {@code KEY_EXPIRED}. */
    static final long MOST_NANOS = 7_200_000_000_000L;

    private long leftNanos = MOST_NANOS;
    private long expiresNanos = Deadlines.NEVER;

    /** A binding is alive. */
    public void alive(long nowNanos) {
        if (expiresNanos == Deadlines.NEVER) {
            expiresNanos = nowNanos + leftNanos;
        }
    }

    /** No binding is alive. */
    public void dead(long nowNanos) {
        if (expiresNanos != Deadlines.NEVER) {
            leftNanos = Math.max(0, expiresNanos - nowNanos);
            expiresNanos = Deadlines.NEVER;
        }
    }

    /** New Diffie-Hellman is in the secret, committed. */
    public void renewed(long nowNanos) {
        leftNanos = MOST_NANOS;
        if (expiresNanos != Deadlines.NEVER) {
            expiresNanos = nowNanos + MOST_NANOS;
        }
    }

    /** When the secret is too old, or {@link Deadlines#NEVER}. */
    public long expiresNanos() {
        return expiresNanos;
    }
}
