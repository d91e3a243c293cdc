package jumpvpn.lab.netns;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** One quiet TCP connection from the client's namespace through the tunnel: a line goes out, the server echoes it. */
public final class EchoConnection implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 10_000;

    private final Socket socket;
    private final BufferedReader in;

    private EchoConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    }

    /** Opens it from the client through the tunnel. */
    public static EchoConnection open(Namespace client) throws IOException {
        return new EchoConnection(NamespaceThread.call(client.pid(), () -> {
            Socket socket = new Socket();
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(new InetSocketAddress(Topology.SERVER_ADDRESS, PayloadServer.ECHO_PORT), PATIENCE_MILLIS);
            return socket;
        }));
    }

    /** True if a line sent now comes back within ten seconds on the same connection. */
    public boolean echoes(String line) {
        try {
            socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
            return line.equals(in.readLine());
        } catch (IOException e) {
            return false;
        }
    }

    /** Ends the connection. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
