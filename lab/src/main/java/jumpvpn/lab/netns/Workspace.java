package jumpvpn.lab.netns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Everything that a run leaves on the machine: a directory of its own and the processes that it started. Closing ends and removes all of it,
 * in the opposite order. The directory lists the processes, so that a later lab can sweep up after one that was killed.
 */
public final class Workspace implements AutoCloseable {
    private static final String PREFIX = "jumpvpn-lab-";
    private static final String OWNER = "lab";
    private static final String PROCESSES = "processes";
    /** Where ip and nft are: an ordinary user's path may lack it. */
    static final String SYSTEM_PATH = "/usr/sbin:/sbin";

    private static final Duration GRACE = Duration.ofSeconds(3);

    private final Path directory;
    private final boolean keep;
    private final Deque<Process> processes = new ArrayDeque<>();
    private boolean closed;

    private Workspace(Path directory, boolean keep) {
        this.directory = directory;
        this.keep = keep;
    }

    /** A fresh directory under the system's temporary one, readable by this user only; {@code keep}: it stays when the run ends. */
    public static Workspace create(boolean keep) throws IOException {
        Path directory = Files.createTempDirectory(
                temporary(),
                PREFIX + ProcessHandle.current().pid() + "-",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Workspace workspace = new Workspace(directory, keep);
        Files.writeString(directory.resolve(OWNER), identity(ProcessHandle.current()) + "\n");
        return workspace;
    }

    private static Path temporary() {
        return Path.of(System.getProperty("java.io.tmpdir"));
    }

    /** Where its files are. */
    public Path directory() {
        return directory;
    }

    /** A file of that name in it. */
    public Path file(String name) {
        return directory.resolve(name);
    }

    /** Starts a process that ends with this workspace; its output goes to the file {@code log} unless the builder says where. */
    public synchronized Process start(ProcessBuilder builder, String log) throws IOException {
        if (closed) {
            throw new IOException("the lab is being cleaned up");
        }
        if (builder.redirectError().equals(ProcessBuilder.Redirect.PIPE) && !builder.redirectErrorStream()) {
            builder.redirectError(ProcessBuilder.Redirect.appendTo(file(log).toFile()));
        }
        builder.environment().merge("PATH", SYSTEM_PATH, (path, system) -> path + ":" + system);
        Process process = builder.directory(directory.toFile()).start();
        processes.push(process);
        Files.writeString(
                file(PROCESSES),
                identity(process.toHandle()) + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        return process;
    }

    /** Starts a process that ends with this workspace; all that it says is appended to the file {@code log}. */
    public Process startLogged(ProcessBuilder builder, String log) throws IOException {
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(file(log).toFile()));
        return start(builder, log);
    }

    /** Asks a process to end (SIGTERM), waits, and kills it if it does not. */
    public static void stop(Process process) {
        process.destroy();
        await(process);
    }

    /** SIGKILL, and waits. */
    public static void kill(Process process) throws IOException {
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static void await(Process process) {
        try {
            if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** Ends all processes and removes everything, but for a directory that is to be kept. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        processes.forEach(Process::destroy);
        processes.forEach(Workspace::await);
        try {
            Files.deleteIfExists(file(OWNER));
            if (!keep) {
                delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the processes and removes the directories of labs that died without doing so; how many there were. */
    public static int sweep() throws IOException {
        int swept = 0;
        try (DirectoryStream<Path> found = Files.newDirectoryStream(temporary(), PREFIX + "*")) {
            for (Path candidate : found) {
                Path owner = candidate.resolve(OWNER);
                if (Files.isReadable(owner)
                        && alive(Files.readString(owner).strip()).isEmpty()) {
                    endListed(candidate.resolve(PROCESSES));
                    delete(candidate);
                    swept++;
                }
            }
        }
        return swept;
    }

    private static void endListed(Path list) throws IOException {
        if (Files.exists(list)) {
            for (String line : Files.readAllLines(list)) {
                alive(line).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    /** A pid alone may have been given to somebody else since; with the start time it is one process for ever. */
    private static String identity(ProcessHandle process) {
        return process.pid() + " "
                + process.info().startInstant().map(Object::toString).orElse("?");
    }

    private static Optional<ProcessHandle> alive(String identity) {
        long pid = Long.parseLong(identity.substring(0, identity.indexOf(' ')));
        return ProcessHandle.of(pid).filter(process -> identity(process).equals(identity));
    }

    /** Removes a directory with all that is in it, if there is one. */
    public static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> all = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(directory)) {
            walk.sorted(Comparator.reverseOrder()).forEach(all::add);
        }
        for (Path path : all) {
            Files.deleteIfExists(path);
        }
    }
}
