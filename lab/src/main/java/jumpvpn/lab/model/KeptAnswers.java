package jumpvpn.lab.model;

import java.util.LinkedHashMap;
import java.util.Map;

/** The nonces of one session that were answered, each with the request's bytes (contract section 2). */
final class KeptAnswers {
    static final long CLOCK_SKEW = 1_000_000_000L;
    private static final int MOST = 128;

    /** A nonce that was answered. */
    private record Kept(int bytes, long nanos) {}

    private final Map<String, Kept> kept = new LinkedHashMap<>();

    /** Forgets what no young request can repeat, but never the answer of the present binding. */
    void forget(long nowNanos, long maxAge, String acknowledged) {
        kept.entrySet()
                .removeIf(entry -> nowNanos - entry.getValue().nanos > maxAge + 2 * CLOCK_SKEW
                        && !entry.getKey().equals(acknowledged));
    }

    /** Whether this very request was answered. */
    boolean answers(Request request) {
        Kept before = kept.get(request.nonce());
        return before != null && before.bytes == request.bytes();
    }

    boolean hasNonceOf(Request request) {
        return kept.containsKey(request.nonce());
    }

    boolean isFull() {
        return kept.size() >= MOST;
    }

    void drop(String nonce) {
        kept.remove(nonce);
    }

    void keep(Request request, long nowNanos) {
        kept.put(request.nonce(), new Kept(request.bytes(), nowNanos));
    }
}
