package jumpvpn.node.app;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The listening Unix-domain socket of one node: mode 0600, gone when closed, never taken from a node that runs. */
final class ControlSocket implements AutoCloseable {
    /** The kernel's limit (unix(7)) without the closing zero. */
    private static final int MOST_PATH_BYTES = 107;

    private final Path path;
    private final ServerSocketChannel channel;

    private ControlSocket(Path path, ServerSocketChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    static ControlSocket bind(Path path) throws CommandFailed, IOException {
        if (path.toString().getBytes(StandardCharsets.UTF_8).length > MOST_PATH_BYTES) {
            throw new CommandFailed("control socket " + path + " has more than " + MOST_PATH_BYTES
                    + " bytes; choose a shorter path for \"control\"");
        }
        removeStale(path);
        Path folder = path.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(path));
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            return new ControlSocket(path, channel);
        } catch (IOException e) {
            channel.close();
            throw new CommandFailed("control socket " + path + " can't be made (" + e.getMessage()
                    + "); choose another path for \"control\"");
        }
    }

    /** A socket that nobody listens on is left over from a process that was killed. */
    private static void removeStale(Path path) throws CommandFailed, IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (Files.isRegularFile(path) || Files.isDirectory(path)) {
            throw new CommandFailed(
                    "control socket " + path + " is another file's place; choose another path for \"control\"");
        }
        try {
            SocketChannel.open(UnixDomainSocketAddress.of(path)).close();
            throw new CommandFailed(
                    "already running: a node answers at " + path + "; ask it with \"jumpvpn status --control " + path
                            + "\", stop it, or choose another path for \"control\"");
        } catch (ConnectException refused) {
            Files.delete(path);
        }
    }

    Path path() {
        return path;
    }

    /** From now on the server answers, until this is closed. */
    void serve(ControlServer server) {
        Thread.ofVirtual().name("control").start(() -> server.acceptAll(channel));
    }

    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            channel.close();
            Files.deleteIfExists(path);
        }
    }
}
