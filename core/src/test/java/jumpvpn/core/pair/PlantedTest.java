package jumpvpn.core.pair;

import static jumpvpn.core.pair.LoneGateway.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumSet;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.control.Token;
import jumpvpn.core.data.Binding;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Fault;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;

/** Planted faults that a sound client never meets do what they say. */
class PlantedTest {
    private final LoneGateway gateway = new LoneGateway();

    private HandClient connected(Fault fault) {
        gateway.faults = EnumSet.of(fault);
        gateway.policy = Policy.DEFAULT.with(PolicyKey.SWITCHING_COOLDOWN, 0);
        HandClient client = HandClient.connected(gateway);
        client.acknowledge();
        gateway.run(SECOND);
        client.forget();
        return client;
    }

    @Test
    void everyExpectedEpochPassesGateB() {
        HandClient client = connected(Fault.SKIP_GATE_B);
        assertThat(client.refusal(ask -> ask.expectedEpoch = 0)).isNull();
        assertThat(client.refusal(ask -> {
                    ask.expectedEpoch = 0;
                    ask.generation = 77;
                }))
                .as("without its secret nobody can be bound")
                .isEqualTo(ReasonCode.STALE_STATE_VERSION);
    }

    @Test
    void oldRequestsPassGateC() {
        HandClient client = connected(Fault.SKIP_GATE_C);
        assertThat(client.refusal(ask -> ask.token = new Token(1, 1))).isNull();
    }

    @Test
    void aUsedNonceBindsAgain() {
        HandClient client = connected(Fault.ACCEPT_USED_NONCE);
        byte[] request = client.datagram(client.ask(ask -> ask.cause = BindCause.OPERATOR_JUMP));
        client.send(request);
        assertThat(client.send(request))
                .as("judged, not answered from what is kept")
                .isInstanceOf(ReattachAnswer.Reject.class);
        assertThat(gateway.session().version()).isEqualTo(StateVersion.of(2, 0));
    }

    @Test
    void anOldBindingGoesOnReceiving() {
        HandClient client = connected(Fault.KEEP_OLD_BINDING);
        Binding old = client.binding;
        client.reattach(BindCause.OPERATOR_JUMP);
        gateway.run(10 * SECOND);
        gateway.receive(client.from, client.data(old, 1));
        assertThat(gateway.delivered).containsExactly(1);
    }

    @Test
    void sendingMovesWithoutAChallenge() {
        HandClient client = connected(Fault.REBIND_WITHOUT_CHALLENGE);
        client.from = new Endpoint(IpAddress.parse("198.18.0.9"), 666);
        client.sendUp(1);
        gateway.run(SECOND / 10);
        assertThat(gateway.session().remote()).isEqualTo(client.from);
        assertThat(gateway.events(EventType.TRANSPORT_SWITCH, ReasonCode.NAT_REBIND))
                .hasSize(1);
    }

    @Test
    void everyStartDrawsTheSameForBindings() {
        HandClient client = connected(Fault.SAME_KEY_AFTER_RESTART);
        client.reattach(BindCause.OPERATOR_JUMP);
        ReattachAnswer.Ack first = (ReattachAnswer.Ack) client.answers.getLast();
        gateway.gateway.terminate(gateway.now, client.id);
        gateway.start();
        client.connect();
        client.reattach(BindCause.OPERATOR_JUMP);
        ReattachAnswer.Ack second = (ReattachAnswer.Ack) client.answers.getLast();
        assertThat(second.gatewayWireId()).isEqualTo(first.gatewayWireId()).isNotZero();
        assertThat(blur(second.tickets().getFirst()))
                .as("which comes of the gateway's freshness")
                .isEqualTo(blur(first.tickets().getFirst()))
                .isNotEqualTo(blur(first.tickets().getLast()));
    }

    private static byte[] blur(byte[] ticket) {
        return Arrays.copyOfRange(ticket, 4, 16);
    }
}
