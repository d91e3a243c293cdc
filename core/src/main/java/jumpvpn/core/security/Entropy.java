package jumpvpn.core.security;

/** The port through which randomness comes in: a cryptographic generator in the product, a seeded one in the simulation. */
@FunctionalInterface
public interface Entropy {
    /** Fills the whole array with unpredictable bytes. */
    void fill(byte[] out);

    /** {@code length} fresh bytes. */
    default byte[] bytes(int length) {
        byte[] out = new byte[length];
        fill(out);
        return out;
    }

    /** A fresh 64-bit number. */
    default long nextLong() {
        return java.nio.ByteBuffer.wrap(bytes(8)).getLong();
    }
}
