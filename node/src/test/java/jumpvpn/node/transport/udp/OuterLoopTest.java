package jumpvpn.node.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.core.net.Prefix;
import jumpvpn.node.data.tun.TunDevice;
import jumpvpn.node.host.Namespace;
import jumpvpn.node.host.NetworkConfig;
import jumpvpn.node.host.Poller;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A tunnel route that covers the gateway itself must not swallow the tunnel's own outer packets.
 *
 * <pre>
 *   client namespace                         gateway namespace
 *   jvpntest0 (TUN)  &lt;- 198.51.100.0/24
 *   v0 10.255.1.1/24 ======================= v1 10.255.1.2/24, 198.51.100.1
 *                    &lt;- default via 10.255.1.2
 * </pre>
 */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class OuterLoopTest {
    private static final Endpoint GATEWAY = new Endpoint(IpAddress.parse("198.51.100.1"), 4500);

    private final Arena arena = Arena.ofAuto();

    private PacketBatch batch() {
        return new PacketBatch(arena.allocate(4 * 2048, 16).address(), 4, 2048);
    }

    @Test
    void aSocketBoundToItsInterfaceGoesAroundTheTunnel() throws Exception {
        Namespace.assumeTun();
        try (Namespace client = Namespace.create();
                Namespace gateway = Namespace.create()) {
            client.ip("link add v0 type veth peer name v1");
            client.ip("link set v1 netns " + gateway.id());
            client.ip("addr add 10.255.1.1/24 dev v0");
            client.ip("link set v0 up");
            client.ip("route add default via 10.255.1.2");
            gateway.ip("addr add 10.255.1.2/24 dev v1");
            gateway.ip("addr add 198.51.100.1/32 dev v1");
            gateway.ip("link set v1 up");
            try (UdpSocket server = gateway.run(() -> UdpSocket.open(GATEWAY, null, 4))) {
                client.run(() -> throughTheTunnelsRoute(server));
            }
        }
    }

    private boolean throughTheTunnelsRoute(UdpSocket server) throws Exception {
        try (TunDevice tun = TunDevice.create("jvpntest0");
                NetworkConfig config = NetworkConfig.open()) {
            config.up(tun.name(), 1400);
            config.route(Prefix.parse("198.51.100.0/24"), tun.name(), null);
            Endpoint any = new Endpoint(IpAddress.parse("10.255.1.1"), 0);
            try (UdpSocket bound = UdpSocket.open(any, "v0", 4);
                    UdpSocket free = UdpSocket.open(any, null, 4)) {
                assertThat(bound.confinement()).isEqualTo(UdpSocket.Confinement.DEVICE);
                PacketBatch packet = batch();
                packet.length[0] = 100;
                packet.peer(0, GATEWAY);
                bound.send(packet, 0, 1);
                PacketBatch received = batch();
                await(server.fd());
                assertThat(server.receive(received)).isEqualTo(1);
                assertThat(received.peer(0)).isEqualTo(bound.local());
                assertThat(tun.read(packet, 0))
                        .as("nothing of it in the tunnel")
                        .isZero();

                assertThat(server.send(received, 0, 1)).isEqualTo(1); // and the answer comes in by that interface
                await(bound.fd());
                assertThat(bound.receive(packet)).isEqualTo(1);

                packet.peer(0, GATEWAY);
                free.send(packet, 0, 1); // the danger is real: without the binding it goes round in a loop
                assertThat(tun.read(packet, 0)).isEqualTo(1);
            }
            return true;
        }
    }

    private static void await(int fd) throws Exception {
        Poller poller = new Poller(1);
        poller.watch(0, fd, false);
        assertThat(poller.await(5_000_000_000L)).as("nothing arrived").isEqualTo(1);
    }
}
