package jumpvpn.core.gateway;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.ListIterator;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Varint;
import jumpvpn.core.session.Deadlines;
import org.jspecify.annotations.Nullable;

/** Answers of one session, kept so that a lost answer is normal: the same request gets the same bytes (contract section 2). At most {@value #MOST}. */
final class KeptAnswers {
    static final int MOST = 128;

    private static final byte NO_ACK = 0;
    private static final byte ACK = 1;
    private static final byte ACK_OF_RECORD = 2;

    /**
     * An answer and what it answered.
     *
     * @param requestHash of the whole request
     * @param answer null: it is the ACK, to be made again of its seed
     */
    record Kept(long nonceHigh, long nonceLow, int requestHash, Endpoint from, byte @Nullable [] answer, long nanos) {
        Kept(Nonce nonce, int requestHash, Endpoint from, byte @Nullable [] answer, long nanos) {
            this(nonce.high(), nonce.low(), requestHash, from, answer, nanos);
        }

        private boolean isOf(@Nullable Nonce nonce) {
            return nonce != null && nonce.high() == nonceHigh && nonce.low() == nonceLow;
        }

        private Kept withoutAnswer() {
            return new Kept(nonceHigh, nonceLow, requestHash, from, null, nanos);
        }
    }

    private List<Kept> answers = List.of();
    private @Nullable Nonce bindNonce;
    private @Nullable AckSeed ackSeed;

    @Nullable
    Kept get(Nonce nonce) {
        for (Kept kept : answers) {
            if (kept.isOf(nonce)) {
                return kept;
            }
        }
        return null;
    }

    /** Forgets what is too old for gate C, but not the ACK of the current binding. @return when the next will be, or {@link Deadlines#NEVER} */
    long expire(long nowNanos, long maxAgeNanos) {
        long next = Deadlines.NEVER;
        for (ListIterator<Kept> each = answers.listIterator(); each.hasNext(); ) {
            Kept kept = each.next();
            long endNanos = kept.nanos + maxAgeNanos + 2 * Gates.CLOCK_SKEW_NANOS;
            boolean ended = nowNanos > endNanos;
            if (ended && !kept.isOf(bindNonce)) {
                each.remove();
            } else if (ended && ackSeed != null) {
                each.set(kept.withoutAnswer());
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
        answers.removeIf(kept -> kept.isOf(nonce));
        answers.add(new Kept(nonce, Arrays.hashCode(request), from, answer, nowNanos));
    }

    /** Whether none is kept but the ACK, as its seed. */
    boolean isAtRest() {
        for (Kept kept : answers) {
            if (kept.answer != null) {
                return false;
            }
        }
        return true;
    }

    /**
     * Writes it, times as passed since then.
     *
     * @param recordNonce hexadecimal, from the session's record: what answers it needs no nonce of its own
     */
    void encode(String recordNonce, ByteBuffer out, long sinceNanos) {
        AckSeed seed = ackSeed;
        Kept ack = answers.isEmpty() ? null : answers.getFirst();
        if (seed == null || ack == null) {
            out.put(NO_ACK);
            return;
        }
        Nonce nonce = new Nonce(ack.nonceHigh, ack.nonceLow);
        boolean same = Binder.text(nonce).equals(recordNonce);
        out.put(same ? ACK_OF_RECORD : ACK);
        if (!same) {
            out.put(nonce.bytes());
        }
        seed.encode(out);
        out.putInt(ack.requestHash);
        ack.from.encodeShort(out);
        Varint.put(out, ack.nanos - sinceNanos);
    }

    /** Reads what {@link #encode} wrote. */
    void decode(String recordNonce, ByteBuffer in, long sinceNanos) {
        byte has = in.get();
        if (has == NO_ACK) {
            return;
        }
        byte[] nonce = new byte[Nonce.LENGTH];
        if (has == ACK) {
            in.get(nonce);
        } else {
            nonce = HexFormat.of().parseHex(recordNonce);
        }
        bindNonce = Nonce.of(nonce);
        ackSeed = AckSeed.decode(in);
        int hash = in.getInt();
        Endpoint from = Endpoint.decodeShort(in);
        answers = new ArrayList<>(2);
        answers.add(new Kept(bindNonce, hash, from, null, sinceNanos + Varint.get(in)));
    }

    /** The nonce whose answer is the ACK of the current binding, and what it is made of. */
    void bound(Nonce nonce, AckSeed seed) {
        wipe();
        if (!answers.isEmpty()) {
            answers.removeIf(kept -> kept.answer == null); // none is made again of another's seed
        }
        bindNonce = nonce;
        ackSeed = seed;
    }

    /** What the ACK of the current binding is made of; null: the session was born with it. */
    @Nullable
    AckSeed ackSeed() {
        return ackSeed;
    }

    /** No ACK is made again. */
    void wipe() {
        if (ackSeed != null) {
            ackSeed.wipe();
            ackSeed = null;
        }
    }
}
