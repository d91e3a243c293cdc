package jumpvpn.lab.netns;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import jumpvpn.node.host.Libc;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Memory;

/** Reattach messages that somebody recorded on the outer links, sent again. */
final class Replay {
    private static final int IP_AT = 14;
    private static final int UDP_BYTES = 8;

    /** A frame as it was captured between the client and its router. */
    private record Message(Uplink uplink, boolean up, byte[] frame) {
        byte[] datagram() {
            return Arrays.copyOfRange(frame, payload(frame), frame.length);
        }
    }

    private final Topology topology;
    private final List<Message> messages = new ArrayList<>();

    Replay(Topology topology) {
        this.topology = topology;
    }

    private static int payload(byte[] frame) {
        return IP_AT + (frame[IP_AT] & 0x0f) * 4 + UDP_BYTES;
    }

    /** Takes every request and answer of an uplink's capture. */
    void read(Uplink uplink, Path capture) throws IOException {
        Pcap.read(capture, (_, frame) -> {
            int kind = frame.length > IP_AT && payload(frame) < frame.length ? frame[payload(frame)] : 0;
            if (kind == OuterLink.REATTACH_REQUEST || kind == OuterLink.REATTACH_ANSWER) {
                messages.add(new Message(uplink, kind == OuterLink.REATTACH_REQUEST, frame));
            }
        });
    }

    /** Sends all of them twice as they were, and the requests also from an address at each router that they never came from; how many there are. */
    int send() throws IOException {
        for (int copies = 0; copies < 2; copies++) {
            for (Message message : messages) {
                asItWas(message);
                if (message.up) {
                    fromElsewhere(message, topology.routerA);
                    fromElsewhere(message, topology.routerB);
                }
            }
        }
        return messages.size();
    }

    private void asItWas(Message message) throws IOException {
        String device = message.up ? message.uplink.farTap() : message.uplink.nearTap();
        NamespaceThread.call(topology.wires.pid(), (Callable<Integer>) () -> {
            int fd = PacketSockets.open(device);
            try (Arena arena = Arena.ofConfined()) {
                long bytes = arena.allocate(message.frame.length).address();
                Memory.copy(message.frame, 0, bytes, message.frame.length);
                return LinuxException.check(Libc.write(fd, bytes, message.frame.length), "send a frame by " + device);
            } finally {
                Libc.close(fd);
            }
        });
    }

    private static void fromElsewhere(Message message, Namespace router) throws IOException {
        NamespaceThread.call(router.pid(), (Callable<Integer>) () -> {
            try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET)) {
                return channel.send(
                        ByteBuffer.wrap(message.datagram()),
                        new InetSocketAddress(Topology.GATEWAY_ADDRESS, Product.PORT));
            }
        });
    }
}
