package jumpvpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.Transport;
import jumpvpn.node.config.Packets;
import jumpvpn.node.host.Errno;
import jumpvpn.node.transport.udp.NioUdpSocket;
import jumpvpn.node.transport.udp.UdpSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransportsTest {
    private static final Endpoint LOCAL = new Endpoint(IpAddress.parse("127.0.0.1"), 0);
    private static final Packets ALL = new Packets(2, Packets.Tun.ALL, Packets.Udp.ALL, 0);

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final Log log = new Log(new PrintStream(said, true, StandardCharsets.UTF_8), InstantSource.system());

    private String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.ENOSYS, Errno.EPERM})
    void whereTheKernelRefusesBatchesUdpGoesByNioAndTheLogSaysSo(int refusal) throws Exception {
        Packets possible = Transports.possible(ALL, refusal, log);
        assertThat(said()).contains("WARN", Errno.name(refusal), "java.nio");
        List<Transport> sockets = List.copyOf(Transports.listen(Protocol.UDP, LOCAL, false, possible));
        try (Transport gateway = sockets.getFirst();
                Transport client = Transports.towards(Protocol.UDP, LOCAL, null, gateway.local(), possible)
                        .getFirst()) {
            assertThat(sockets).hasSize(1);
            assertThat(gateway).isInstanceOf(NioUdpSocket.class);
            assertThat(client).isInstanceOf(NioUdpSocket.class);
        }
    }

    @Test
    void whereItDoesNotNothingChanges() throws Exception {
        Packets possible = Transports.possible(ALL, log);
        assertThat(possible).isEqualTo(ALL);
        assertThat(said()).isEmpty();
        List<Transport> sockets = List.copyOf(Transports.listen(Protocol.UDP, LOCAL, false, possible));
        assertThat(sockets).hasSize(2).allMatch(UdpSocket.class::isInstance);
        sockets.forEach(Transport::close);
    }

    @Test
    void nioCanBeAskedForAndWhatItCannotIsSaid() {
        Packets asked = new Packets(1, Packets.Tun.ALL, Packets.Udp.NIO, 46);
        assertThat(Transports.possible(asked, log)).isEqualTo(asked);
        assertThat(said()).contains("\"dscp\" has no effect").doesNotContain("refuses");
        assertThatThrownBy(() -> Transports.listen(Protocol.UDP, LOCAL, true, asked))
                .hasMessageContaining("share the port of udp://127.0.0.1:0 with QUIC")
                .hasMessageContaining("give quic another");
    }
}
