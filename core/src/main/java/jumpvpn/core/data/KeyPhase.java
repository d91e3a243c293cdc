package jumpvpn.core.data;

import java.nio.ByteBuffer;
import java.util.Arrays;
import jumpvpn.core.security.Aead;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.Suite;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a binding between two renewals. Ciphers are made when a thread first needs its own, and forgotten while the binding rests: then only the keys stay.
 * Wiped, it makes none any more; a thread that is inside one at that moment ends its packet with it.
 */
final class KeyPhase {
    /** No key seals longer (contract section 3). */
    static final long SEAL_NANOS = 180_000_000_000L;

    /** What was sealed under the old keys is opened so much longer. */
    static final long LATE_NANOS = 2_000_000_000L;

    private static final @Nullable Aead[] NONE = {};

    /** From 0; its low byte is in every packet. */
    final int number;

    /** The first counter of ours that may be sealed under it. */
    final long firstCounter;

    /** The largest counter of the peer's received before it. */
    final long receivedBefore;

    final long bornNanos;
    private final AeadPort port;
    private final Suite suite;
    private final byte[] sealKey;
    private final byte[] openKey;
    private boolean wiped;
    private volatile @Nullable Aead[] packetSealers = NONE;
    private volatile @Nullable Aead controlSealer;
    private volatile @Nullable Aead opener;

    /**
     * @param number from 0
     * @param nextCounter the next counter of ours
     * @param receivedBefore the largest counter of the peer's, or -1
     */
    record Start(int number, long nextCounter, long receivedBefore, long bornNanos) {}

    /** The keys are copied. */
    KeyPhase(AeadPort port, Suite suite, byte[] sealKey, byte[] openKey, Start start) {
        this.port = port;
        this.suite = suite;
        this.sealKey = sealKey.clone();
        this.openKey = openKey == sealKey ? this.sealKey : openKey.clone();
        this.number = start.number;
        this.firstCounter = start.nextCounter;
        this.receivedBefore = start.receivedBefore;
        this.bornNanos = start.bornNanos;
    }

    /** Writes both keys. */
    void encode(ByteBuffer out) {
        out.put(sealKey).put(openKey);
    }

    /** A sending thread's cipher; null when wiped. @param shard the thread's number, from 0 */
    @Nullable
    Aead packetSealer(int shard) {
        @Nullable Aead[] made = packetSealers;
        Aead own = shard < made.length ? made[shard] : null;
        return own != null ? own : makePacketSealer(shard);
    }

    /** The control thread's cipher; null when wiped. */
    @Nullable
    Aead controlSealer() {
        Aead made = controlSealer;
        return made != null ? made : makeControlSealer();
    }

    /** The receiving thread's cipher; null when wiped. */
    @Nullable
    Aead opener() {
        Aead made = opener;
        return made != null ? made : makeOpener();
    }

    private synchronized @Nullable Aead makePacketSealer(int shard) {
        if (wiped) {
            return null;
        }
        @Nullable Aead[] more = Arrays.copyOf(packetSealers, Math.max(shard + 1, packetSealers.length));
        more[shard] = port.create(suite, sealKey);
        packetSealers = more;
        return more[shard];
    }

    private synchronized @Nullable Aead makeControlSealer() {
        return wiped ? null : (controlSealer = port.create(suite, sealKey));
    }

    private synchronized @Nullable Aead makeOpener() {
        return wiped ? null : (opener = port.create(suite, openKey));
    }

    /** Whether it may seal no packet with this counter, or none at this time. */
    boolean isSpent(long counter, long nowNanos) {
        return counter - firstCounter >= suite.packetLimit() || nowNanos - bornNanos >= SEAL_NANOS;
    }

    /** Whether packets sealed under it are taken. */
    boolean opens(long nowNanos) {
        return nowNanos - bornNanos < SEAL_NANOS + LATE_NANOS;
    }

    /** Whether it has sealed or opened so many packets that it is to be renewed. */
    boolean isWorn(long nextCounter, long received) {
        return Math.max(nextCounter - firstCounter, received - receivedBefore) >= suite.rekeyPackets();
    }

    /** Forgets the ciphers; they are made again when they are needed. */
    synchronized void rest() {
        packetSealers = NONE;
        controlSealer = null;
        opener = null;
    }

    /** Overwrites the keys and forgets the ciphers, for good. */
    synchronized void wipe() {
        wiped = true;
        Arrays.fill(sealKey, (byte) 0);
        Arrays.fill(openKey, (byte) 0);
        rest();
    }
}
