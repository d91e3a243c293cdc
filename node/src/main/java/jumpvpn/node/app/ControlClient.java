package jumpvpn.node.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import jumpvpn.node.app.ControlProtocol.Wish;
import jumpvpn.node.config.NodeConfig;
import jumpvpn.node.observability.jsonl.Json;
import org.jspecify.annotations.Nullable;

/** One request to a running node. */
final class ControlClient implements AutoCloseable {
    private final Path path;
    private final SocketChannel channel;
    private final BufferedReader lines;

    private ControlClient(Path path, SocketChannel channel) {
        this.path = path;
        this.channel = channel;
        this.lines = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
    }

    /** To the node that {@code --control} names, else to the only one that runs. */
    static ControlClient connect(Arguments arguments, Context context) throws CommandFailed, IOException {
        Optional<String> named = arguments.value(Option.CONTROL);
        return named.isPresent() ? open(Path.of(named.get())) : openOnly(context.sockets());
    }

    /** To the gateway of this file, at {@code --control} if that is given; empty if it does not run. */
    static Optional<ControlClient> of(NodeConfig config, Arguments arguments, Context context)
            throws CommandFailed, IOException {
        Optional<String> named = arguments.value(Option.CONTROL);
        if (named.isPresent()) {
            return Optional.of(open(Path.of(named.get())));
        }
        return running(config, context.sockets());
    }

    private static Optional<ControlClient> running(NodeConfig config, ControlPaths paths) throws IOException {
        for (Path path : paths.candidates(config)) {
            try {
                return Optional.of(open(path));
            } catch (CommandFailed dead) {
                // left over from a node that was killed
            }
        }
        return Optional.empty();
    }

    /** Whether a node with this file answers now. */
    static boolean isRunning(NodeConfig config, ControlPaths paths) throws IOException {
        Optional<ControlClient> running = running(config, paths);
        if (running.isPresent()) {
            running.get().close();
        }
        return running.isPresent();
    }

    /** Another request to the same node. */
    ControlClient again() throws CommandFailed {
        return open(path);
    }

    private static ControlClient open(Path path) throws CommandFailed {
        try {
            return new ControlClient(path, SocketChannel.open(UnixDomainSocketAddress.of(path)));
        } catch (ConnectException e) {
            throw new CommandFailed(
                    "no node answers at " + path + "; it has ended, or was started with another \"control\"");
        } catch (IOException e) {
            throw new CommandFailed(
                    !Files.exists(path)
                            ? "there is no control socket " + path
                                    + "; start the node, or name the \"control\" of its file"
                            : "control socket " + path + " can't be used (" + e.getMessage()
                                    + "); run as the user that runs the node, perhaps with sudo");
        }
    }

    private static ControlClient openOnly(ControlPaths paths) throws CommandFailed, IOException {
        List<Path> existing = paths.existing();
        List<Path> alive = new ArrayList<>();
        ControlClient only = null;
        for (Path path : existing) {
            try {
                ControlClient client = open(path);
                alive.add(path);
                if (only == null) {
                    only = client;
                } else {
                    client.close();
                }
            } catch (CommandFailed dead) {
                // Left over from a node that was killed.
            }
        }
        if (only == null) {
            throw new CommandFailed("no node runs here: no socket answers in "
                    + paths.folders().stream().map(Path::toString).collect(Collectors.joining(", "))
                    + "; start one, use sudo, or name its socket with --control PATH");
        }
        if (alive.size() > 1) {
            only.close();
            throw new CommandFailed("several nodes run here; say which:"
                    + alive.stream().map(path -> "\n  --control " + path).collect(Collectors.joining()));
        }
        return only;
    }

    /**
     * The result of a request.
     *
     * @throws CommandFailed with the node's own words if it was refused
     */
    Json ask(Wish wish) throws CommandFailed, IOException {
        String line = reply(wish);
        if (line == null) {
            throw new CommandFailed("the node ended before it answered; look at its log");
        }
        Json.Fields reply =
                Json.parse(line) instanceof Json.Fields object ? object : new Json.Fields(java.util.Map.of());
        if (!reply.isTrue("ok")) {
            String reason = reply.text("reason").orElse("no reason");
            throw new CommandFailed(
                    reason, "refused, " + reason + ": " + reply.text("message").orElse(line));
        }
        return reply.get("result");
    }

    private @Nullable String reply(Wish wish) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((ControlProtocol.line(wish) + "\n").getBytes(StandardCharsets.UTF_8));
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            return nextLine();
        } catch (IOException e) {
            return null; // it closed in the middle: another end of the same
        }
    }

    /** The next line behind the reply; null at the end. */
    @Nullable
    String nextLine() throws IOException {
        return lines.readLine();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
