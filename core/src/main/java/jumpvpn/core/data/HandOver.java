package jumpvpn.core.data;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import jumpvpn.core.security.Aead;
import jumpvpn.core.security.AeadPort;
import org.jspecify.annotations.Nullable;

/**
 * Where the packets of a session go that another gateway has taken over: as RELAY datagrams to that one, which has the {@link TakeOver}. It has a key of its own, of
 * fresh randomness. Any thread.
 */
public final class HandOver {
    /** Bytes of the randomness that its key comes from. */
    public static final int START_LENGTH = RelayMessage.START_LENGTH;

    private final AeadPort aead;
    private final long gateway;
    private final long takeOver;
    private final byte[] start;
    private final byte[] key;
    private long counter;
    private boolean wiped;

    /**
     * One that has sealed nothing yet.
     *
     * @param master what the gateways share for this, 32 bytes
     * @param gateway the number of the gateway that has the session now
     * @param takeOver the id of the commit by which it has it
     * @param start fresh random bytes, {@value #START_LENGTH}
     */
    public HandOver(AeadPort aead, byte[] master, long gateway, long takeOver, byte[] start) {
        this.aead = aead;
        this.gateway = gateway;
        this.takeOver = takeOver;
        this.start = start.clone();
        this.key = RelayMessage.key(master, start, takeOver);
    }

    /** The number of the gateway that the datagrams go to. */
    public long gateway() {
        return gateway;
    }

    /** A copy of an inner packet in a datagram for that gateway: one that came from the client. Null: it is over. */
    public byte @Nullable [] fromClient(MemorySegment memory, long inner, int length) {
        return sealed(RelayMessage.FROM_CLIENT, memory, inner, length);
    }

    /** The same with one that is for the client. */
    public byte @Nullable [] toClient(MemorySegment memory, long inner, int length) {
        return sealed(RelayMessage.TO_CLIENT, memory, inner, length);
    }

    private synchronized byte @Nullable [] sealed(byte kind, MemorySegment memory, long inner, int length) {
        if (wiped) {
            return null;
        }
        byte[] datagram = new byte[RelayMessage.HEADER_LENGTH + length + Aead.TAG_LENGTH];
        ByteBuffer header = ByteBuffer.wrap(datagram);
        header.put(RelayMessage.TYPE).put(kind).putShort((short) 0).putLong(takeOver);
        header.put(start).putLong(counter);
        MemorySegment.copy(memory, PacketLayout.BYTE, inner, datagram, RelayMessage.HEADER_LENGTH, length);
        aead.sealOnce(RelayMessage.SUITE, key, counter++, datagram, RelayMessage.HEADER_LENGTH, datagram.length);
        return datagram;
    }

    /** It is over: nothing is sealed any more. */
    public synchronized void wipe() {
        wiped = true;
        Arrays.fill(key, (byte) 0);
    }
}
