package jumpvpn.node.host;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import org.junit.jupiter.api.Assumptions;

/**
 * A network namespace of a test's own, held by one thread: what runs on that thread, and the processes that it starts, live in it. Gone when closed. Tests that need one are
 * skipped, with the reason, where this process may not make it.
 */
public final class Namespace implements AutoCloseable {
    private static final int CLONE_NEWNET = 0x40000000;
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle UNSHARE = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("unshare"), FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("namespace").daemon().factory());
    private long threadId;

    private Namespace() {}

    /** With the loopback interface up. */
    public static Namespace create() throws Exception {
        Namespace namespace = new Namespace();
        boolean made = namespace.run(() -> (int) UNSHARE.invokeExact(CLONE_NEWNET) == 0);
        if (!made) {
            namespace.close();
            Assumptions.abort("SKIPPED: needs a network namespace of its own, so CAP_SYS_ADMIN: run the tests as root");
        }
        namespace.threadId = namespace.run(Namespace::threadId);
        namespace.ip("link set lo up");
        return namespace;
    }

    /** Skips the test unless a TUN interface can be made. */
    public static void assumeTun() {
        Assumptions.assumeTrue(
                Files.isWritable(Path.of("/dev/net/tun")),
                "SKIPPED: needs a writable /dev/net/tun: modprobe tun, and run as root");
    }

    private static long threadId() throws IOException {
        return Long.parseLong(Files.readSymbolicLink(Path.of("/proc/thread-self"))
                .getFileName()
                .toString());
    }

    /** Runs on the namespace's thread, and waits. */
    public <T> T run(Body<T> body) throws Exception {
        Callable<T> call = () -> {
            try {
                return body.run();
            } catch (Exception | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new AssertionError(e);
            }
        };
        try {
            return thread.submit(call).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw (Error) e.getCause();
        }
    }

    /** What runs in a namespace. */
    public interface Body<T> {
        T run() throws Throwable;
    }

    /** What {@code ip ARGUMENTS} printed that ran in the namespace. */
    public String ip(String arguments) throws Exception {
        return command(("ip " + arguments).split(" "));
    }

    /** What a command printed that ran in the namespace; a failing one fails the test, a missing one skips it. */
    public String command(String... command) throws Exception {
        return run(() -> {
            Process process = start(command);
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(String.join(" ", command) + " failed: " + said);
            }
            return said;
        });
    }

    private static Process start(String... command) {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            return Assumptions.abort("SKIPPED: the command " + command[0]
                    + " is missing (Debian: apt install iproute2 nftables procps util-linux)");
        }
    }

    /** For {@code ip link set NAME netns ID}. */
    public long id() {
        return threadId;
    }

    /** Waits until the kernel takes packets for an address that it was given: for IPv6 it does a moment after it says that it has it. */
    public static void awaitAddress(IpAddress address) throws LinuxException {
        Prefix own = new Prefix(address, address.isV4() ? 32 : 128);
        long deadline = System.nanoTime() + 5_000_000_000L;
        try (NetworkConfig config = NetworkConfig.open()) {
            while (config.overlapping(own).stream().noneMatch(Route::ownAddress)) {
                assertThat(System.nanoTime())
                        .as("%s never became usable", address)
                        .isLessThan(deadline);
                Thread.yield();
            }
        }
    }

    /** Descriptors that this process has open. */
    public static long openFiles() throws IOException {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    @Override
    public void close() {
        thread.close();
    }
}
