package jumpvpn.core.security;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One generation of a session's secret and the keys that come from it (docs/protocol/wire.md, Key schedule). {@link #toString()} shows no key byte.
 *
 * @param generation 0 after the handshake, one more with every bind; u32
 * @param key 32 bytes, not copied
 */
public record SessionSecret(int generation, byte[] key) {
    private static final int LENGTH = 32;
    private static final byte[] CLIENT_TO_GATEWAY = Hkdf.label("jumpvpn binding c2g");
    private static final byte[] GATEWAY_TO_CLIENT = Hkdf.label("jumpvpn binding g2c");
    private static final byte[] NEXT = Hkdf.label("jumpvpn secret");
    private static final byte[] PROOF = Hkdf.label("jumpvpn proof");
    private static final byte[] EARLY = Hkdf.label("jumpvpn early");

    /** secret(0) from Noise's handshake hash and final chaining key. */
    public static SessionSecret ofHandshake(byte[] handshakeHash, byte[] chainingKey) {
        byte[] pseudorandomKey = Hkdf.extract(handshakeHash, chainingKey);
        return new SessionSecret(0, Hkdf.expand(pseudorandomKey, Bytes.ascii("jumpvpn session secret"), LENGTH));
    }

    /**
     * The keys of the binding that begins this epoch.
     *
     * @param epoch u32
     */
    public BindingKeys bindingKeys(Freshness freshness, int epoch) {
        return bindingKeys(new Hkdf(freshness.joined(), key), Bytes.u32(epoch));
    }

    private static BindingKeys bindingKeys(Hkdf bind, byte[] epoch) {
        return new BindingKeys(bind.derive(CLIENT_TO_GATEWAY, epoch), bind.derive(GATEWAY_TO_CLIENT, epoch));
    }

    /**
     * The generation that a bind steps to.
     *
     * @param epoch the bind's, u32
     */
    public SessionSecret next(Freshness freshness, int epoch) {
        return next(new Hkdf(freshness.joined(), key), Bytes.u32(epoch));
    }

    private SessionSecret next(Hkdf bind, byte[] epoch) {
        return new SessionSecret(generation + 1, bind.derive(NEXT, epoch));
    }

    /** All that a bind makes of a generation. */
    public record Bound(BindingKeys keys, SessionSecret next, Ratchet ratchet) {}

    /**
     * What {@link #bindingKeys}, {@link #next} and {@link Ratchet#of} give, from one extraction.
     *
     * @param epoch the bind's, u32
     */
    public Bound bound(Freshness freshness, int epoch) {
        return bound(new Hkdf(), freshness, epoch);
    }

    /** The same, with room to work in: what was begun there is lost. */
    public Bound bound(Hkdf bind, Freshness freshness, int epoch) {
        bind.begin(freshness.joined(), key);
        byte[] context = Bytes.u32(epoch);
        Bound bound = new Bound(bindingKeys(bind, context), next(bind, context), Ratchet.of(bind, epoch, context));
        bind.wipe();
        return bound;
    }

    /**
     * This generation with a renewal of its binding's keys in it: what a bind starts from when both ends have that output, and what a renewal of the secret makes a
     * generation of its own.
     */
    public SessionSecret mixed(RekeyOutput output) {
        byte[] context = ByteBuffer.allocate(8)
                .putInt(output.epoch())
                .putInt(output.phase())
                .array();
        return new SessionSecret(generation, Hkdf.derive(output.key(), key, "jumpvpn mixed secret", context, LENGTH));
    }

    /** The same key under another number; not copied. */
    public SessionSecret numbered(int number) {
        return new SessionSecret(number, key);
    }

    /** A copy with a key of its own. */
    public SessionSecret copy() {
        return new SessionSecret(generation, key.clone());
    }

    /** The key that tickets carry and {@link Proof} starts from. */
    public byte[] proofKey() {
        return proofKey(new Hkdf());
    }

    /** The same, with room to work in: what was begun there is lost. */
    public byte[] proofKey(Hkdf work) {
        return work.once(Bytes.EMPTY, key, PROOF, Bytes.EMPTY, LENGTH);
    }

    /**
     * The key of the data that rides behind one reattach request.
     *
     * @param nonce the request's, 16 bytes
     */
    public byte[] earlyKey(byte[] nonce) {
        return Hkdf.derive(Bytes.EMPTY, key, EARLY, nonce, LENGTH);
    }

    /** Overwrites the key. */
    public void wipe() {
        Arrays.fill(key, (byte) 0);
    }

    @Override
    public String toString() {
        return "SessionSecret[generation=" + Integer.toUnsignedString(generation) + "]";
    }
}
