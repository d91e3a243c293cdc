package jumpvpn.core.data;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jumpvpn.core.security.Aead;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.ReplayWindow;
import org.jspecify.annotations.Nullable;

/**
 * A session that this gateway takes over, as the RELAY datagrams find it that the gateway before sends ({@link HandOver}): for a short while after the bind what came
 * there is taken here. Until the bind is known it waits. The first authentic datagram says which hand-over it is; there is no other.
 */
public final class TakeOver implements Bound {
    /** The first half of the key under which packet threads find it among the bindings; the second is {@link #id}. */
    public static final long TABLE = 1;

    private static final int REPLAY_WINDOW = 8192;

    /** The commit's. */
    public final long id;

    /** The session's. */
    final ForwardingGate gate;

    private final AeadPort aead;
    private final byte[] master;
    private volatile long untilNanos = Long.MAX_VALUE;
    private byte @Nullable [] start;
    private @Nullable Aead opener;
    private @Nullable ReplayWindow window;

    /**
     * One whose bind is being committed.
     *
     * @param master what the gateways share for this, 32 bytes
     * @param id the commit's
     */
    public TakeOver(AeadPort aead, byte[] master, long id, ForwardingGate gate) {
        this.aead = aead;
        this.master = master;
        this.id = id;
        this.gate = gate;
    }

    /** The bind is committed: packets are taken until then. */
    public void bound(long takesUntilNanos) {
        untilNanos = takesUntilNanos;
    }

    /** Whether the bind is not known yet. */
    boolean isPending() {
        return untilNanos == Long.MAX_VALUE;
    }

    /**
     * Opens a datagram in place.
     *
     * @return the inner packet's length, or the negative of 1 + the {@link DropReason}'s ordinal
     */
    synchronized int open(MemorySegment memory, long packet, int length, long nowNanos) {
        if (nowNanos >= untilNanos) {
            return dropped(DropReason.BINDING_ENDED);
        }
        byte[] from = new byte[RelayMessage.START_LENGTH];
        MemorySegment.copy(memory, PacketLayout.BYTE, packet + RelayMessage.START, from, 0, from.length);
        boolean isKnown = start != null;
        if (isKnown && !Arrays.equals(start, from)) {
            return dropped(DropReason.BAD_TAG);
        }
        Aead cipher = opener == null ? opener(from) : opener;
        long counter = memory.get(PacketLayout.LONG, packet + RelayMessage.COUNTER);
        long sealed = packet + RelayMessage.HEADER_LENGTH;
        int opened = cipher.open(
                counter, memory, packet, RelayMessage.HEADER_LENGTH, sealed, length - RelayMessage.HEADER_LENGTH);
        if (opened < 0) {
            return dropped(DropReason.BAD_TAG);
        }
        ReplayWindow received = window == null ? new ReplayWindow(REPLAY_WINDOW) : window;
        start = from;
        opener = cipher;
        window = received;
        return received.accept(counter) ? opened : dropped(DropReason.REPLAYED);
    }

    private Aead opener(byte[] from) {
        byte[] key = RelayMessage.key(master, from, id);
        Aead cipher = aead.create(RelayMessage.SUITE, key);
        Arrays.fill(key, (byte) 0);
        return cipher;
    }

    /** It is over: nothing is taken any more, and the key is forgotten. */
    public synchronized void end() {
        untilNanos = Long.MIN_VALUE;
        opener = null;
        window = null;
    }

    private static int dropped(DropReason reason) {
        return -1 - reason.ordinal();
    }
}
