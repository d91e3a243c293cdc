package jumpvpn.node.observability.syslog;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.List;
import jumpvpn.node.observability.Exporter;
import jumpvpn.node.observability.NumberedEvent;
import org.jspecify.annotations.Nullable;

/** A datagram a message (RFC 5426). Nobody acknowledges them: what the network loses, only the numbers tell. */
public final class SyslogDatagrams implements Exporter {
    private final String host;
    private final int port;
    private final SyslogMessage message;
    private @Nullable DatagramSocket socket;
    private @Nullable List<NumberedEvent> begun;
    private int sent;

    /** To this server, whose name is looked up at each new socket. */
    public SyslogDatagrams(String host, int port, SyslogMessage message) {
        this.host = host;
        this.port = port;
        this.message = message;
    }

    @Override
    public void deliver(List<NumberedEvent> batch) throws IOException {
        if (begun != batch) {
            begun = batch;
            sent = 0;
        }
        try {
            DatagramSocket open = open();
            for (; sent < batch.size(); sent++) {
                byte[] bytes = message.of(batch.get(sent));
                open.send(new DatagramPacket(bytes, bytes.length));
            }
            begun = null;
        } catch (IOException e) {
            close();
            throw new IOException("cannot send to udp://" + host + ":" + port + " (" + e.getMessage() + ")", e);
        }
    }

    private DatagramSocket open() throws IOException {
        DatagramSocket open = socket;
        if (open == null) {
            open = new DatagramSocket();
            open.connect(InetAddress.getByName(host), port); // so that a refusal (ICMP) is heard
            socket = open;
        }
        return open;
    }

    @Override
    public void close() {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }
}
