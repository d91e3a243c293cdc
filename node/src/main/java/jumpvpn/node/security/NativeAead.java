package jumpvpn.node.security;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import jumpvpn.core.security.Aead;
import jumpvpn.core.security.AeadPort;

/**
 * A key of a native library: works on native memory and leaves heap arrays to the JDK. What it holds outside the heap is given back when the collector finds that
 * nobody has it any more.
 */
abstract class NativeAead implements Aead {
    /** How many may live at a time, garbage included: some 25 MB. */
    static final int MOST = 16_384;

    private static final AtomicInteger LIVE = new AtomicInteger();

    private final Aead onHeap;

    @SuppressWarnings("unused") // held for its clean-up
    private final MemorySegment held;

    /**
     * @param onHeap the same key of the JDK
     * @param address what is held
     * @param free gives it back; must not refer to this object
     */
    NativeAead(Aead onHeap, long address, LongConsumer free) {
        this.onHeap = onHeap;
        LIVE.incrementAndGet();
        held = MemorySegment.ofAddress(address).reinterpret(Arena.ofAuto(), segment -> {
            free.accept(segment.address());
            LIVE.decrementAndGet();
        });
    }

    /** A port whose further keys are the JDK's while {@link #MOST} native ones live: those make garbage, so that native ones are found and given back. */
    static AeadPort bounded(AeadPort natives, AeadPort jdk) {
        return (suite, key) -> (LIVE.get() < MOST ? natives : jdk).create(suite, key);
    }

    @Override
    public final void seal(
            long counter, MemorySegment memory, long aadOffset, int aadLength, long textOffset, int textLength) {
        if (!memory.isNative()) {
            onHeap.seal(counter, memory, aadOffset, aadLength, textOffset, textLength);
            return;
        }
        long base = memory.address();
        try {
            seal(counter, base + aadOffset, aadLength, base + textOffset, textLength);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public final int open(
            long counter, MemorySegment memory, long aadOffset, int aadLength, long sealedOffset, int sealedLength) {
        if (!memory.isNative()) {
            return onHeap.open(counter, memory, aadOffset, aadLength, sealedOffset, sealedLength);
        }
        if (sealedLength < TAG_LENGTH) {
            return -1;
        }
        long base = memory.address();
        int textLength = sealedLength - TAG_LENGTH;
        try {
            return open(counter, base + aadOffset, aadLength, base + sealedOffset, textLength) ? textLength : -1;
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Seals in place at these addresses, the tag behind the text. */
    abstract void seal(long counter, long aad, int aadLength, long text, int textLength);

    /** Opens in place at these addresses, the tag behind the text; false: it is wrong, and the text is as it was. */
    abstract boolean open(long counter, long aad, int aadLength, long text, int textLength);
}
