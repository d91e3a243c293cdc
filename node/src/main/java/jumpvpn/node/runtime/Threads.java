package jumpvpn.node.runtime;

/** Ends of threads. */
final class Threads {
    private static final long MOST_MILLIS = 1000;

    private Threads() {}

    /** Waits until the thread has ended, within a bound. */
    static void join(Thread thread) {
        try {
            if (thread != Thread.currentThread()) {
                thread.join(MOST_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
