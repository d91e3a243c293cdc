package jumpvpn.lab.netns;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import jumpvpn.node.host.Libc;
import jumpvpn.node.host.Memory;

/**
 * One direction of an emulated link: frames that arrive on one socket leave by another after the delay, unless they are lost, too many or
 * swallowed. One thread forwards; settings may be changed by another at any time and hold from the next frame on. Bounded: {@link #SLOTS}
 * frames wait at most, a further one is dropped (drop-tail).
 */
final class LinkDirection {
    static final int SLOTS = 4096;
    static final int SLOT_BYTES = 2048;
    private static final int BATCH = 64;
    private static final int ETHERNET_BYTES = 14;
    private static final int LATENESS_BUCKETS = 10_000;

    final int from;
    private final int to;
    private final long slab =
            Arena.global().allocate((long) (SLOTS + 1) * SLOT_BYTES, 64).address();
    private final long[] dueNanos = new long[SLOTS];
    private final int[] lengths = new int[SLOTS];
    private final SplittableRandom random;
    private final int[] latenessMicros = new int[LATENESS_BUCKETS + 1];
    private long head;
    private long tail;
    private long lineFreeNanos = System.nanoTime();
    private long lastDueNanos = Long.MIN_VALUE;

    volatile long delayNanos;
    volatile double loss;
    volatile long bitsPerSecond;
    /** How long a frame waits for the line at most. */
    volatile long queueNanos = 200_000_000L;

    /** Larger packets vanish without a word. */
    volatile int mtu = SLOT_BYTES;

    volatile boolean hole;
    final AtomicInteger flips = new AtomicInteger();
    final AtomicInteger duplicates = new AtomicInteger();

    private final AtomicLong forwarded = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong swallowed = new AtomicLong();
    private final AtomicLong overflowed = new AtomicLong();
    private final AtomicLong oversized = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    LinkDirection(int from, int to, long seed) {
        this.from = from;
        this.to = to;
        this.random = new SplittableRandom(seed);
    }

    /** Takes in at most {@value #BATCH} waiting frames; true if there may be more. */
    boolean takeIn() {
        for (int i = 0; i < BATCH; i++) {
            boolean full = tail - head == SLOTS;
            int slot = full ? SLOTS : (int) (tail % SLOTS);
            int length =
                    Libc.recv(from, slab + (long) slot * SLOT_BYTES, SLOT_BYTES, Libc.MSG_DONTWAIT | Libc.MSG_TRUNC);
            if (length < 0) {
                return false;
            }
            accept(slot, length, full, System.nanoTime());
        }
        return true;
    }

    private void accept(int slot, int length, boolean full, long now) {
        if (hole) {
            swallowed.incrementAndGet();
        } else if (length > SLOT_BYTES) {
            oversized.incrementAndGet();
        } else if (loss > 0 && random.nextDouble() < loss) {
            lost.incrementAndGet();
        } else if (full) {
            overflowed.incrementAndGet();
        } else if (length - ETHERNET_BYTES > mtu || (bitsPerSecond > 0 && lineFreeNanos - now > queueNanos)) {
            lost.incrementAndGet();
        } else {
            dueNanos[slot] = due(length, now);
            lengths[slot] = length;
            tail++;
        }
    }

    private long due(int length, long now) {
        long leaves = now;
        if (bitsPerSecond > 0) {
            leaves = Math.max(now, lineFreeNanos) + length * 8_000_000_000L / bitsPerSecond;
            lineFreeNanos = leaves;
        }
        lastDueNanos = Math.max(lastDueNanos, leaves + delayNanos);
        return lastDueNanos;
    }

    /** Sends every frame whose time has come; the time of the next one, or {@code Long.MAX_VALUE} when none waits. */
    long release(long now) {
        while (head != tail) {
            int slot = (int) (head % SLOTS);
            long late = now - dueNanos[slot];
            if (late < 0) {
                return dueNanos[slot];
            }
            head++;
            if (hole) {
                swallowed.incrementAndGet();
            } else {
                deliver(slab + (long) slot * SLOT_BYTES, lengths[slot]);
                latenessMicros[(int) Math.min(LATENESS_BUCKETS, late / 1000)]++;
            }
        }
        return Long.MAX_VALUE;
    }

    private void deliver(long frame, int length) {
        if (flips.get() > 0 || duplicates.get() > 0) {
            int payload = WireFrame.dataPayload(frame, length);
            if (payload > 0 && take(flips)) {
                flip(frame, payload, length);
            }
            if (payload > 0 && take(duplicates)) {
                count(Libc.write(to, frame, length) == length);
            }
        }
        count(Libc.write(to, frame, length) == length);
    }

    private void count(boolean sent) {
        if (sent) {
            forwarded.incrementAndGet();
        } else {
            refused.incrementAndGet();
        }
    }

    private static boolean take(AtomicInteger tickets) {
        if (tickets.get() == 0) {
            return false;
        }
        tickets.decrementAndGet();
        return true;
    }

    /** One bit of the sealed part; the UDP checksum is switched off (0) so that the kernel leaves the judgement to the receiver. */
    private void flip(long frame, int payload, int length) {
        int sealed = payload + WireFrame.DATA_HEADER_BYTES;
        long at = frame + sealed + random.nextInt(length - sealed);
        Memory.putByte(at, (byte) (Memory.getByte(at) ^ (1 << random.nextInt(8))));
        Memory.putShort(frame + payload - 2, (short) 0);
    }

    /** Counters and the lateness of releases (50th and 99th percentile, worst, in µs) since the last call. */
    String statistics() {
        long all = 0;
        for (int n : latenessMicros) {
            all += n;
        }
        String text =
                "forwarded=%d lost=%d swallowed=%d overflowed=%d oversized=%d refused=%d flips_left=%d late_us=%d/%d/%d"
                        .formatted(
                                forwarded.get(),
                                lost.get(),
                                swallowed.get(),
                                overflowed.get(),
                                oversized.get(),
                                refused.get(),
                                flips.get(),
                                percentile(all / 2),
                                percentile(all - all / 100 - 1),
                                percentile(all - 1));
        Arrays.fill(latenessMicros, 0);
        return text;
    }

    private int percentile(long rank) {
        long seen = 0;
        for (int i = 0; i <= LATENESS_BUCKETS; i++) {
            seen += latenessMicros[i];
            if (seen > rank) {
                return i;
            }
        }
        return 0;
    }
}
