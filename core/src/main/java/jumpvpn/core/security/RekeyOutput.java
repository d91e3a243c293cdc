package jumpvpn.core.security;

import java.util.Arrays;

/**
 * What a renewal of a binding's keys gives to the session's secret. {@link #toString()} shows no key byte.
 *
 * @param epoch the binding's
 * @param phase that the renewal began, from 1
 * @param key 32 bytes, not copied
 */
public record RekeyOutput(int epoch, int phase, byte[] key) {
    /** Whether it is this one. */
    public boolean is(int otherEpoch, int otherPhase) {
        return epoch == otherEpoch && phase == otherPhase;
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
