package jumpvpn.node.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jumpvpn.core.security.Entropy;

/** The kernel's generator (getrandom(2)): no state in this process that a snapshot or a fork could repeat, since what it gave is overwritten at once. Any thread. */
public final class SystemEntropy implements Entropy {
    private static final int MOST = 256;

    /** Kept, because to allocate it costs as much as to fill it. */
    private final MemorySegment buffer = Arena.ofAuto().allocate(MOST);

    @Override
    public synchronized void fill(byte[] out) {
        int filled = 0;
        while (filled < out.length) {
            int n = Libc.getrandom(buffer.address(), Math.min(MOST, out.length - filled));
            if (n < 0 && n != -Errno.EINTR) {
                throw new IllegalStateException("the kernel gives no random bytes: " + Errno.name(-n));
            }
            int taken = Math.max(0, n);
            MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, out, filled, taken);
            buffer.fill((byte) 0);
            filled += taken;
        }
    }
}
