package jumpvpn.core.security;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes and opens tickets under the keys that the gateways share. Layout, {@value #SEALED_LENGTH} bytes (docs/protocol/wire.md, Ticket): key number u32, random 12, tag 16, sealed 72. One AES-SIV key a number, derived from
 * the master when it is first asked for and kept; the random bytes only make tickets of one content differ. Not for two threads at once.
 *
 * <p>Rotation is a new sealer with a higher current number.
 */
public final class TicketSealer {
    /** Bytes of a sealed ticket. */
    public static final int SEALED_LENGTH = 104;

    private static final int RANDOM_LENGTH = 12;
    private static final int SEALED_AT = 4 + RANDOM_LENGTH;
    private static final int KEY_LENGTH = 64;

    private final Entropy entropy;
    private final byte[] master;
    private final int currentKey;
    private final int olderKeys;
    private final @Nullable AesSiv[] keys;

    /**
     * A sealer for the current key number.
     *
     * @param master 32 secret bytes, copied
     * @param currentKey the number that new tickets bear, u32
     * @param olderKeys how many numbers before the current one still open
     */
    public TicketSealer(Entropy entropy, byte[] master, int currentKey, int olderKeys) {
        if (master.length != Hkdf.HASH_LENGTH || olderKeys < 0) {
            throw new IllegalArgumentException("a ticket master has 32 bytes, not " + master.length
                    + ", and older keys are 0 or more, not " + olderKeys);
        }
        this.entropy = entropy;
        this.master = master.clone();
        this.currentKey = currentKey;
        this.olderKeys = olderKeys;
        this.keys = new AesSiv[2 * olderKeys + 1];
    }

    /** Sealed tickets of {@value #SEALED_LENGTH} bytes that all say the same and look different. */
    public List<byte[]> seal(Ticket ticket, int count) {
        byte[] plaintext = encode(ticket);
        ByteBuffer random = ByteBuffer.wrap(entropy.bytes(count * RANDOM_LENGTH));
        List<byte[]> associated = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            byte[] each = new byte[SEALED_AT];
            ByteBuffer.wrap(each).putInt(currentKey);
            random.get(each, SEALED_AT - RANDOM_LENGTH, RANDOM_LENGTH);
            associated.add(each);
        }
        List<byte[]> sealed = key(currentKey).sealEach(plaintext, associated);
        List<byte[]> tickets = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            tickets.add(Bytes.join(associated.get(i), sealed.get(i)));
        }
        Arrays.fill(plaintext, (byte) 0);
        return tickets;
    }

    /** The ticket of {@value #SEALED_LENGTH} bytes at an offset, or null if these are not one that a key in force has sealed. Its expiry is not looked at. */
    public @Nullable Ticket open(byte[] in, int offset) {
        int number = ByteBuffer.wrap(in).getInt(offset);
        if (Math.abs((long) (currentKey - number)) > olderKeys) {
            return null;
        }
        byte[] associated = Arrays.copyOfRange(in, offset, offset + SEALED_AT);
        byte[] plaintext = key(number).open(in, offset + SEALED_AT, SEALED_LENGTH - SEALED_AT, associated);
        return plaintext == null ? null : decode(plaintext);
    }

    /** A number above the current one is in force too: it is there when this host's clock was set back. */
    private AesSiv key(int number) {
        int index = currentKey - number + olderKeys;
        AesSiv key = keys[index];
        if (key == null) {
            byte[] bytes = Hkdf.derive(Bytes.EMPTY, master, "jumpvpn ticket", Bytes.u32(number), KEY_LENGTH);
            key = new AesSiv(bytes);
            keys[index] = key;
            Arrays.fill(bytes, (byte) 0);
        }
        return key;
    }

    private static byte[] encode(Ticket ticket) {
        if (ticket.sessionId().length != Ticket.SESSION_ID_LENGTH || ticket.proofKey().length != 32) {
            throw new IllegalArgumentException("a ticket carries a session id of 16 bytes and a proof key of 32, not "
                    + ticket.sessionId().length + " and " + ticket.proofKey().length);
        }
        return ByteBuffer.allocate(SEALED_LENGTH - SEALED_AT - AesSiv.TAG_LENGTH)
                .put(ticket.sessionId())
                .putLong(ticket.owner())
                .putInt(ticket.epoch())
                .putInt(ticket.generation())
                .put(ticket.proofKey())
                .putLong(ticket.expirySeconds())
                .array();
    }

    private static Ticket decode(byte[] plaintext) {
        ByteBuffer in = ByteBuffer.wrap(plaintext);
        byte[] sessionId = new byte[Ticket.SESSION_ID_LENGTH];
        byte[] proofKey = new byte[32];
        long owner = in.get(sessionId).getLong();
        int epoch = in.getInt();
        int generation = in.getInt();
        long expirySeconds = in.get(proofKey).getLong();
        Arrays.fill(plaintext, (byte) 0);
        return new Ticket(sessionId, owner, epoch, generation, proofKey, expirySeconds);
    }
}
