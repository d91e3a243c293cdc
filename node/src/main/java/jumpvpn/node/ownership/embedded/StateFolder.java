package jumpvpn.node.ownership.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import jumpvpn.node.ownership.StateException;

/**
 * The folder of one gateway's state: its own, mode 0700, files 0600, used by one process at a time. {@code sessions} is the log, {@code sessions.new} one that is being
 * written, {@code lock} says who has it.
 */
final class StateFolder implements AutoCloseable {
    private static final FileAttribute<Set<PosixFilePermission>> FOLDER_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> FILE_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final Set<PosixFilePermission> OWNER = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);
    private static final Set<StandardOpenOption> READ_WRITE =
            EnumSet.of(StandardOpenOption.READ, StandardOpenOption.WRITE);

    final Path path;
    private final FileChannel lock;

    private StateFolder(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Takes the folder for this process; makes it if it is missing.
     *
     * @throws StateException if it can't be used, or another process has it
     */
    static StateFolder take(Path path) throws StateException {
        try {
            if (!Files.exists(path)) {
                Files.createDirectories(path, FOLDER_MODE);
                sync(path.resolve(".."));
            }
            if (!Files.isDirectory(path)) {
                throw new StateException(path + ": the state folder is no folder; move it away, or change \"state\"");
            }
            if (!OWNER.containsAll(Files.getPosixFilePermissions(path))) {
                throw new StateException(path + ": the state folder can be used by others; chmod 700 " + path);
            }
            StateFolder folder = new StateFolder(path, lock(path.resolve("lock")));
            Files.deleteIfExists(folder.newLog()); // a compaction that a crash ended
            return folder;
        } catch (StateException e) {
            throw e;
        } catch (AccessDeniedException e) {
            throw new StateException(
                    path + ": no permission for " + e.getFile() + "; run as its owner, or change \"state\"", e);
        } catch (IOException e) {
            throw new StateException(path + ": the state folder can't be used (" + e + "); change \"state\"", e);
        }
    }

    private static FileChannel lock(Path file) throws IOException {
        Set<StandardOpenOption> options = EnumSet.of(StandardOpenOption.CREATE);
        options.addAll(READ_WRITE);
        FileChannel channel = FileChannel.open(file, options, FILE_MODE);
        try {
            if (channel.tryLock() == null) {
                throw new StateException(file.getParent() + ": process " + text(channel)
                        + " has this state folder; stop it, or give each gateway a \"state\" of its own");
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
            return channel;
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw new StateException(file.getParent() + ": this process has this state folder already");
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static String text(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(20);
        channel.read(text, 0);
        return new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).strip();
    }

    Path log() {
        return path.resolve("sessions");
    }

    Path newLog() {
        return path.resolve("sessions.new");
    }

    /** Opens the log; there must be one. */
    FileChannel open() throws IOException {
        return FileChannel.open(log(), READ_WRITE);
    }

    /** An empty new log, in place of one that a killed process may have left. */
    FileChannel create() throws IOException {
        Files.deleteIfExists(newLog());
        Set<StandardOpenOption> options = EnumSet.of(StandardOpenOption.CREATE_NEW);
        options.addAll(READ_WRITE);
        return FileChannel.open(newLog(), options, FILE_MODE);
    }

    /** The new log, which must be on disk already, takes the log's place; on disk when this returns. */
    void replace() throws IOException {
        Files.move(newLog(), log(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        sync(path);
    }

    private static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
