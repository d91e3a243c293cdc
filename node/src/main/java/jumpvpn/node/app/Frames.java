package jumpvpn.node.app;

/** What is shown anew every second, each frame over the last. */
final class Frames {
    static final String HOME_AND_CLEAR = "\u001b[H\u001b[J";

    private static final long PAUSE_MILLIS = 1000;

    private Frames() {}

    /** Waits for the next; whether to go on: an interrupt ends it. */
    static boolean pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
