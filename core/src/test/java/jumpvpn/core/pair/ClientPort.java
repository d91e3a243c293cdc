package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import jumpvpn.core.agent.AgentPort;
import jumpvpn.core.control.Grant;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.session.ReasonCode;

/** What a pair's client asks of the world. */
final class ClientPort implements AgentPort {
    private final Pair pair;

    ClientPort(Pair pair) {
        this.pair = pair;
    }

    @Override
    public void transmit(int pathId, Endpoint to, byte[] datagram) {
        pair.up(pair.links.of(pathId), datagram);
    }

    @Override
    public void granted(Grant.Session session, String gateway) {
        assertThat(gateway).isEqualTo("gw1");
    }

    @Override
    public void innerMtu(int bytes) {
        pair.innerMtus.add(bytes);
    }

    @Override
    public void ended(ReasonCode reason, String text) {
        pair.ends.add(reason + ": " + text);
    }
}
