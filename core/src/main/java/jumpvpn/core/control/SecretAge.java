package jumpvpn.core.control;

import java.nio.ByteBuffer;
import jumpvpn.core.net.Varint;
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

    /** Writes it, times as passed since then. */
    public void encode(ByteBuffer out, long sinceNanos) {
        boolean runs = expiresNanos != Deadlines.NEVER;
        out.put((byte) (runs ? 1 : 0));
        Varint.put(out, leftNanos);
        Varint.put(out, runs ? expiresNanos - sinceNanos : 0);
    }

    /** Reads what {@link #encode} wrote. */
    public void decode(ByteBuffer in, long sinceNanos) {
        boolean runs = in.get() != 0;
        leftNanos = Varint.get(in);
        long left = Varint.get(in);
        expiresNanos = runs ? sinceNanos + left : Deadlines.NEVER;
    }

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
