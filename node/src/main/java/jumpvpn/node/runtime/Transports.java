package jumpvpn.node.runtime;

import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.Transport;
import jumpvpn.node.config.Packets;
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
     * @return one, or one for each shard
     */
    static List<? extends Transport> listen(Protocol protocol, Endpoint local, boolean isShared, Packets packets)
            throws LinuxException {
        return switch (protocol) {
            case UDP -> udp(local, null, isShared, packets);
            case QUIC -> List.of(QuicListener.open(local, isShared));
            case TCP -> List.of(TcpListener.open(local));
        };
    }

    /**
     * A client's end, towards one remote.
     *
     * @param local port 0: any free one
     * @param device interface to keep to, or null
     * @return one, or one for each shard
     */
    static List<? extends Transport> towards(
            Protocol protocol, Endpoint local, @Nullable String device, Endpoint remote, Packets packets)
            throws LinuxException {
        return switch (protocol) {
            case UDP -> udp(local, device, false, packets);
            case QUIC -> List.of(QuicClient.open(local, device, remote));
            case TCP -> List.of(TcpClient.open(local, device, remote));
        };
    }

    private static List<? extends Transport> udp(
            Endpoint local, @Nullable String device, boolean isShared, Packets packets) throws LinuxException {
        List<UdpSocket> sockets = UdpSocket.openAll(local, device, UDP_SLOTS, packets.shards(), isShared);
        if (packets.udp() == Packets.Udp.BATCHES) {
            sockets.forEach(UdpSocket::keepApart);
        }
        return sockets;
    }
}
