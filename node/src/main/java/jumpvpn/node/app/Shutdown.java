package jumpvpn.node.app;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import jumpvpn.node.runtime.Log;
import org.jspecify.annotations.Nullable;

/**
 * Turns SIGTERM and Ctrl-C into an orderly end of the thread that made it: the signal wakes {@link #await}, the JVM stays until {@link #close} or at most
 * {@value #MOST_SECONDS} s, and then leaves with 0, or 1 if the time was not enough. (By itself a JVM that was signalled leaves with 143 or 130, which supervisors
 * take for a failure.)
 */
final class Shutdown implements AutoCloseable {
    private static final long MOST_SECONDS = 3;

    private final Log log;
    private final CompletableFuture<@Nullable String> asked = new CompletableFuture<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = new Thread(this::finish, "shutdown");

    private Shutdown(Log log) {
        this.log = log;
    }

    static Shutdown arm(Log log) {
        Shutdown shutdown = new Shutdown(log);
        Runtime.getRuntime().addShutdownHook(shutdown.hook);
        return shutdown;
    }

    private void finish() {
        asked.complete(null);
        boolean inTime = false;
        try {
            inTime = closed.await(MOST_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!inTime) {
            log.error("not stopped after " + MOST_SECONDS
                    + " s, leaving: look for a device or routes left behind with \"ip link\" and \"ip route\"");
        }
        Runtime.getRuntime().halt(inTime ? Main.OK : Main.FAILED);
    }

    /** Waits for a signal, an interrupt (null), or the node's failure (its words). */
    @Nullable
    String await(CompletableFuture<String> failure) {
        try {
            return (String) CompletableFuture.anyOf(asked, failure).get();
        } catch (InterruptedException e) {
            return null;
        } catch (ExecutionException e) {
            log.bug("the node failed", e);
            return "the node failed: " + e.getCause();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        if (!asked.isDone()) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }
}
