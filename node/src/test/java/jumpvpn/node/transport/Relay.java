package jumpvpn.node.transport;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import jumpvpn.core.net.Endpoint;

/** A NAT between one client and a gateway, over UDP on loopback: it can get another port outside, lead elsewhere, or swallow everything. */
final class Relay implements AutoCloseable {
    private final DatagramSocket inside;
    private volatile DatagramSocket outside;
    private volatile InetSocketAddress gateway;
    private volatile InetSocketAddress client;
    volatile boolean swallows;

    Relay(Endpoint gateway) throws IOException {
        this.gateway = SocketAddresses.of(gateway);
        inside = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        outside = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        pump(inside);
        pump(outside);
    }

    /** Where clients send to. */
    Endpoint endpoint() {
        return SocketAddresses.endpoint(inside.getLocalSocketAddress());
    }

    /** From now on the gateway sees another port. @return as what */
    Endpoint rebind() throws IOException {
        DatagramSocket old = outside;
        outside = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        pump(outside);
        old.close();
        return SocketAddresses.endpoint(outside.getLocalSocketAddress());
    }

    /** From now on it leads to another gateway. */
    void lead(Endpoint to) {
        gateway = SocketAddresses.of(to);
    }

    private void pump(DatagramSocket from) {
        Thread.ofVirtual().start(() -> {
            DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
            try {
                while (true) {
                    packet.setLength(2048);
                    from.receive(packet);
                    boolean outwards = from == inside;
                    if (outwards) {
                        client = (InetSocketAddress) packet.getSocketAddress();
                    }
                    if (!swallows) {
                        packet.setSocketAddress(outwards ? gateway : client);
                        (outwards ? outside : inside).send(packet);
                    }
                }
            } catch (IOException closed) {
                // the end
            }
        });
    }

    @Override
    public void close() {
        inside.close();
        outside.close();
    }
}
