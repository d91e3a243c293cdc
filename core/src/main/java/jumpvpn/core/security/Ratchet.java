package jumpvpn.core.security;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The chain of Diffie-Hellman steps inside one binding (docs/protocol/wire.md, Key schedule): what every renewal of its keys is mixed with, so that a step's keys
 * are secret to whoever lacks either the chain or the agreed secret. {@link #toString()} shows no key byte.
 */
public final class Ratchet {
    private static final int LENGTH = 32;
    private static final byte[] CHAIN = Hkdf.label("jumpvpn rekey chain");

    private final byte[] chain;
    private final int epoch;
    private final int phase;

    /**
     * What one renewal yields.
     *
     * @param keys of the next phase
     * @param output what enters the session's secret
     * @param next the chain after it
     */
    public record Step(BindingKeys keys, RekeyOutput output, Ratchet next) {}

    private Ratchet(byte[] chain, int epoch, int phase) {
        this.chain = chain;
        this.epoch = epoch;
        this.phase = phase;
    }

    /**
     * The chain of a new binding, phase 0.
     *
     * @param secret the generation that its keys start from
     */
    public static Ratchet of(SessionSecret secret, Freshness freshness, int epoch) {
        return of(new Hkdf(freshness.joined(), secret.key()), epoch, Bytes.u32(epoch));
    }

    static Ratchet of(Hkdf bind, int epoch, byte[] context) {
        return new Ratchet(bind.derive(CHAIN, context), epoch, 0);
    }

    /** Writes it. Secret. */
    public void encode(ByteBuffer out) {
        out.put(chain).putInt(epoch).putInt(phase);
    }

    /** Reads what {@link #encode} wrote. */
    public static Ratchet decode(ByteBuffer in) {
        byte[] chain = new byte[LENGTH];
        in.get(chain);
        return new Ratchet(chain, in.getInt(), in.getInt());
    }

    /** The phase whose keys the last step made, from 0. */
    public int phase() {
        return phase;
    }

    /**
     * The next phase.
     *
     * @param agreed the X25519 secret of both ends' fresh keys
     * @param clientKey public
     * @param gatewayKey public
     */
    public Step step(byte[] agreed, byte[] clientKey, byte[] gatewayKey) {
        byte[] salt = Bytes.join(clientKey, gatewayKey);
        byte[] input = Bytes.join(chain, agreed);
        byte[] context = context(epoch, phase + 1);
        Step step = new Step(
                new BindingKeys(
                        Hkdf.derive(salt, input, "jumpvpn rekey c2g", context, LENGTH),
                        Hkdf.derive(salt, input, "jumpvpn rekey g2c", context, LENGTH)),
                new RekeyOutput(epoch, phase + 1, Hkdf.derive(salt, input, "jumpvpn rekey output", context, LENGTH)),
                new Ratchet(Hkdf.derive(salt, input, CHAIN, context, LENGTH), epoch, phase + 1));
        Arrays.fill(input, (byte) 0);
        return step;
    }

    private static byte[] context(int epoch, int phase) {
        return ByteBuffer.allocate(8).putInt(epoch).putInt(phase).array();
    }

    /** Overwrites the chain. */
    public void wipe() {
        Arrays.fill(chain, (byte) 0);
    }

    @Override
    public String toString() {
        return "Ratchet[phase=" + phase + "]";
    }
}
