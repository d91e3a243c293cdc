package jumpvpn.core.security;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Makes and opens tickets under the key that the gateways share. Layout, {@value #SEALED_LENGTH} bytes (docs/protocol/wire.md, Ticket): key number u32, nonce 12, sealed 72, tag 16. Every ticket has a key of its own,
 * derived from the master, the key number and the random nonce, so two tickets meet under one key only if 96 random bits do.
 *
 * <p>Rotation is a new sealer with a higher current number.
 */
public final class TicketSealer {
    /** Bytes of a sealed ticket. */
    public static final int SEALED_LENGTH = 104;

    private static final int NONCE_AT = 4;
    private static final int SEALED_AT = 16;
    /** The gateways talk to themselves here: the suite is theirs, whatever the session uses. */
    private static final Suite SUITE = Suite.AES_256_GCM;

    private final Crypto crypto;
    private final byte[] master;
    private final int currentKey;
    private final int olderKeys;

    /**
     * A sealer for the current key number.
     *
     * @param master 32 secret bytes, copied
     * @param currentKey the number that new tickets bear, u32
     * @param olderKeys how many numbers before the current one still open
     */
    public TicketSealer(Crypto crypto, byte[] master, int currentKey, int olderKeys) {
        if (master.length != Hkdf.HASH_LENGTH || olderKeys < 0) {
            throw new IllegalArgumentException("a ticket master has 32 bytes, not " + master.length
                    + ", and older keys are 0 or more, not " + olderKeys);
        }
        this.crypto = crypto;
        this.master = master.clone();
        this.currentKey = currentKey;
        this.olderKeys = olderKeys;
    }

    /** A sealed ticket of {@value #SEALED_LENGTH} bytes, different every time. */
    public byte[] seal(Ticket ticket) {
        byte[] number = Bytes.u32(currentKey);
        byte[] nonce = crypto.entropy().bytes(SEALED_AT - NONCE_AT);
        byte[] plaintext = encode(ticket);
        byte[] key = key(nonce, number);
        byte[] sealed = SealedBytes.seal(crypto.aead(), SUITE, key, number, plaintext);
        Arrays.fill(plaintext, (byte) 0);
        Arrays.fill(key, (byte) 0);
        return Bytes.join(number, nonce, sealed);
    }

    /** The ticket, or null if these bytes are not one that a key in force has sealed. Its expiry is not looked at. */
    public @Nullable Ticket open(byte[] sealed) {
        if (sealed.length != SEALED_LENGTH) {
            return null;
        }
        byte[] number = Arrays.copyOf(sealed, NONCE_AT);
        int age = currentKey - ByteBuffer.wrap(number).getInt();
        if (Math.abs((long) age)
                > olderKeys) { // a newer one: this host's clock was set back; the number only feeds the key
            return null;
        }
        byte[] key = key(Arrays.copyOfRange(sealed, NONCE_AT, SEALED_AT), number);
        byte[] plaintext = SealedBytes.open(
                crypto.aead(), SUITE, key, number, Arrays.copyOfRange(sealed, SEALED_AT, sealed.length));
        Arrays.fill(key, (byte) 0);
        return plaintext == null ? null : decode(plaintext);
    }

    private byte[] key(byte[] nonce, byte[] number) {
        return Hkdf.derive(nonce, master, "jumpvpn ticket", number, 32);
    }

    private static byte[] encode(Ticket ticket) {
        if (ticket.sessionId().length != Ticket.SESSION_ID_LENGTH || ticket.proofKey().length != 32) {
            throw new IllegalArgumentException("a ticket carries a session id of 16 bytes and a proof key of 32, not "
                    + ticket.sessionId().length + " and " + ticket.proofKey().length);
        }
        return ByteBuffer.allocate(SEALED_LENGTH - SEALED_AT - Aead.TAG_LENGTH)
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
