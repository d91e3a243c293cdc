package jumpvpn.node.runtime;

import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.Transport;
import jumpvpn.node.config.Packets;
import jumpvpn.node.host.Errno;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.transport.quic.QuicClient;
import jumpvpn.node.transport.quic.QuicListener;
import jumpvpn.node.transport.tcp.TcpClient;
import jumpvpn.node.transport.tcp.TcpListener;
import jumpvpn.node.transport.udp.NioUdpSocket;
import jumpvpn.node.transport.udp.UdpSocket;
import org.jspecify.annotations.Nullable;

/** The one place that knows which class carries which protocol. */
final class Transports {
    private static final int UDP_SLOTS = 64;
    private static final int NIO_SLOTS = 1024;

    private Transports() {}

    /** What of it this kernel or sandbox lets us do; the log says what is less. */
    static Packets possible(Packets asked, Log log) {
        return possible(asked, UdpSocket.refusal(), log);
    }

    /** @param refusal as {@link UdpSocket#refusal} says */
    static Packets possible(Packets asked, int refusal, Log log) {
        if (asked.udp() != Packets.Udp.NIO) {
            if (refusal == 0) {
                return asked;
            }
            log.warn("this kernel or sandbox refuses recvmmsg or sendmmsg (" + Errno.name(refusal)
                    + "): UDP goes by java.nio, a datagram a call, which is slower; allow both calls if you can");
        }
        if (asked.dscp() != 0) {
            log.warn("UDP by java.nio has no traffic class: \"dscp\" has no effect");
        }
        return new Packets(asked.shards(), asked.tun(), Packets.Udp.NIO, asked.dscp());
    }

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
        if (packets.udp() == Packets.Udp.NIO) {
            if (isShared) {
                throw new LinuxException(
                        Errno.EOPNOTSUPP,
                        "share the port of udp://" + local + " with QUIC",
                        "UDP by java.nio has its port alone: give quic another");
            }
            return List.of(NioUdpSocket.open(local, device, NIO_SLOTS));
        }
        List<UdpSocket> sockets = UdpSocket.openAll(local, device, UDP_SLOTS, packets.shards(), isShared);
        if (packets.udp() == Packets.Udp.BATCHES) {
            sockets.forEach(UdpSocket::keepApart);
        }
        return sockets;
    }
}
