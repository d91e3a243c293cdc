package jumpvpn.node.host;

import java.lang.foreign.Arena;
import jumpvpn.core.security.Entropy;

/** The kernel's generator (getrandom(2)): no state in this process that a snapshot or a fork could repeat. Any thread. */
public final class SystemEntropy implements Entropy {
    @Override
    public void fill(byte[] out) {
        try (Arena arena = Arena.ofConfined()) {
            long address = arena.allocate(Math.max(1, out.length)).address();
            int filled = 0;
            while (filled < out.length) {
                int n = Libc.getrandom(address + filled, out.length - filled);
                if (n < 0 && n != -Errno.EINTR) {
                    throw new IllegalStateException("the kernel gives no random bytes: " + Errno.name(-n));
                }
                filled += Math.max(0, n);
            }
            Memory.copy(address, out, 0, out.length);
        }
    }
}
