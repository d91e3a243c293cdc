package jumpvpn.core.security;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What a renewal of a binding's keys gives to the session's secret. {@link #toString()} shows no key byte.
 *
 * @param epoch the binding's
 * @param phase that the renewal began, from 1
 * @param key 32 bytes, not copied
 */
public record RekeyOutput(int epoch, int phase, byte[] key) {
    private static final int LENGTH = 32;

    /** Whether it is this one. */
    public boolean is(int otherEpoch, int otherPhase) {
        return epoch == otherEpoch && phase == otherPhase;
    }

    /** Writes it. Secret. */
    public void encode(ByteBuffer out) {
        out.putInt(epoch).putInt(phase).put(key);
    }

    /** Reads what {@link #encode} wrote. */
    public static RekeyOutput decode(ByteBuffer in) {
        int epoch = in.getInt();
        int phase = in.getInt();
        byte[] key = new byte[LENGTH];
        in.get(key);
        return new RekeyOutput(epoch, phase, key);
    }

    /** A copy with a key of its own. */
    public RekeyOutput copy() {
        return new RekeyOutput(epoch, phase, key.clone());
    }

    /** Overwrites the key. */
    public void wipe() {
        Arrays.fill(key, (byte) 0);
    }

    @Override
    public String toString() {
        return "RekeyOutput[epoch=" + Integer.toUnsignedString(epoch) + ", phase=" + phase + "]";
    }
}
