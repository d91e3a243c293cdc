package jumpvpn.core.security;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Hands out prepared bytes, so that a test knows every ephemeral key. */
final class QueuedEntropy implements Entropy {
    private final Deque<byte[]> queue;

    QueuedEntropy(byte[]... draws) {
        queue = new ArrayDeque<>(List.of(draws));
    }

    @Override
    public void fill(byte[] out) {
        byte[] next = queue.remove();
        if (next.length != out.length) {
            throw new AssertionError("asked for " + out.length + " bytes, prepared " + next.length);
        }
        System.arraycopy(next, 0, out, 0, out.length);
    }
}
