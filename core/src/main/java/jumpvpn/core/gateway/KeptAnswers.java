package jumpvpn.core.gateway;

import java.util.Arrays;
import java.util.Iterator;
import java.util.TreeMap;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.net.Endpoint;
import org.jspecify.annotations.Nullable;

/** Answers of one session, kept so that a lost answer is normal: the same request gets the same bytes (contract section 2). At most {@value #MOST}. */
final class KeptAnswers {
    static final int MOST = 128;

    /**
     * An answer and what it answered.
     *
     * @param requestHash of the whole request
     */
    record Kept(int requestHash, Endpoint from, byte[] answer, long nanos) {}

    private final TreeMap<String, Kept> byNonce = new TreeMap<>();
    private @Nullable Nonce bindNonce;

    private static String key(Nonce nonce) {
        return Long.toHexString(nonce.high()) + "-" + Long.toHexString(nonce.low());
    }

    @Nullable
    Kept get(Nonce nonce) {
        return byNonce.get(key(nonce));
    }

    /** Forgets what is too old for gate C, but not the ACK of the current binding. */
    void expire(long nowNanos, long maxAgeNanos) {
        String current = bindNonce == null ? "" : key(bindNonce);
        Iterator<java.util.Map.Entry<String, Kept>> entries = byNonce.entrySet().iterator();
        while (entries.hasNext()) {
            java.util.Map.Entry<String, Kept> entry = entries.next();
            if (nowNanos - entry.getValue().nanos > maxAgeNanos + 2 * Gates.CLOCK_SKEW_NANOS
                    && !entry.getKey().equals(current)) {
                entries.remove();
            }
        }
    }

    boolean isFull() {
        return byNonce.size() >= MOST;
    }

    void keep(Nonce nonce, byte[] request, Endpoint from, byte[] answer, long nowNanos) {
        byNonce.put(key(nonce), new Kept(Arrays.hashCode(request), from, answer, nowNanos));
    }

    /** The nonce whose answer is the ACK of the current binding. */
    void bound(Nonce nonce) {
        bindNonce = nonce;
    }
}
