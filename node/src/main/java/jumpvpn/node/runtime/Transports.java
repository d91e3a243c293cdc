package jumpvpn.node.runtime;

import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.Transport;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.transport.quic.QuicClient;
import jumpvpn.node.transport.quic.QuicListener;
import jumpvpn.node.transport.tcp.TcpClient;
import jumpvpn.node.transport.tcp.TcpListener;
import jumpvpn.node.transport.udp.UdpSocket;
import org.jspecify.annotations.Nullable;

/** The one place that knows which class carries which protocol. */
final class Transports {
    private static final int UDP_SLOTS = 64;

    private Transports() {}

    /**
     * A gateway's end; with port 0 on any free one.
     *
     * @param isShared whether UDP and QUIC have one port: then UDP is to be opened first
     */
    static Transport listen(Protocol protocol, Endpoint local, boolean isShared) throws LinuxException {
        return switch (protocol) {
            case UDP -> isShared ? UdpSocket.openShared(local, UDP_SLOTS) : UdpSocket.open(local, null, UDP_SLOTS);
            case QUIC -> QuicListener.open(local, isShared);
            case TCP -> TcpListener.open(local);
        };
    }

    /**
     * A client's end, towards one remote.
     *
     * @param local port 0: any free one
     * @param device interface to keep to, or null
     */
    static Transport towards(Protocol protocol, Endpoint local, @Nullable String device, Endpoint remote)
            throws LinuxException {
        return switch (protocol) {
            case UDP -> UdpSocket.open(local, device, UDP_SLOTS);
            case QUIC -> QuicClient.open(local, device, remote);
            case TCP -> TcpClient.open(local, device, remote);
        };
    }
}
