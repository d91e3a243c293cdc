package jumpvpn.core.gateway;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Varint;
import jumpvpn.core.session.Deadlines;
import org.jspecify.annotations.Nullable;

/** Answers of one session, kept so that a lost answer is normal: the same request gets the same bytes (contract section 2). At most {@value #MOST}. */
final class KeptAnswers {
    static final int MOST = 128;

    /**
     * An answer and what it answered.
     *
     * @param requestHash of the whole request
     */
    record Kept(Nonce nonce, int requestHash, Endpoint from, byte[] answer, long nanos) {}

    private List<Kept> answers = List.of();
    private @Nullable Nonce bindNonce;

    @Nullable
    Kept get(Nonce nonce) {
        for (Kept kept : answers) {
            if (kept.nonce.equals(nonce)) {
                return kept;
            }
        }
        return null;
    }

    /** Forgets what is too old for gate C, but not the ACK of the current binding. @return when the next will be, or {@link Deadlines#NEVER} */
    long expire(long nowNanos, long maxAgeNanos) {
        long next = Deadlines.NEVER;
        for (Iterator<Kept> each = answers.iterator(); each.hasNext(); ) {
            Kept kept = each.next();
            long endNanos = kept.nanos + maxAgeNanos + 2 * Gates.CLOCK_SKEW_NANOS;
            boolean ended = nowNanos > endNanos;
            if (ended && !kept.nonce.equals(bindNonce)) {
                each.remove();
            } else if (!ended) {
                next = Math.min(next, endNanos + 1);
            }
        }
        if (answers.isEmpty()) {
            answers = List.of(); // most sessions keep nothing most of the time
        }
        return next;
    }

    boolean isFull() {
        return answers.size() >= MOST;
    }

    void keep(Nonce nonce, byte[] request, Endpoint from, byte[] answer, long nowNanos) {
        if (answers.isEmpty()) {
            answers = new ArrayList<>(2);
        }
        answers.removeIf(kept -> kept.nonce.equals(nonce));
        answers.add(new Kept(nonce, Arrays.hashCode(request), from, answer, nowNanos));
    }

    /** Whether none is kept but, for as long as its binding lives, the ACK. */
    boolean isAtRest() {
        return answers.size() <= 1;
    }

    /** Writes it, times as passed since then. */
    void encode(ByteBuffer out, long sinceNanos) {
        encode(out, bindNonce);
        out.put((byte) answers.size());
        for (Kept kept : answers) {
            encode(out, kept.nonce);
            out.putInt(kept.requestHash);
            kept.from.encodeShort(out);
            Varint.put(out, kept.nanos - sinceNanos);
            Varint.put(out, kept.answer.length);
            out.put(kept.answer);
        }
    }

    private static void encode(ByteBuffer out, @Nullable Nonce nonce) {
        byte[] bytes = nonce == null ? new byte[0] : nonce.bytes();
        out.put((byte) bytes.length).put(bytes);
    }

    /** Reads what {@link #encode} wrote. */
    void decode(ByteBuffer in, long sinceNanos) {
        bindNonce = decodeNonce(in);
        int count = in.get();
        answers = count == 0 ? List.of() : new ArrayList<>(2);
        for (int i = 0; i < count; i++) {
            Nonce nonce = Objects.requireNonNull(decodeNonce(in));
            int hash = in.getInt();
            Endpoint from = Endpoint.decodeShort(in);
            long nanos = sinceNanos + Varint.get(in);
            byte[] answer = new byte[(int) Varint.get(in)];
            in.get(answer);
            answers.add(new Kept(nonce, hash, from, answer, nanos));
        }
    }

    private static @Nullable Nonce decodeNonce(ByteBuffer in) {
        byte[] bytes = new byte[in.get()];
        in.get(bytes);
        return bytes.length == 0 ? null : Nonce.of(bytes);
    }

    /** The nonce whose answer is the ACK of the current binding. */
    void bound(Nonce nonce) {
        bindNonce = nonce;
    }
}
