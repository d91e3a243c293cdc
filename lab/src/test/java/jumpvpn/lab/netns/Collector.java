package jumpvpn.lab.netns;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A server in a namespace that keeps every byte it is sent, and answers what looks like HTTP with 200. */
final class Collector implements AutoCloseable {
    private static final byte[] OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    private final ServerSocket server;

    private Collector(ServerSocket server) {
        this.server = server;
        Thread.ofVirtual().start(this::accept);
    }

    static Collector in(Namespace namespace) throws IOException {
        return new Collector(NamespaceThread.call(
                namespace.pid(), () -> new ServerSocket(0, 8, InetAddress.getByName("127.0.0.1"))));
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket peer = server.accept();
                Thread.ofPlatform().daemon().start(() -> serve(peer));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket peer) {
        byte[] buffer = new byte[64 * 1024];
        try (peer;
                InputStream in = peer.getInputStream()) {
            peer.setSoTimeout(100);
            boolean isHttp = false;
            while (true) {
                try {
                    int length = in.read(buffer);
                    if (length < 0) {
                        return;
                    }
                    taken.write(buffer, 0, length);
                    isHttp |= new String(buffer, 0, length, StandardCharsets.ISO_8859_1).startsWith("POST ");
                } catch (java.net.SocketTimeoutException e) { // the request is whole
                    if (isHttp) {
                        peer.getOutputStream().write(OK);
                        isHttp = false;
                    }
                }
            }
        } catch (IOException e) {
            // the other side has ended
        }
    }

    /** All bytes so far, one character each. */
    String text() {
        return taken.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
