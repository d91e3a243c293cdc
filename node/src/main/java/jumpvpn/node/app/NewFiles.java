package jumpvpn.node.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** Files that one command writes together: none that exists is touched, and unless {@link #keep} is called all of them go again. */
final class NewFiles implements AutoCloseable {
    private static final FileAttribute<?> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<?> PUBLIC =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--"));

    private final List<Path> written = new ArrayList<>();
    private boolean kept;

    void writePrivate(Path file, String text) throws CommandFailed, IOException {
        write(file, text, PRIVATE);
    }

    void writePublic(Path file, String text) throws CommandFailed, IOException {
        write(file, text, PUBLIC);
    }

    private void write(Path file, String text, FileAttribute<?> mode) throws CommandFailed, IOException {
        try {
            Files.createFile(file, mode);
        } catch (FileAlreadyExistsException e) {
            throw new CommandFailed(
                    file + " exists already and is never overwritten; choose another name or folder, or move it away");
        }
        written.add(file);
        Files.write(file, text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.WRITE, StandardOpenOption.SYNC);
    }

    void keep() {
        kept = true;
    }

    @Override
    public void close() throws IOException {
        if (!kept) {
            for (Path file : written) {
                Files.deleteIfExists(file);
            }
        }
    }
}
