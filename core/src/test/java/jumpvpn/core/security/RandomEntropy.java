package jumpvpn.core.security;

import java.util.Random;

/** Deterministic bytes, different at every draw. */
final class RandomEntropy implements Entropy {
    private final Random random;

    RandomEntropy(long seed) {
        random = new Random(seed);
    }

    @Override
    public void fill(byte[] out) {
        random.nextBytes(out);
    }
}
