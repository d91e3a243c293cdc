package jumpvpn.core.transport;

import java.nio.ByteBuffer;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.net.Varint;

/**
 * How long a datagram of one binding may be, found by datagrams of the length in question (RFC 8899): the longest that arrived is what rides whole. It starts with a length that
 * every path carries, and looks for more only when something longer is to be sent. A length is too long when it stayed unanswered thrice while what was sent behind it arrived; a
 * path that delivers nothing says nothing of lengths. Packets that get lost make it doubt what it has found: a black hole for long ones and random loss are told apart by asking.
 */
public final class PathMtu {
    private static final int LEAST = Protocol.LEAST_DATAGRAM;
    private static final int STREAM = 0xffff;
    private static final int CLOSE_ENOUGH = 16;
    private static final int TRIES = 3;
    private static final long LEAST_PATIENCE_NANOS = 50_000_000;
    private static final long DOUBT_PAUSE_NANOS = 1_000_000_000;
    private static final long FIRST_RAISE_NANOS = 1_000_000_000;
    private static final long MOST_RAISE_NANOS = 600_000_000_000L;

    private final int most;
    private int proven;
    private int tooLong;
    private int asked;
    private int failures;
    private long askedCounter;
    private long askedNanos;
    private long unanswered;
    private long lost = -1;
    private long doubtNanos;
    private long raiseNanos;
    private long raisePauseNanos = FIRST_RAISE_NANOS;

    private PathMtu(int most, int proven) {
        this.most = most;
        this.proven = proven;
        this.tooLong = most + 1;
    }

    /**
     * Of a path on which nothing was sent yet. TCP cuts and joins by itself.
     *
     * @param most bytes that anybody would send
     */
    public static PathMtu of(Protocol protocol, int most) {
        return protocol == Protocol.TCP ? new PathMtu(STREAM, STREAM) : new PathMtu(Math.max(most, LEAST), LEAST);
    }

    /** Writes what was found, times as passed since then. */
    public void encode(ByteBuffer out, long sinceNanos) {
        boolean isNew = proven == LEAST && tooLong > most;
        Varint.put(out, isNew ? 0 : proven);
        if (!isNew) {
            Varint.put(out, tooLong);
            Varint.put(out, raiseNanos - sinceNanos);
            Varint.put(out, raisePauseNanos);
        }
    }

    /** Reads what {@link #encode} wrote. */
    public static PathMtu decode(Protocol protocol, int most, ByteBuffer in, long sinceNanos) {
        PathMtu mtu = of(protocol, most);
        int proven = (int) Varint.get(in);
        if (proven > 0) {
            mtu.proven = proven;
            mtu.tooLong = (int) Varint.get(in);
            mtu.raiseNanos = sinceNanos + Varint.get(in);
            mtu.raisePauseNanos = Varint.get(in);
        }
        return mtu;
    }

    /** Bytes of the longest datagram that may be sent now. */
    public int limit() {
        return isDoubted() ? LEAST : proven;
    }

    /** Bytes of the longest datagram that the path carries, as closely as it is looked for, once the search is over; 0 until then and while that is doubted. */
    public int found() {
        return tooLong - proven > CLOSE_ENOUGH || isDoubted() ? 0 : proven;
    }

    private boolean isDoubted() {
        return asked != 0 && asked <= proven && failures > 0;
    }

    /**
     * What to ask now.
     *
     * @param patienceNanos how long an answer may take
     * @param wanted whether something longer than {@link #limit} was to be sent
     * @param sealed how many packets were sent
     * @param acked the counter of the newest that arrived, from 0
     * @param received how many of those up to it arrived
     * @return bytes of the datagram whose arrival is to be asked for, a short packet behind it; 0: nothing is to be asked
     */
    public int due(long nowNanos, long patienceNanos, boolean wanted, long sealed, long acked, long received) {
        if (asked != 0 && nowNanos - askedNanos < Math.max(patienceNanos, LEAST_PATIENCE_NANOS)) {
            return 0;
        }
        long lostNow = acked + 1 - received - unarrived(acked);
        unanswered += asked == 0 ? 0 : 1;
        if (asked == 0) {
            next(nowNanos, wanted, lostNow);
        } else if (acked > askedCounter) {
            failed(nowNanos, lostNow);
        }
        askedCounter = sealed;
        askedNanos = nowNanos;
        return asked;
    }

    private void next(long nowNanos, boolean wanted, long lostNow) {
        boolean doubtful = lost >= 0 && lostNow > lost && nowNanos - doubtNanos >= DOUBT_PAUSE_NANOS;
        if (wanted && tooLong <= most && tooLong - proven <= CLOSE_ENOUGH && nowNanos >= raiseNanos) {
            tooLong = most + 1;
            raisePauseNanos = Math.min(2 * raisePauseNanos, MOST_RAISE_NANOS);
        }
        if (doubtful || lost < 0) {
            lost = lostNow;
        }
        if (wanted && tooLong - proven > CLOSE_ENOUGH) {
            asked = tooLong > most ? most : (proven + tooLong) / 2;
        } else if (doubtful && proven > LEAST && proven < STREAM) {
            asked = proven;
            doubtNanos = nowNanos;
        }
    }

    private void failed(long nowNanos, long lostNow) {
        failures++;
        if (failures < TRIES) {
            return;
        }
        if (asked <= proven) {
            proven = LEAST;
        }
        tooLong = asked;
        raiseNanos = nowNanos + raisePauseNanos;
        settle();
        next(nowNanos, true, lostNow);
    }

    private void settle() {
        asked = 0;
        failures = 0;
    }

    /** A datagram of so many bytes arrived at the peer. */
    public void arrived(int length) {
        if (length > proven && length <= most) {
            proven = length;
            if (length >= tooLong) { // it came late
                tooLong = most + 1;
            }
        }
        if (length == asked) {
            settle();
        }
    }

    /** How many of the packets up to this counter were questions that did not arrive: that says nothing of the path's loss. */
    public long unarrived(long acked) {
        return unanswered + (asked != 0 && acked > askedCounter ? 1 : 0);
    }

    /** Whether an answer is awaited. */
    public boolean isAsking() {
        return asked != 0;
    }
}
