package jumpvpn.core.pair;

import static jumpvpn.core.pair.LoneGateway.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.Grant;
import jumpvpn.core.gateway.GatewayConfig;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import org.junit.jupiter.api.Test;

/** Clients that come, go and come again while the gateway runs, and one that there are two of. */
class AdmissionTest {
    private final LoneGateway gateway = new LoneGateway();
    private final HandClient known = new HandClient(gateway, 1);

    private GatewayConfig.Client client(HandClient one, String... addresses) {
        return new GatewayConfig.Client(
                "new",
                one.key.publicKey(),
                List.of(addresses).stream().map(IpAddress::parse).toList());
    }

    /** One that the gateway does not know. */
    private HandClient stranger(int number) {
        HandClient stranger = new HandClient(gateway, number);
        gateway.clients.removeLast();
        return stranger;
    }

    @Test
    void aClientIsAdmittedWhileOthersGoOn() {
        HandClient stranger = stranger(2);
        gateway.start();
        known.connect();
        gateway.receive(stranger.from, stranger.init());
        assertThat(stranger.granted(gateway.sent.getLast().bytes()))
                .isEqualTo(new Grant.Refused(ReasonCode.UNKNOWN_CLIENT));
        assertThat(gateway.gateway.admit(gateway.now, client(stranger, "10.77.0.99")))
                .isTrue();
        stranger.connect();
        assertThat(stranger.inner).isEqualTo(IpAddress.parse("10.77.0.99"));
        stranger.reattach(BindCause.DEAD);
        known.reattach(BindCause.DEAD);
        assertThat(gateway.sessions()).hasSize(2);
    }

    /** What is at rest does not repeat what is known of its client. */
    @Test
    void manyAreAdmittedAndSleep() {
        gateway.networks = List.of(Prefix.parse("10.77.0.1/20"));
        gateway.cheapAgreement();
        gateway.clients.clear();
        gateway.start();
        List<HandClient> crowd = new ArrayList<>();
        Set<IpAddress> inner = new HashSet<>();
        for (int i = 1; i <= 200; i++) {
            HandClient one = stranger(i);
            assertThat(gateway.gateway.admit(gateway.now, client(one))).isTrue();
            one.connect();
            one.acknowledge();
            crowd.add(one);
            inner.add(one.inner);
        }
        assertThat(inner).hasSize(200);
        gateway.run(5 * SECOND);
        crowd.forEach(one -> one.reattach(BindCause.DEAD));
        assertThat(gateway.sessions()).hasSize(200);
    }

    @Test
    void noTwoHaveOneAddress() {
        HandClient stranger = stranger(2);
        gateway.start();
        known.connect();
        assertThat(gateway.gateway.admit(gateway.now, client(stranger, known.inner.toString())))
                .isFalse();
        assertThat(gateway.gateway.admit(gateway.now, client(stranger, "10.77.0.1")))
                .as("the gateway's own")
                .isFalse();
        assertThat(gateway.gateway.admit(gateway.now, client(known, "10.77.0.98")))
                .as("it has a session with another one")
                .isFalse();
        known.say(new BindingMessage.Close(ReasonCode.PEER_CLOSED));
        gateway.run(20 * SECOND);
        String before = known.inner.toString();
        assertThat(gateway.gateway.admit(gateway.now, client(known, "10.77.0.98")))
                .isTrue();
        assertThat(gateway.gateway.admit(gateway.now, client(stranger, before))).isTrue();
        known.connect();
        assertThat(known.inner).isEqualTo(IpAddress.parse("10.77.0.98"));
        assertThat(gateway.gateway.admit(gateway.now, client(known, "10.77.0.98")))
                .as("said again")
                .isTrue();
    }

    @Test
    void whoWasTurnedOutMayComeAgainOnceAdmitted() {
        gateway.start();
        known.connect();
        gateway.gateway.revoke(gateway.now, known.key.publicKey());
        gateway.run(3 * SECOND);
        assertThat(gateway.sessions()).isEmpty();
        assertThat(gateway.gateway.admit(gateway.now, client(known))).isTrue();
        known.connect();
        gateway.run(3 * SECOND);
        assertThat(gateway.sessions()).hasSize(1);
    }

    private Grant answer(byte[] firstMessage) {
        gateway.receive(known.from, firstMessage);
        return known.granted(gateway.sent.getLast().bytes());
    }

    @Test
    void whoWasTurnedOutIsRefusedLikeAStranger() {
        gateway.start();
        known.connect();
        gateway.gateway.revoke(gateway.now, known.key.publicKey());
        gateway.run(3 * SECOND);
        assertThat(answer(known.init())).isEqualTo(new Grant.Refused(ReasonCode.UNKNOWN_CLIENT));
        assertThat(gateway.events(EventType.SECURITY, ReasonCode.UNKNOWN_CLIENT))
                .hasSize(1);
    }

    @Test
    void whoeverIsTurnedOutDuringItsHandshakeIsRefusedWhenItRepeatsItsFirstMessage() {
        gateway.start();
        byte[] first = known.init();
        gateway.receive(known.from, first);
        gateway.gateway.revoke(gateway.now, known.key.publicKey());
        assertThat(answer(first)).isEqualTo(new Grant.Refused(ReasonCode.UNKNOWN_CLIENT));
    }

    @Test
    void aCopyOfAClientsStateIsNoticed() {
        gateway.start();
        known.connect();
        int copied = known.epoch;
        known.reattach(BindCause.DEAD);
        for (int i = 0; i < 3; i++) {
            assertThat(known.refusal(ask -> ask.expectedEpoch = copied)).isEqualTo(ReasonCode.STALE_STATE_VERSION);
        }
        gateway.sleep(SECOND);
        assertThat(known.refusal(ask -> ask.expectedEpoch = copied)).isEqualTo(ReasonCode.STALE_STATE_VERSION);
        assertThat(gateway.events(EventType.SECURITY, ReasonCode.STALE_STATE_VERSION))
                .extracting(event -> LoneGateway.detail(event, "count"))
                .as("one a second tells of all")
                .containsExactly(1L, 4L);
        known.refusal(ask -> {
            ask.expectedEpoch = copied;
            ask.unanswered = List.of(ask.nonce);
        });
        assertThat(gateway.events(EventType.SECURITY, ReasonCode.STALE_STATE_VERSION))
                .as("who waits for an answer may well be behind")
                .hasSize(2);
    }
}
