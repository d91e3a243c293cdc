package jumpvpn.node.runtime;

/** The packet threads' numbers, and ends of threads. */
final class Threads {
    /** How many packet threads a node has. */
    static final int PACKETS = 2;

    static final int RECEIVE = 0;
    static final int SEND = 1;

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
