package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.Grant;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.control.ReattachMessage;
import jumpvpn.core.control.ReattachRequest;
import jumpvpn.core.control.Token;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.security.Suite;
import jumpvpn.core.security.Ticket;
import jumpvpn.core.security.TicketSealer;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.StateVersion;
import jumpvpn.core.transport.LinkKind;
import jumpvpn.core.transport.Path;
import org.junit.jupiter.api.Test;

/** A request keeps its secrets as long as it may be answered, and no longer. */
class ReattachmentTest {
    private final Crypto crypto = Crypto.jdk(new Random(3)::nextBytes);
    private final TicketSealer sealer = new TicketSealer(new byte[32], 5, 1);
    private final List<byte[]> sent = new ArrayList<>();
    private final Credentials credentials =
            new Credentials(new SessionSecret(0, crypto.entropy().bytes(32)));
    private final Reattachment requests = new Reattachment(context(), Suite.AES_256_GCM, credentials);

    ReattachmentTest() {
        byte[] proofKey = credentials.secret().proofKey();
        Ticket ticket = new Ticket(new byte[16], 1, 1, 0, proofKey, Long.MAX_VALUE);
        credentials
                .wallet()
                .add(
                        sealer.seal(
                                sealer.currentKey(),
                                ticket,
                                60,
                                crypto.entropy().bytes(TicketSealer.SEED_LENGTH)),
                        proofKey);
        requests.begin(0, 300);
    }

    private AgentContext context() {
        KeyPair own = KeyPair.generate(crypto);
        AgentPort port = new AgentPort() {
            @Override
            public void transmit(int pathId, Endpoint to, byte[] datagram) {
                sent.add(datagram);
            }

            @Override
            public void granted(Grant.Session session, String gateway) {}

            @Override
            public void innerMtu(int bytes) {}

            @Override
            public void ended(ReasonCode reason, String text) {}
        };
        return new AgentContext(
                new AgentConfig(own, Suite.AES_256_GCM, List.of()),
                crypto,
                port,
                _ -> {},
                new LookupTable<>(),
                new ForwardingGate(),
                new DropCounters());
    }

    private ReattachAttempt launch(int pathId) {
        IpAddress local = IpAddress.parse("192.0.2." + pathId);
        Path path = new Path(pathId, Protocol.UDP, "eth0", LinkKind.ETHERNET, local, "gw1", Outside.ONE, 0);
        return requests.launch(0, path, BindCause.DEAD, 1);
    }

    private byte[] answer(int index, ReattachAnswer answer) {
        ReattachMessage.Proven<ReattachRequest> proven =
                ReattachMessage.openRequest(crypto.aead(), sealer, sent.get(index));
        return ReattachMessage.answer(
                crypto.aead(),
                proven,
                proven.body().clientWireId(),
                crypto.entropy().bytes(16),
                answer);
    }

    private static ReattachAnswer reject(ReasonCode reason) {
        return new ReattachAnswer.Reject(reason, StateVersion.of(1, 1), Token.NONE, List.of(), List.of());
    }

    private static boolean isWiped(ReattachAttempt attempt) {
        return List.of(attempt.base, attempt.mixed).stream()
                .flatMapToInt(secret -> java.util.stream.IntStream.range(0, 32).map(i -> secret.key()[i]))
                .allMatch(value -> value == 0);
    }

    @Test
    void anAcceptedRequestSettlesThoseBeforeItAndLeavesThoseBehind() {
        ReattachAttempt first = launch(1);
        ReattachAttempt second = launch(2);
        ReattachAttempt third = launch(3);
        ReattachAnswer ack =
                new ReattachAnswer.Ack(StateVersion.of(2, 0), 9, 1, false, Outside.ONE, Token.NONE, List.of());
        byte[] accepted = answer(1, ack);
        Reattachment.Answered answered = requests.answered(accepted, second.wireId);
        assertThat(answered).isNotNull();
        assertThat(answered.attempt()).isSameAs(second);
        assertThat(isWiped(first)).isTrue();
        assertThat(isWiped(second)).as("the caller makes keys of it").isFalse();
        assertThat(isWiped(third)).isFalse();
        assertThat(requests.answered(accepted, second.wireId)).as("said again").isNull();
        assertThat(requests.answered(answer(0, ack), first.wireId)).isNull();
        assertThat(requests.answered(answer(2, reject(ReasonCode.TRANSPORT_NOT_ALLOWED)), third.wireId))
                .isNotNull();
    }

    @Test
    void aRefusalThatTheGatewayKeepsSettlesItsRequestAndAnotherDoesNot() {
        ReattachAttempt first = launch(1);
        ReattachAttempt second = launch(2);
        assertThat(requests.answered(answer(0, reject(ReasonCode.TRANSPORT_NOT_ALLOWED)), first.wireId))
                .isNotNull();
        assertThat(isWiped(first)).isTrue();
        assertThat(requests.answered(answer(1, reject(ReasonCode.STORE_UNAVAILABLE)), second.wireId))
                .isNotNull();
        assertThat(isWiped(second)).as("a copy may still be accepted").isFalse();
        assertThat(requests.answered(answer(1, reject(ReasonCode.STORE_UNAVAILABLE)), second.wireId))
                .as("said again")
                .isNull();
    }

    @Test
    void whatIsListedNoMoreIsSettled() {
        List<ReattachAttempt> attempts = new ArrayList<>();
        for (int id = 1; id <= 34; id++) {
            attempts.add(launch(id));
        }
        assertThat(isWiped(attempts.get(0))).isTrue();
        assertThat(isWiped(attempts.get(1))).isTrue();
        assertThat(isWiped(attempts.get(2))).isFalse();
    }

    @Test
    void theEndSettlesAll() {
        ReattachAttempt first = launch(1);
        ReattachAttempt second = launch(2);
        byte[] late = answer(0, reject(ReasonCode.NOT_OWNER));
        requests.end();
        assertThat(isWiped(first)).isTrue();
        assertThat(isWiped(second)).isTrue();
        assertThat(requests.answered(late, first.wireId)).isNull();
    }

    @Test
    void withoutATicketNothingIsAsked() {
        for (int id = 1; id <= 60; id++) {
            assertThat(launch(id)).isNotNull();
        }
        sent.clear();
        assertThat(launch(61)).isNull();
        assertThat(sent).isEmpty();
    }
}
