package jumpvpn.node.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.TimeUnit;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against a real link, v0, in a network namespace of its own; what the command ip says is the truth. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class NeighboursTest {
    private static final IpAddress FOUR = IpAddress.parse("10.88.0.130");
    private static final IpAddress SIX = IpAddress.parse("fd88::130");
    private static final IpAddress VIA_FOUR = IpAddress.parse("10.88.0.12");
    private static final IpAddress VIA_SIX = IpAddress.parse("fd88::12");

    private Namespace namespace;
    private Neighbours neighbours;

    @BeforeEach
    void open() throws Exception {
        namespace = Namespace.create();
        namespace.ip("link add v0 type veth peer name v1");
        namespace.ip("link set v0 addrgenmode none up");
        namespace.ip("link set v1 addrgenmode none up");
        namespace.ip("addr add 10.88.0.11/24 dev v0");
        namespace.ip("addr add fd88::11/64 dev v0 nodad");
        Namespace.Body<Void> usable = () -> {
            Namespace.awaitAddress(IpAddress.parse("fd88::11"));
            return null;
        };
        namespace.run(usable);
        neighbours = namespace.run(Neighbours::open);
    }

    @AfterEach
    void close() {
        if (neighbours != null) {
            neighbours.close();
        }
        if (namespace != null) {
            namespace.close();
        }
    }

    private String state() throws Exception {
        return namespace.ip("neigh show proxy")
                + namespace.ip("route show table all")
                + namespace.ip("-6 route show table all");
    }

    @Test
    void everyChangeIsMadeAndPutBackExactly() throws Exception {
        String before = state();
        List<Undo> undos = namespace.run(() -> List.of(
                neighbours.proxy("v0", FOUR),
                neighbours.proxy("v0", SIX),
                neighbours.route(IpAddress.parse("10.77.0.5"), VIA_FOUR, "v0"),
                neighbours.route(IpAddress.parse("fd77::5"), VIA_SIX, "v0")));
        assertThat(namespace.ip("neigh show proxy"))
                .contains("10.88.0.130 dev v0 proxy")
                .contains("fd88::130 dev v0 proxy");
        assertThat(namespace.ip("route show")).contains("10.77.0.5 via 10.88.0.12 dev v0 proto 74");
        assertThat(namespace.ip("-6 route show")).contains("fd77::5 via fd88::12 dev v0 proto 74");
        for (Undo undo : undos) {
            undo.close();
            undo.close();
        }
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void aRouteReplacesTheEarlierOneWhichNoLongerCounts() throws Exception {
        String before = state();
        for (IpAddress[] row :
                new IpAddress[][] {{IpAddress.parse("10.77.0.5"), VIA_FOUR}, {IpAddress.parse("fd77::5"), VIA_SIX}}) {
            IpAddress address = row[0];
            IpAddress other = IpAddress.of(new byte[] {10, 88, 0, 13});
            IpAddress next = address.isV4() ? other : IpAddress.parse("fd88::13");
            List<Undo> undos = namespace.run(
                    () -> List.of(neighbours.route(address, row[1], "v0"), neighbours.route(address, next, "v0")));
            undos.getFirst().close();
            assertThat(namespace.ip((address.isV4() ? "" : "-6 ") + "route show " + address))
                    .contains("via " + next)
                    .doesNotContain("via " + row[1] + " ");
            undos.getLast().close();
        }
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void askedForAgainAProxyEntryIsOne() throws Exception {
        namespace.run(() -> neighbours.proxy("v0", FOUR));
        Undo again = namespace.run(() -> neighbours.proxy("v0", FOUR));
        assertThat(namespace.ip("neigh show proxy").lines()).hasSize(1);
        again.close();
        assertThat(namespace.ip("neigh show proxy")).isEmpty();
    }

    @Test
    void whatAKilledProcessLeftGoesAndNothingElse() throws Exception {
        namespace.ip("neigh add proxy 10.88.0.131 dev v0");
        namespace.ip("route add 10.77.0.6 via 10.88.0.12");
        namespace.run(() -> {
            neighbours.proxy("v0", IpAddress.parse("10.99.0.1"));
            return neighbours.proxy("v1", FOUR);
        });
        String before = state();
        namespace.run(() -> {
            neighbours.proxy("v0", FOUR);
            neighbours.proxy("v0", SIX);
            neighbours.route(IpAddress.parse("10.77.0.5"), VIA_FOUR, "v0");
            neighbours.route(IpAddress.parse("fd77::5"), VIA_SIX, "v0");
            return null;
        });
        List<Prefix> ours = List.of(
                Prefix.parse("10.88.0.129/25"),
                Prefix.parse("10.77.0.1/24"),
                Prefix.parse("fd88::/64"),
                Prefix.parse("fd77::1/64"));
        int cleared = namespace.run(() -> neighbours.clear("v0", ours));
        assertThat(cleared).isEqualTo(4);
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void undoAfterTheInterfaceIsGoneIsNoError() throws Exception {
        List<Undo> undos = namespace.run(() -> List.of(
                neighbours.proxy("v0", FOUR), neighbours.proxy("v0", SIX), neighbours.route(SIX, VIA_SIX, "v0")));
        namespace.ip("link delete v0");
        for (Undo undo : undos) {
            undo.close();
        }
    }

    @Test
    void refusalsSayWhatAndWhy() {
        assertThatThrownBy(() -> namespace.run(() -> neighbours.proxy("nosuchif", FOUR)))
                .hasMessageContaining("cannot answer for 10.88.0.130 on nosuchif: ENODEV");
        assertThatThrownBy(() -> namespace.run(() -> neighbours.route(FOUR, IpAddress.parse("192.0.2.1"), "v0")))
                .hasMessageContaining("cannot lead 10.88.0.130 to 192.0.2.1 on v0")
                .hasMessageContaining("ENETUNREACH");
    }
}
