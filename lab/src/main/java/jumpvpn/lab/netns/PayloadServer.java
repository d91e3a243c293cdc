package jumpvpn.lab.netns;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * The server behind the gateway: {@code GET /random/SEED/BYTES/BYTES_PER_SECOND} answers pseudo-random bytes that anybody can compute, at an
 * even pace (a chunk every 5 ms, so that a stall in the download is the network's); a TCP echo stands beside it. Ends with its standard input.
 */
public final class PayloadServer {
    static final int HTTP_PORT = 8080;
    static final int ECHO_PORT = 7;
    private static final long TICK_NANOS = 5_000_000L;

    private PayloadServer() {}

    /** Runs until standard input ends. */
    public static void main(String[] args) throws IOException {
        HttpServer http = HttpServer.create(new InetSocketAddress(HTTP_PORT), 16);
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.createContext("/random/", PayloadServer::random);
        http.start();
        ServerSocket echo = new ServerSocket(ECHO_PORT);
        Thread.ofPlatform().daemon().start(() -> acceptEchoes(echo));
        System.out.println("ready");
        while (System.in.read() >= 0) {
            // only the end matters
        }
        System.exit(0);
    }

    private static void random(HttpExchange exchange) throws IOException {
        String[] path = exchange.getRequestURI().getPath().split("/", -1);
        long bytes = Long.parseLong(path[3]);
        long perTick = Long.parseLong(path[4]) * TICK_NANOS / 1_000_000_000L;
        Payload payload = new Payload(Long.parseLong(path[2]));
        exchange.sendResponseHeaders(200, bytes);
        try (OutputStream body = exchange.getResponseBody()) {
            long due = System.nanoTime();
            for (long left = bytes; left > 0; left -= perTick) {
                body.write(payload.next((int) Math.min(left, perTick)));
                body.flush();
                // No catching up after a stall: the pace stays even.
                due = Math.max(due + TICK_NANOS, System.nanoTime());
                LockSupport.parkNanos(due - System.nanoTime());
            }
        }
    }

    private static void acceptEchoes(ServerSocket server) {
        while (true) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> echo(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private static void echo(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            socket.getInputStream().transferTo(socket.getOutputStream());
        } catch (IOException e) {
            // The peer has gone: nothing is left to echo.
        }
    }

    /** The byte stream of one seed. */
    static final class Payload {
        private final SplittableRandom random;
        private final ByteBuffer word =
                ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).limit(0);

        Payload(long seed) {
            random = new SplittableRandom(seed);
        }

        byte[] next(int length) {
            byte[] bytes = new byte[length];
            for (int i = 0; i < length; i++) {
                if (!word.hasRemaining()) {
                    word.clear().putLong(random.nextLong()).flip();
                }
                bytes[i] = word.get();
            }
            return bytes;
        }

        /** SHA-256 of the first {@code bytes} bytes of a seed's stream, in hexadecimal. */
        static String sha256(long seed, long bytes) {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                Payload payload = new Payload(seed);
                for (long left = bytes; left > 0; left -= 1 << 16) {
                    digest.update(payload.next((int) Math.min(left, 1 << 16)));
                }
                return HexFormat.of().formatHex(digest.digest());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
