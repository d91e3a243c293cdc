package jumpvpn.core.security;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes and opens tickets under the keys that the gateways share. Layout, {@value #SEALED_LENGTH} bytes (docs/protocol/wire.md, Ticket): key number u32, blur 12, tag 16, sealed 72. The keys of a number are derived from
 * the master when they are first asked for, and kept. The blur only makes tickets of one content differ; it comes from a seed, so that the same tickets can be made once more. Not for two threads at once.
 *
 * <p>Rotation is a new sealer with a higher current number.
 */
public final class TicketSealer {
    /** Bytes of a sealed ticket. */
    public static final int SEALED_LENGTH = 104;

    /** Bytes of a seed. */
    public static final int SEED_LENGTH = AesBlocks.LENGTH;

    private static final int SEALED_AT = 16;
    private static final int KEY_LENGTH = 64;
    private static final int BLUR_KEY_LENGTH = 32;

    /** What comes of one number. */
    private record Keys(AesSiv siv, AesBlocks blur) {}

    private final byte[] master;
    private final int currentKey;
    private final int olderKeys;
    private final @Nullable Keys[] keys;
    private final Hkdf work = new Hkdf();

    /**
     * A sealer for the current key number.
     *
     * @param master 32 secret bytes, copied
     * @param currentKey the number that new tickets bear, u32
     * @param olderKeys how many numbers before the current one still open
     */
    public TicketSealer(byte[] master, int currentKey, int olderKeys) {
        if (master.length != Hkdf.HASH_LENGTH || olderKeys < 0) {
            throw new IllegalArgumentException("a ticket master has 32 bytes, not " + master.length
                    + ", and older keys are 0 or more, not " + olderKeys);
        }
        this.master = master.clone();
        this.currentKey = currentKey;
        this.olderKeys = olderKeys;
        this.keys = new Keys[2 * olderKeys + 1];
    }

    /** The number that new tickets bear. */
    public int currentKey() {
        return currentKey;
    }

    /**
     * Sealed tickets of {@value #SEALED_LENGTH} bytes that all say the same and look different. The same arguments give the same tickets; without the key nobody can
     * tell which tickets have come of one seed, even who knows the seed.
     *
     * @param number of a key in force
     * @param seed {@value #SEED_LENGTH} bytes, fresh for every message, not secret
     */
    public List<byte[]> seal(int number, Ticket ticket, int count, byte[] seed) {
        byte[] all = new byte[count * SEALED_LENGTH];
        seal(number, ticket, count, seed, all, 0);
        List<byte[]> tickets = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            tickets.add(Arrays.copyOfRange(all, i * SEALED_LENGTH, (i + 1) * SEALED_LENGTH));
        }
        return tickets;
    }

    /** The same, one after another, in an array that has room for them from an offset on. */
    public void seal(int number, Ticket ticket, int count, byte[] seed, byte[] out, int at) {
        Keys under = keys(number);
        blur(under.blur, number, seed, count, out, at);
        byte[] plaintext = encode(ticket);
        under.siv.seal(plaintext, out, at, SEALED_LENGTH, count);
        Arrays.fill(plaintext, (byte) 0);
    }

    /** One block a ticket: the seed with the ticket's index in its last byte, enciphered, and the key's number over its beginning. */
    private static void blur(AesBlocks key, int number, byte[] seed, int count, byte[] out, int at) {
        byte[] seeds = new byte[count * SEED_LENGTH];
        byte[] blurs = new byte[count * SEED_LENGTH];
        for (int i = 0; i < count; i++) {
            System.arraycopy(seed, 0, seeds, i * SEED_LENGTH, SEED_LENGTH);
            seeds[(i + 1) * SEED_LENGTH - 1] ^= (byte) i;
        }
        key.encipher(seeds, seeds.length, blurs);
        ByteBuffer tickets = ByteBuffer.wrap(out);
        for (int i = 0; i < count; i++) {
            System.arraycopy(blurs, i * SEED_LENGTH, out, at + i * SEALED_LENGTH, SEED_LENGTH);
            tickets.putInt(at + i * SEALED_LENGTH, number);
        }
    }

    /** The ticket of {@value #SEALED_LENGTH} bytes at an offset, or null if these are not one that a key in force has sealed. Its expiry is not looked at. */
    public @Nullable Ticket open(byte[] in, int offset) {
        int number = ByteBuffer.wrap(in).getInt(offset);
        if (Math.abs((long) (currentKey - number)) > olderKeys) {
            return null;
        }
        byte[] plaintext = keys(number).siv.open(in, offset, SEALED_LENGTH);
        return plaintext == null ? null : decode(plaintext);
    }

    /** The proof of whoever has this ticket's proof key, for a request or probe with this nonce. For the thread that this sealer is for. */
    public Proof proof(Ticket ticket, byte[] nonce) {
        return new Proof(work, ticket.proofKey(), nonce);
    }

    /** A number above the current one is in force too: it is there when this host's clock was set back. */
    private Keys keys(int number) {
        int index = currentKey - number + olderKeys;
        Keys made = keys[index];
        if (made == null) {
            byte[] siv = Hkdf.derive(Bytes.EMPTY, master, "jumpvpn ticket", Bytes.u32(number), KEY_LENGTH);
            byte[] blur = Hkdf.derive(Bytes.EMPTY, master, "jumpvpn ticket blur", Bytes.u32(number), BLUR_KEY_LENGTH);
            made = new Keys(new AesSiv(siv), new AesBlocks(blur, 0, BLUR_KEY_LENGTH));
            keys[index] = made;
            Arrays.fill(siv, (byte) 0);
            Arrays.fill(blur, (byte) 0);
        }
        return made;
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
