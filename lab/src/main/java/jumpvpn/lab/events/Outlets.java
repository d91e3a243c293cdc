package jumpvpn.lab.events;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import jumpvpn.node.observability.Exporter;
import jumpvpn.node.observability.HttpPost;
import jumpvpn.node.observability.Trust;
import jumpvpn.node.observability.jsonl.JsonLinesFile;
import jumpvpn.node.observability.otlp.OtlpEvents;
import jumpvpn.node.observability.syslog.SyslogMessage;
import jumpvpn.node.observability.syslog.SyslogStream;
import jumpvpn.node.observability.webhook.Webhook;
import jumpvpn.node.runtime.EventLog;

/** The product's own sinks and the other sides that they write to: a disk, a syslog server, a web server, an OTLP receiver. */
final class Outlets implements AutoCloseable {
    /** How the other side behaves. */
    enum Manner {
        /** As it should. */
        WELL,
        /** Slower than events come. */
        SLOWLY,
        /** Takes nothing: a full disk, a server that hears and never reads or answers. */
        NOT
    }

    /** The kinds. */
    enum Kind {
        FILE,
        SYSLOG,
        WEBHOOK,
        OTLP
    }

    private static final Path FULL_DISK = Path.of("/dev/full");
    private static final long SLOW_MILLIS = 250;
    private static final int QUEUE = 8192;

    private final Path folder;
    private final CountDownLatch over = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<AutoCloseable> opened = new CopyOnWriteArrayList<>();

    Outlets(Path folder) {
        this.folder = folder;
    }

    /** One more sink for these events, which the other side treats like this. */
    void add(EventLog events, Kind kind, Manner manner) throws IOException {
        Exporter real = switch (kind) {
            case FILE ->
                new JsonLinesFile(
                        manner == Manner.NOT ? FULL_DISK : Files.createTempFile(folder, "events", ".jsonl"),
                        events.json(),
                        100_000_000,
                        1);
            case SYSLOG ->
                new SyslogStream(
                        "127.0.0.1",
                        syslog(manner),
                        null,
                        new SyslogMessage("lab", "lab", events.startName(), events.json()));
            case WEBHOOK -> new Webhook(web(manner), events.json(), new HttpPost(Trust.in(null), null));
            case OTLP ->
                new OtlpEvents(
                        web(manner),
                        "lab",
                        "gateway",
                        events.startName(),
                        events.json(),
                        true,
                        true,
                        new HttpPost(Trust.in(null), null));
        };
        boolean isSlowFile = kind == Kind.FILE && manner == Manner.SLOWLY;
        events.add(kind.name().toLowerCase(java.util.Locale.ROOT), isSlowFile ? slow(real) : real, QUEUE);
    }

    private static Exporter slow(Exporter file) {
        return batch -> {
            Thread.sleep(SLOW_MILLIS);
            file.deliver(batch);
        };
    }

    private int syslog(Manner manner) throws IOException {
        ServerSocket server = new ServerSocket(0, 4, InetAddress.getLoopbackAddress());
        opened.add(server);
        threads.execute(() -> {
            try {
                while (true) {
                    Socket peer = server.accept();
                    opened.add(peer);
                    threads.execute(() -> read(peer, manner));
                }
            } catch (IOException e) {
                // closed
            }
        });
        return server.getLocalPort();
    }

    private void read(Socket peer, Manner manner) {
        byte[] buffer = new byte[16 * 1024];
        try (InputStream in = peer.getInputStream()) {
            while (manner != Manner.NOT && in.read(buffer) >= 0) {
                pause(manner);
            }
            over.await();
        } catch (IOException | InterruptedException e) {
            // closed
        }
    }

    private void pause(Manner manner) throws InterruptedException {
        boolean isLong = manner != Manner.WELL && over.await(SLOW_MILLIS, TimeUnit.MILLISECONDS);
        if (manner == Manner.NOT && !isLong) {
            over.await();
        }
    }

    private URI web(Manner manner) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4);
        server.setExecutor(threads);
        server.createContext("/", exchange -> answer(exchange, manner));
        server.start();
        opened.add(() -> server.stop(0));
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    private void answer(HttpExchange exchange, Manner manner) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            pause(manner);
            exchange.sendResponseHeaders(200, -1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        over.countDown();
        for (AutoCloseable one : opened) {
            try {
                one.close();
            } catch (Exception e) {
                throw new IOException("the lab's own server does not end: " + e.getMessage(), e);
            }
        }
        threads.shutdownNow();
    }
}
