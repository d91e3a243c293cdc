package jumpvpn.core.pair;

import static jumpvpn.core.pair.LoneGateway.MILLI;
import static jumpvpn.core.pair.LoneGateway.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Consumer;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.control.ReattachMessage;
import jumpvpn.core.control.Token;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.pair.HandClient.Ask;
import jumpvpn.core.security.Suite;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;

/** Requests that no gate judges or that leave nothing, and probes: what is answered, told and kept (contract section 2). */
class UnjudgedRequestTest {
    private static final Endpoint ELSEWHERE = new Endpoint(IpAddress.parse("198.18.0.9"), 666);

    private static final Consumer<Ask> JUMP = ask -> ask.cause = BindCause.OPERATOR_JUMP;

    private final LoneGateway gateway = new LoneGateway();

    private HandClient connected(Policy policy) {
        return HandClient.settled(gateway, policy);
    }

    private List<byte[]> answersTo(Endpoint there) {
        return gateway.sent.stream()
                .filter(sent -> sent.to().equals(there) && sent.bytes()[0] == 0x0C)
                .map(LoneGateway.Sent::bytes)
                .toList();
    }

    @Test
    void aRequestFromBeforeTheStartIsToldOnceASecondAndNotKept() {
        HandClient client = connected(Policy.DEFAULT);
        Consumer<Ask> old = ask -> ask.token = new Token(1, ask.token.issuedNanos());
        byte[] request = client.datagram(client.ask(old));
        client.send(request);
        client.send(request);
        assertThat(answersTo(client.from).getFirst())
                .isNotEqualTo(answersTo(client.from).getLast());
        assertThat(gateway.told())
                .containsExactly("REATTACH_REQUEST_RECEIVED PEER_REPORTED", "REATTACH_REJECT STALE_REQUEST");
        gateway.run(SECOND - 1);
        client.send(request);
        assertThat(gateway.events).hasSize(2);
        gateway.run(1);
        client.send(request);
        assertThat(gateway.events).hasSize(4);
    }

    @Test
    void forgeriesAreCountedReportedOnceASecondAndNeverAnswered() {
        HandClient client = connected(Policy.DEFAULT);
        byte[] forged = HandClient.flipped(client.datagram(client.ask(JUMP)), 500);
        for (int i = 0; i < 3; i++) {
            gateway.receive(ELSEWHERE, forged);
        }
        gateway.run(SECOND);
        gateway.receive(ELSEWHERE, forged);
        List<Event> reported = gateway.events(EventType.SECURITY, ReasonCode.BAD_PROOF);
        assertThat(reported).hasSize(2).allMatch(event -> event.path().equals("from " + ELSEWHERE));
        assertThat(reported.stream().map(event -> LoneGateway.detail(event, "count")))
                .containsExactly(1L, 4L);
        assertThat(gateway.sent).isEmpty();
    }

    @Test
    void aProbeIsAnsweredWithATokenAndWhereItCameFromAndChangesNothing() {
        HandClient client = connected(Policy.DEFAULT);
        Nonce nonce = new Nonce(5, 6);
        byte[] proofKey = client.secret.proofKey();
        byte[] probe = ReattachMessage.probe(
                gateway.crypto.aead(), Suite.AES_256_GCM, client.tickets.getFirst(), nonce, proofKey, 77);
        gateway.receive(ELSEWHERE, probe);
        assertThat(gateway.sent).singleElement().satisfies(sent -> {
            assertThat(sent.to()).isEqualTo(ELSEWHERE);
            assertThat(ReattachMessage.addressee(sent.bytes())).isEqualTo(77L);
            ReattachMessage.ProbeAnswer answer = ReattachMessage.openProbeAnswer(
                    gateway.crypto.aead(), Suite.AES_256_GCM, proofKey, nonce, sent.bytes());
            assertThat(answer.observed()).isEqualTo(ELSEWHERE);
            assertThat(answer.token().issuedNanos()).isEqualTo(gateway.now);
        });
        assertThat(gateway.events).isEmpty();
        assertThat(gateway.session().remote()).isEqualTo(client.from);
        gateway.receive(ELSEWHERE, HandClient.flipped(probe, 150));
        assertThat(gateway.sent).hasSize(1);
        assertThat(gateway.events(EventType.SECURITY, ReasonCode.BAD_PROOF)).hasSize(1);
    }

    @Test
    void whatCannotBeReadIsToldOnceASecondWithItsCount() {
        HandClient client = connected(Policy.DEFAULT);
        gateway.table.readable = false;
        gateway.start(); // what it loads is not there: another's table would not give it either
        gateway.run(0);
        gateway.gateway.terminate(gateway.now, client.id);
        gateway.run(11 * SECOND);
        client.forget();
        for (int i = 0; i < 3; i++) {
            assertThat(client.refusal(JUMP)).isEqualTo(ReasonCode.STORE_UNAVAILABLE);
        }
        gateway.run(SECOND);
        assertThat(client.request(JUMP)).isInstanceOfSatisfying(ReattachAnswer.Reject.class, reject -> {
            assertThat(reject.version()).isEqualTo(StateVersion.BIRTH);
            assertThat(reject.tickets()).isEmpty();
        });
        List<Event> told = gateway.events(EventType.REATTACH_REJECT, ReasonCode.STORE_UNAVAILABLE);
        assertThat(told.stream().map(event -> LoneGateway.detail(event, "count")))
                .containsExactly(1L, 4L);
        assertThat(told).allMatch(event -> event.path().equals("from " + client.from));
        assertThat(told).allMatch(event -> client.id.equals(event.sessionId()));
    }

    @Test
    void ofASessionThatIsBeingReadOneRequestIsKept() {
        HandClient client = connected(Policy.DEFAULT);
        gateway.gateway.terminate(gateway.now, client.id);
        gateway.run(11 * SECOND);
        client.forget();
        gateway.table.readsAreLate = true;
        gateway.table.reads.clear();
        for (int i = 0; i < 3; i++) {
            assertThat(client.request(JUMP)).isNull();
        }
        assertThat(gateway.table.reads).containsExactly(client.id);
        gateway.table.land();
        gateway.run(0);
        client.listen();
        assertThat(client.answers).hasSize(1);
        client.request(JUMP);
        assertThat(gateway.table.reads).as("the next one is read again").hasSize(2);
        gateway.run(100 * MILLI);
    }
}
