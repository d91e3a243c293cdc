package jumpvpn.lab.netns;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import jumpvpn.node.host.Libc;
import jumpvpn.node.host.LinuxException;

/**
 * Does one thing on a thread that lives in another network namespace and ends afterwards. A socket opened there belongs to that namespace for
 * ever, whoever uses it later; no other thread is moved (setns(2): a network namespace is a thread's own).
 */
public final class NamespaceThread {
    private static final int CLONE_NEWNET = 0x40000000;
    private static final MethodHandle SETNS = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("setns"),
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

    private NamespaceThread() {}

    /** What {@code task} gives, run in the network namespace of the process {@code pid}. */
    public static <T> T call(long pid, Callable<T> task) throws IOException {
        FutureTask<T> future = new FutureTask<>(() -> {
            enter(pid);
            return task.call();
        });
        Thread.ofPlatform().name("in namespace of " + pid).start(future);
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IOException("in the namespace of " + pid + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static void enter(long pid) throws IOException {
        String path = "/proc/" + pid + "/ns/net";
        int fd = LinuxException.check(Libc.open(path, Libc.O_CLOEXEC), "open " + path);
        try {
            if ((int) SETNS.invokeExact(fd, CLONE_NEWNET) != 0) {
                throw new IOException("setns to the network namespace of process " + pid + " failed");
            }
        } catch (IOException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        } finally {
            Libc.close(fd);
        }
    }
}
