package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.transport.LinkKind;
import jumpvpn.core.transport.Path;
import org.junit.jupiter.api.Test;

/** The order in which paths are tried, and which of them an operator's word means. */
class CandidatesTest {
    private final Candidates candidates = new Candidates();

    private Path add(int id, Protocol protocol, String gateway, int preference) {
        Endpoint remote = new Endpoint(IpAddress.parse("203.0.113.1"), 4500);
        IpAddress local = IpAddress.parse("192.0.2." + id);
        Path path = new Path(id, protocol, "eth" + id, LinkKind.ETHERNET, local, gateway, remote, preference);
        candidates.add(path);
        return path;
    }

    private List<Integer> order(Policy policy) {
        return candidates.all(policy, "gw1").stream().map(Path::id).toList();
    }

    @Test
    void endpointsComeInTheConfiguredOrderThenProtocolsInTheOperatorsThenIds() {
        add(5, Protocol.UDP, "gw1", 1);
        add(4, Protocol.TCP, "gw1", 0);
        add(3, Protocol.UDP, "gw1", 0);
        add(2, Protocol.QUIC, "gw1", 0);
        add(1, Protocol.UDP, "gw1", 0);
        add(6, Protocol.UDP, "gw2", 0);
        assertThat(order(Policy.DEFAULT)).containsExactly(1, 3, 2, 4, 5);
        assertThat(order(Policy.DEFAULT.with(PolicyKey.TRANSPORT_PREFER, Protocol.TCP.number())))
                .as("what is not in the operator's list comes behind it")
                .containsExactly(4, 1, 2, 3, 5);
    }

    @Test
    void aCellularLinkComesBehindTheOthersOfItsEndpointAndIsOfAWorseClassForAnyProtocol() {
        add(3, Protocol.UDP, "gw1", 1);
        Path ethernet = add(2, Protocol.TCP, "gw1", 0);
        Path dear =
                new Path(1, Protocol.UDP, "wwan0", LinkKind.CELLULAR, ethernet.local(), "gw1", ethernet.remote(), 0);
        candidates.add(dear);
        assertThat(order(Policy.DEFAULT)).containsExactly(2, 1, 3);
        assertThat(candidates.better(Policy.DEFAULT, dear)).containsExactly(ethernet);
        assertThat(candidates.better(Policy.DEFAULT, ethernet)).isEmpty();
    }

    @Test
    void whereUdpWasFoundDeadQuicComesAfterTcpOnThatLinkUntilUdpAnswers() {
        Path udp = add(1, Protocol.UDP, "gw1", 0);
        candidates.add(new Path(2, Protocol.QUIC, udp.link(), udp.kind(), udp.local(), "gw1", udp.remote(), 0));
        candidates.add(new Path(3, Protocol.TCP, udp.link(), udp.kind(), udp.local(), "gw1", udp.remote(), 0));
        IpAddress six = IpAddress.parse("2001:db8::1");
        candidates.add(new Path(4, Protocol.QUIC, udp.link(), udp.kind(), six, "gw1", udp.remote(), 0));
        add(5, Protocol.QUIC, "gw1", 0);
        assertThat(order(Policy.DEFAULT)).containsExactly(1, 2, 4, 5, 3);
        candidates.markDead(1, 100);
        assertThat(order(Policy.DEFAULT)).containsExactly(4, 5, 3, 2, 1);
        candidates.answered(1, 200, 0);
        assertThat(order(Policy.DEFAULT)).containsExactly(1, 2, 4, 5, 3);
    }

    @Test
    void whatCarriedASessionInANetworkComesFirstWhenThatIsThereAgain() {
        Path udp = add(1, Protocol.UDP, "gw1", 0);
        Path tcp = new Path(2, Protocol.TCP, udp.link(), udp.kind(), udp.local(), "gw1", udp.remote(), 1);
        candidates.add(tcp);
        candidates.carried(tcp);
        candidates.remove(1);
        candidates.remove(2);
        candidates.add(udp);
        candidates.add(tcp);
        assertThat(order(Policy.DEFAULT)).containsExactly(2, 1);
        assertThat(candidates.better(Policy.DEFAULT, tcp)).as("it is no better").containsExactly(udp);
        candidates.markDead(2, 100);
        assertThat(order(Policy.DEFAULT)).as("what is dead stays last").containsExactly(1, 2);
    }

    @Test
    void whatPolicyForbidsIsLeftOut() {
        add(1, Protocol.TCP, "gw1", 0);
        add(2, Protocol.UDP, "gw1", 0);
        assertThat(order(Policy.DEFAULT.with(PolicyKey.TRANSPORT_ALLOWED, Protocol.UDP.number())))
                .containsExactly(2);
    }

    @Test
    void whatWasFoundDeadComesLastTheLongestDeadFirstUntilItLives() {
        add(1, Protocol.UDP, "gw1", 0);
        add(2, Protocol.UDP, "gw1", 0);
        add(3, Protocol.UDP, "gw1", 1);
        candidates.markDead(1, 20);
        candidates.markDead(2, 10);
        assertThat(order(Policy.DEFAULT)).containsExactly(3, 2, 1);
        candidates.answered(1, 25, 3);
        assertThat(order(Policy.DEFAULT)).containsExactly(1, 3, 2);
        candidates.markDead(1, 30);
        add(1, Protocol.UDP, "gw1", 0);
        assertThat(order(Policy.DEFAULT)).as("it came up again").containsExactly(1, 3, 2);
    }

    @Test
    void whatIsGoneIsForgotten() {
        Path path = add(1, Protocol.UDP, "gw1", 0);
        add(2, Protocol.UDP, "gw1", 0);
        assertThat(candidates.get(1)).isEqualTo(path);
        candidates.markDead(1, 5);
        candidates.remove(1);
        assertThat(candidates.get(1)).isNull();
        assertThat(candidates.all()).extracting(Path::id).containsExactly(2);
    }

    @Test
    void ofEveryPathTheNewestAnswerIsKnownAndWhetherItWasFoundDeadSince() {
        Path path = add(1, Protocol.UDP, "gw1", 0);
        Path other = add(2, Protocol.UDP, "gw2", 0);
        assertThat(candidates.known())
                .containsExactly(new Candidate(path, false, false, 0, 0), new Candidate(other, false, false, 0, 0));
        candidates.answered(1, 100, 7);
        assertThat(candidates.known()).first().isEqualTo(new Candidate(path, false, false, 7, 100));
        candidates.markDead(1, 150);
        assertThat(candidates.known()).first().isEqualTo(new Candidate(path, true, false, 7, 100));
        candidates.answered(1, 200, 0);
        assertThat(candidates.known())
                .as("an answer without a round trip leaves the one before")
                .containsExactly(new Candidate(path, false, false, 7, 200), new Candidate(other, false, false, 0, 0));
        candidates.answered(1, 300, 9);
        assertThat(candidates.known()).first().isEqualTo(new Candidate(path, false, false, 9, 300));
        candidates.markDead(1, 350);
        candidates.heard(1, 320, 11);
        candidates.heard(1, 310, 0);
        assertThat(candidates.known())
                .as("what a binding heard proves nothing, and the newest counts")
                .first()
                .isEqualTo(new Candidate(path, true, false, 11, 320));
    }

    @Test
    void whatAPathThatWentHadAnsweredIsForgottenAndALateAnswerIsNotKept() {
        Path path = add(1, Protocol.UDP, "gw1", 0);
        candidates.answered(1, 100, 7);
        candidates.remove(1);
        assertThat(candidates.known()).isEmpty();
        candidates.answered(1, 110, 8);
        candidates.add(path);
        assertThat(candidates.known()).containsExactly(new Candidate(path, false, false, 0, 0));
    }

    @Test
    void noMoreAreTriedAtATimeThanPolicyWants() {
        for (int id = 1; id <= 3; id++) {
            add(id, Protocol.UDP, "gw1", 0);
            add(10 + id, Protocol.UDP, "gw2", 0);
            add(20 + id, Protocol.UDP, "gw3", 0);
        }
        Policy two = Policy.DEFAULT.with(PolicyKey.TRANSPORT_MAX_CANDIDATES, 2);
        assertThat(candidates.ranked(two, "gw1")).extracting(Path::id).containsExactly(1, 2);
        assertThat(candidates.ranked(Policy.DEFAULT, "gw1")).hasSize(3);
        List<AgentConfig.Gateway> gateways = List.of(
                new AgentConfig.Gateway("gw3", new byte[32]),
                new AgentConfig.Gateway("gw1", new byte[32]),
                new AgentConfig.Gateway("gw2", new byte[32]));
        assertThat(candidates.rankedElsewhere(two, gateways, "gw1"))
                .extracting(Path::id)
                .containsExactly(21, 22, 11, 12);
    }

    @Test
    void theGatewaysBehindOneNameAreSeveralInTheOrderOfTheirAddresses() {
        add(1, Protocol.UDP, "gw1", 0);
        add(2, Protocol.UDP, "gw2/203.0.113.9", 0);
        add(3, Protocol.UDP, "gw2/203.0.113.10", 0);
        add(4, Protocol.UDP, "gw20", 0);
        add(5, Protocol.UDP, "gw2", 0);
        AgentConfig.Gateway second = new AgentConfig.Gateway("gw2", new byte[32]);
        List<AgentConfig.Gateway> gateways = List.of(second, new AgentConfig.Gateway("gw1", new byte[32]));
        assertThat(candidates.gateways(gateways)).containsExactly("gw2", "gw2/203.0.113.10", "gw2/203.0.113.9", "gw1");
        assertThat(candidates.rankedElsewhere(Policy.DEFAULT, gateways, "gw2/203.0.113.9"))
                .extracting(Path::id)
                .containsExactly(5, 3, 1);
    }

    @Test
    void anOperatorsWordMeansAPathToThePresentGatewayIfThereIsOne() {
        add(1, Protocol.UDP, "gw2", 0);
        add(2, Protocol.TCP, "gw2", 0);
        add(3, Protocol.UDP, "gw1", 0);
        assertThat(candidates.matching("udp", "gw1", 9)).extracting(Path::id).isEqualTo(3);
        assertThat(candidates.matching("udp", "gw1", 3))
                .as("but that one")
                .extracting(Path::id)
                .isEqualTo(1);
        assertThat(candidates.matching("udp", "gw3", 9))
                .as("the first of those elsewhere")
                .extracting(Path::id)
                .isEqualTo(1);
        assertThat(candidates.matching("tcp", "gw1", 9)).extracting(Path::id).isEqualTo(2);
        assertThat(candidates.matching("tcp", "gw1", 2)).isNull();
        assertThat(candidates.matching("wwan0", "gw1", 9)).isNull();
    }
}
