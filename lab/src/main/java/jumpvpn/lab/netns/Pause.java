package jumpvpn.lab.netns;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waiting that lasts as long as it should: a parked thread may go on before its time. */
public final class Pause {
    private Pause() {}

    /** Waits so long. */
    public static void of(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
