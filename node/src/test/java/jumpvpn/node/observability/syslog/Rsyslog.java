package jumpvpn.node.observability.syslog;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Debian's rsyslogd with a configuration of its own, on a port of its own, writing what it took to a file. */
final class Rsyslog implements AutoCloseable {
    private static final Path BINARY = Path.of("/usr/sbin/rsyslogd");
    private static final String TEMPLATE =
            "template(name=\"all\" type=\"string\" string=\"%protocol-version% %pri% %app-name% %procid% %msgid%"
                    + " %structured-data% %msg%\\n\")\n*.* action(type=\"omfile\" file=\"OUT\" template=\"all\" flushOnTXEnd=\"on\")\n";

    final int port;
    private final Path folder;
    private final String input;
    private Process process;

    private Rsyslog(Path folder, int port, String input) throws IOException {
        this.folder = folder;
        this.port = port;
        this.input = input;
        this.process = begin();
    }

    static Rsyslog start(Path folder, String input) throws IOException {
        assumeTrue(Files.isExecutable(BINARY), "needs Debian's rsyslog");
        int port = freePort();
        return new Rsyslog(folder, port, input.replace("PORT", "" + port));
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    private Process begin() throws IOException {
        Path configuration = folder.resolve("rsyslog.conf");
        Files.writeString(
                configuration,
                "global(workDirectory=\"" + folder + "\" maxMessageSize=\"64k\")\n" + input + "\n"
                        + TEMPLATE.replace("OUT", out().toString()));
        Process started = new ProcessBuilder(
                        BINARY.toString(),
                        "-n",
                        "-f",
                        configuration.toString(),
                        "-i",
                        folder.resolve("pid").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("rsyslogd.log").toFile())
                .start();
        if (input.contains("imtcp")) {
            await().until(this::listens);
        } else {
            await().until(() -> Files.readString(Path.of("/proc/net/udp")).contains("%04X".formatted(port)));
        }
        return started;
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private Path out() {
        return folder.resolve("out.log");
    }

    /** What it took so far. */
    List<String> lines() throws IOException {
        return Files.exists(out()) ? Files.readAllLines(out()) : List.of();
    }

    void kill() {
        process.destroyForcibly().onExit().join();
    }

    void restart() throws IOException {
        Files.deleteIfExists(folder.resolve("pid"));
        process = begin();
    }

    @Override
    public void close() {
        kill();
    }
}
