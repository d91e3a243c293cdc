package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import org.junit.jupiter.api.Test;

/** A client with two links and two gateways over one table; links a and b lead to the first, c and d, over the same devices, to the second. */
class GatewayGoneTest {
    private static final Endpoint SECOND = new Endpoint(IpAddress.parse("203.0.113.2"), 4500);

    private final Pair pair = new Pair();
    private final Link c = new Link(3, "eth0", "192.0.2.1", "gw2", SECOND, 20);
    private final Link d = new Link(4, "wlan0", "198.51.100.1", "gw2", SECOND, 35);
    private Site site;

    private void connect() {
        pair.startGatewayOver(List.of(pair.client()), new ScriptedTable(pair.table));
        site = pair.startSecond(new ScriptedTable(pair.table));
        pair.startClient(pair.gatewayKey.publicKey());
        for (Link link : List.of(c, d)) {
            link.leadsToSecond = true;
            pair.links.add(link);
            pair.agent.pathUp(pair.now, link.path);
        }
        pair.connect();
        pair.run(2000);
        assertThat(pair.status().gateway()).isEqualTo("gw1");
        pair.forgetEvents();
    }

    private void gatewayGone() {
        pair.a.passes = false;
        pair.b.passes = false;
    }

    /** Packets pass until the death is noticed; then waits for the new binding. */
    private void recover() {
        while (pair.state() != SessionState.RECOVERING) {
            pair.chat(1000, 1, 10);
        }
        pair.await(() -> pair.state() == SessionState.ATTACHED, 1000);
    }

    private List<Integer> asked() {
        return pair.seen.stream()
                .filter(datagram -> datagram.up() && datagram.bytes()[0] == MessageType.REATTACH_REQUEST)
                .map(datagram -> datagram.link().path.id())
                .distinct()
                .toList();
    }

    /** 300 ms or so until the death is known, 250 to 450 ms for the own gateway to answer on the other link, one round trip. */
    @Test
    void theSessionGoesOnAtTheOtherGatewayWithinASecondOfTheirRoundTrips() {
        connect();
        SessionId id = pair.status().id();
        IpAddress inner = pair.inner();
        pair.chat(1, 30, 10);
        gatewayGone();
        long gone = pair.now;
        recover();
        assertThat((pair.now - gone) / Pair.MILLI).isLessThan(1100);
        assertThat(asked()).containsExactly(2, 3);
        assertThat(Pair.told(pair.clientEvents))
                .as("the standby's token served")
                .doesNotContain("REATTACH_REJECT STALE_REQUEST");
        pair.run(100);
        assertThat(pair.status().gateway()).isEqualTo("gw2");
        assertThat(pair.status().id()).isEqualTo(id);
        assertThat(pair.inner()).isEqualTo(inner);
        assertThat(Pair.count(site.events, EventType.OWNERSHIP_CHANGE, ReasonCode.REATTACH_ACCEPT))
                .isOne();
        pair.sendUp(7);
        site.sendDown(8);
        pair.run(100);
        assertThat(site.delivered).contains(7);
        assertThat(pair.atClient).contains(8);
    }

    @Test
    void whereOnlyALinkIsGoneTheSessionStaysAtItsGateway() {
        connect();
        pair.chat(1, 30, 10);
        pair.a.passes = false;
        c.passes = false;
        recover();
        pair.run(2000);
        assertThat(pair.status().gateway()).isEqualTo("gw1");
        assertThat(asked()).containsExactly(2);
    }

    @Test
    void aGatewayThatIsBackIsNotGoneBackTo() {
        connect();
        pair.chat(1, 30, 10);
        gatewayGone();
        recover();
        pair.a.passes = true;
        pair.b.passes = true;
        for (int second = 0; second < 90; second++) {
            pair.chat(2000, 2, 10);
            pair.run(980);
        }
        assertThat(pair.status().gateway()).isEqualTo("gw2");
        assertThat(pair.status().version().epoch()).isEqualTo(2);
    }
}
