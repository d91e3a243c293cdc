package jumpvpn.node.observability.syslog;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import jumpvpn.node.observability.Exporter;
import jumpvpn.node.observability.NumberedEvent;
import org.jspecify.annotations.Nullable;

/**
 * Messages in one connection, each behind its length (octet counting, RFC 6587 section 3.4.1, RFC 5425 section 4.3). Syslog acknowledges nothing: what was in the server's
 * buffers when it died is lost to it; a batch that met the end of a connection is sent again whole.
 */
public final class SyslogStream implements Exporter {
    private static final int TIMEOUT_MILLIS = 10_000;

    private final String host;
    private final int port;
    private final @Nullable SSLContext tls;
    private final SyslogMessage message;
    private @Nullable Socket connection;

    /** @param tls null: plain TCP; else the server must prove its name */
    public SyslogStream(String host, int port, @Nullable SSLContext tls, SyslogMessage message) {
        this.host = host;
        this.port = port;
        this.tls = tls;
        this.message = message;
    }

    @Override
    public void deliver(List<NumberedEvent> batch) throws IOException {
        try {
            Socket open = open();
            open.getOutputStream().write(framed(batch));
            open.getOutputStream().flush();
        } catch (IOException e) {
            close();
            String scheme = tls == null ? "tcp" : "tls";
            throw new IOException(
                    "cannot write to " + scheme + "://" + host + ":" + port + " (" + e.getMessage() + ")", e);
        }
    }

    private byte[] framed(List<NumberedEvent> batch) {
        ByteArrayOutputStream frames = new ByteArrayOutputStream(600 * batch.size());
        for (NumberedEvent event : batch) {
            byte[] bytes = message.of(event);
            frames.writeBytes((bytes.length + " ").getBytes(StandardCharsets.US_ASCII));
            frames.writeBytes(bytes);
        }
        return frames.toByteArray();
    }

    private Socket open() throws IOException {
        Socket open = connection;
        if (open != null && hasEnded(open)) {
            close();
            open = null;
        }
        if (open == null) {
            open = connect();
            connection = open;
        }
        return open;
    }

    /** A server that went away has said so: better to see it now than to write into nothing. */
    private static boolean hasEnded(Socket socket) {
        try {
            socket.setSoTimeout(1);
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private Socket connect() throws IOException {
        Socket plain = SocketChannel.open().socket(); // of a channel, so that an interrupt ends what blocks
        try {
            plain.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
            return tls == null ? plain : secured(plain, tls);
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }

    private Socket secured(Socket plain, SSLContext context) throws IOException {
        plain.setSoTimeout(TIMEOUT_MILLIS);
        SSLSocket secured = (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return secured;
    }

    @Override
    public void close() {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (IOException e) {
            // it is gone either way
        }
        connection = null;
    }
}
