package jumpvpn.node.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import jumpvpn.core.net.Endpoint;
import jumpvpn.node.host.Libc;

/** Options of a channel's socket that Netty has no name for. A bootstrap only logs what the kernel refuses; these throw {@link ChannelException}. */
public final class SocketOptions {
    private static final int SOL_SOCKET = 1;
    private static final int SO_BINDTODEVICE = 25;
    private static final int IPPROTO_IP = 0;
    private static final int IPPROTO_IPV6 = 41;
    private static final int PMTUDISC_PROBE = 3;
    private static final IntegerUnixChannelOption IP_UNICAST_IF =
            new IntegerUnixChannelOption("IP_UNICAST_IF", IPPROTO_IP, 50);
    private static final IntegerUnixChannelOption IPV6_UNICAST_IF =
            new IntegerUnixChannelOption("IPV6_UNICAST_IF", IPPROTO_IPV6, 76);
    private static final IntegerUnixChannelOption IP_MTU_DISCOVER =
            new IntegerUnixChannelOption("IP_MTU_DISCOVER", IPPROTO_IP, 10);
    private static final IntegerUnixChannelOption IPV6_MTU_DISCOVER =
            new IntegerUnixChannelOption("IPV6_MTU_DISCOVER", IPPROTO_IPV6, 23);
    private static final IntegerUnixChannelOption IPV6_V6ONLY =
            new IntegerUnixChannelOption("IPV6_V6ONLY", IPPROTO_IPV6, 26);

    private SocketOptions() {}

    /** The family that a socket on this endpoint is of. */
    public static SocketProtocolFamily family(Endpoint endpoint) {
        return endpoint.address().isV4() ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
    }

    /** Lets 0.0.0.0 and :: have the same port. */
    public static void onlyItsFamily(Channel channel, Endpoint endpoint) {
        if (!endpoint.address().isV4()) {
            channel.config().setOption(IPV6_V6ONLY, 1);
        }
    }

    /** No fragments, and no belief in learnt path MTUs, which anybody on the way can forge. */
    public static void neverFragment(Channel channel, Endpoint endpoint) {
        channel.config().setOption(endpoint.address().isV4() ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER, PMTUDISC_PROBE);
    }

    /** Keeps a socket to an interface, in and out (SO_BINDTODEVICE), or only out where the kernel refuses that to us (IP_UNICAST_IF). */
    public static void confine(Channel channel, Endpoint local, String device) {
        byte[] name = device.getBytes(StandardCharsets.UTF_8);
        try {
            channel.config()
                    .setOption(
                            new RawUnixChannelOption("SO_BINDTODEVICE", SOL_SOCKET, SO_BINDTODEVICE, name.length),
                            ByteBuffer.wrap(name));
        } catch (ChannelException refused) {
            int index = Libc.ifNameToIndex(device);
            if (index == 0) {
                throw refused;
            }
            channel.config()
                    .setOption(local.address().isV4() ? IP_UNICAST_IF : IPV6_UNICAST_IF, Integer.reverseBytes(index));
        }
    }
}
