package jumpvpn.node.app;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jumpvpn.node.config.NodeConfig;

/** Where control sockets are: where the file says, else {@code NAME.sock} in the first of a few folders that this user may write to. */
final class ControlPaths {
    private static final Path SYSTEM = Path.of("/run/jumpvpn");

    private final List<Path> folders;

    /** In these folders, the first that will do. */
    ControlPaths(List<Path> folders) {
        this.folders = folders;
    }

    /** For root the system's folder, for others that of the login session, or one of their own beside the temporary files. */
    static ControlPaths standard(Map<String, String> environment) {
        List<Path> folders = new ArrayList<>();
        folders.add(SYSTEM);
        String runtime = environment.get("XDG_RUNTIME_DIR");
        if (runtime != null && runtime.startsWith("/")) {
            folders.add(Path.of(runtime, "jumpvpn"));
        }
        folders.add(Path.of(environment.getOrDefault("TMPDIR", "/tmp"), "jumpvpn-" + System.getProperty("user.name")));
        return new ControlPaths(folders);
    }

    /** For a node that starts; its folder exists then. */
    Path of(NodeConfig config) throws CommandFailed {
        Path configured = config.control();
        if (configured != null) {
            return configured;
        }
        for (Path folder : folders) {
            if (isOwn(folder)) {
                return folder.resolve(config.name() + ".sock");
            }
        }
        throw new CommandFailed("no folder for the control socket can be written: " + folders + "; name one in "
                + config.file() + " with control = \"…\"");
    }

    /** Exists, or could be made, and nobody else may put a socket there. */
    private static boolean isOwn(Path folder) {
        try {
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            // Whose it is decides.
        } catch (IOException e) {
            return false;
        }
        return isTrusted(folder) && Files.isWritable(folder);
    }

    private static boolean isTrusted(Path folder) {
        try {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(folder);
            return Files.isDirectory(folder)
                    && !mode.contains(PosixFilePermission.GROUP_WRITE)
                    && !mode.contains(PosixFilePermission.OTHERS_WRITE)
                    && OwnUser.isSelfOrRoot(Files.getOwner(folder));
        } catch (IOException e) {
            return false;
        }
    }

    /** The sockets in all these folders, in order of their names. */
    List<Path> existing() throws IOException {
        List<Path> sockets = new ArrayList<>();
        for (Path folder : folders) {
            if (isTrusted(folder) && Files.isReadable(folder)) {
                try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.sock")) {
                    files.forEach(sockets::add);
                }
            }
        }
        sockets.sort(null);
        return sockets;
    }

    /** Where the socket of this node is if it runs. */
    List<Path> candidates(NodeConfig config) throws IOException {
        Path configured = config.control();
        return configured != null
                ? List.of(configured)
                : existing().stream()
                        .filter(path -> path.endsWith(config.name() + ".sock"))
                        .toList();
    }

    List<Path> folders() {
        return folders;
    }
}
