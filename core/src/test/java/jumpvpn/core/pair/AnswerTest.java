package jumpvpn.core.pair;

import static jumpvpn.core.pair.LoneGateway.MILLI;
import static jumpvpn.core.pair.LoneGateway.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.control.Token;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.pair.HandClient.Ask;
import jumpvpn.core.pair.ScriptedTable.Fate;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;

/** How requests are answered: what is kept, what counts, what ends a session, and what is said of it (contract section 2). */
class AnswerTest {
    private static final Endpoint ELSEWHERE = new Endpoint(IpAddress.parse("198.18.0.9"), 666);
    private static final Consumer<Ask> JUMP = ask -> ask.cause = BindCause.OPERATOR_JUMP;
    private static final Consumer<Ask> STALE = ask -> ask.expectedEpoch--;

    private final LoneGateway gateway = new LoneGateway();

    private HandClient connected(Policy policy) {
        return HandClient.settled(gateway, policy);
    }

    /** The gateway finds the binding dead, and its client knows. */
    private void die(HandClient client) {
        client.die(2 * SECOND);
        client.forget();
    }

    private List<byte[]> answersTo(Endpoint there) {
        return gateway.sent.stream()
                .filter(sent -> sent.to().equals(there) && sent.bytes()[0] == 0x0C)
                .map(LoneGateway.Sent::bytes)
                .toList();
    }

    private List<Event> repeated() {
        return gateway.events(EventType.SECURITY, ReasonCode.ANSWER_REPEATED);
    }

    @Test
    void anAckBringsTicketsAndATokenAndSaysWhereTheClientIs() {
        HandClient client = connected(Policy.DEFAULT.with(PolicyKey.TRANSPORT_MAX_CANDIDATES, 3));
        ReattachAnswer answer = client.request(JUMP);
        assertThat(answer).isInstanceOfSatisfying(ReattachAnswer.Ack.class, ack -> {
            assertThat(ack.version()).isEqualTo(StateVersion.of(2, 0));
            assertThat(ack.observed()).isEqualTo(client.from);
            assertThat(ack.generation()).isOne();
            assertThat(ack.mixed()).isFalse();
            assertThat(ack.tickets()).as("as many as the policy's candidates").hasSize(3);
            assertThat(ack.token().issuedNanos()).isEqualTo(gateway.now);
        });
        assertThat(gateway.told())
                .containsExactly(
                        "ATTACHED>RECOVERING OPERATOR_JUMP",
                        "REATTACH_REQUEST_RECEIVED OPERATOR_JUMP",
                        "TRANSPORT_SWITCH BOUND",
                        "RECOVERING>ATTACHED REATTACH_ACCEPT",
                        "REATTACH_ACK_SENT REATTACH_ACCEPT");
        Event received = gateway.events.get(1);
        assertThat(received.path()).isEqualTo("udp/from/" + client.from);
        assertThat(received.details())
                .containsExactly(
                        new Event.Detail("gates", List.of("A", "B", "C", "D", "E", "F")),
                        new Event.Detail("client_address", client.from.address().toString()),
                        new Event.Detail("link", "wifi"));
        assertThat(LoneGateway.detail(gateway.events.get(3), "inner")).isEqualTo(List.of(client.inner + "/24"));
        assertThat(gateway.events.getLast().version()).isEqualTo(StateVersion.of(2, 0));
    }

    @Test
    void aRejectBringsOneTicketATokenAndTheVersion() {
        HandClient client = connected(Policy.DEFAULT);
        assertThat(client.request(STALE)).isInstanceOfSatisfying(ReattachAnswer.Reject.class, reject -> {
            assertThat(reject.reason()).isEqualTo(ReasonCode.STALE_STATE_VERSION);
            assertThat(reject.version()).isEqualTo(StateVersion.of(1, 0));
            assertThat(reject.tickets()).hasSize(1);
            assertThat(reject.endpoints()).isEmpty();
            assertThat(reject.token().issuedNanos()).isEqualTo(gateway.now);
            client.tickets = reject.tickets();
        });
        assertThat(client.refusal(JUMP)).as("with that ticket").isNull();
        assertThat(gateway.told())
                .startsWith("REATTACH_REQUEST_RECEIVED PEER_REPORTED", "REATTACH_REJECT STALE_STATE_VERSION");
        assertThat(LoneGateway.detail(gateway.events.getFirst(), "gates")).isEqualTo(List.of("A"));
    }

    @Test
    void theAckIsKeptAsLongAsItsBindingLives() {
        HandClient client = connected(Policy.DEFAULT);
        byte[] request = client.datagram(client.ask(JUMP));
        client.send(request);
        client.sendUp(1);
        gateway.run(20 * SECOND);
        client.sendUp(2);
        gateway.receive(client.from, request);
        assertThat(answersTo(client.from)).hasSize(2);
        assertThat(answersTo(client.from).getFirst())
                .isEqualTo(answersTo(client.from).getLast());
        assertThat(repeated()).as("from where it came first").isEmpty();
        assertThat(gateway.session().version()).isEqualTo(StateVersion.of(2, 0));
    }

    @Test
    void anotherAnswerIsKeptForTheMaxAgeAndTheSkew() {
        HandClient client = connected(Policy.DEFAULT);
        long answered = gateway.now;
        byte[] request = client.datagram(client.ask(STALE));
        client.send(request);
        gateway.run(7 * SECOND);
        gateway.receive(client.from, request);
        assertThat(answersTo(client.from)).hasSize(2);
        assertThat(answersTo(client.from).getFirst())
                .isEqualTo(answersTo(client.from).getLast());
        assertThat(gateway.now - answered).isEqualTo(7 * SECOND);
        gateway.run(1);
        gateway.receive(client.from, request);
        assertThat(answersTo(client.from).getFirst())
                .isNotEqualTo(answersTo(client.from).getLast());
    }

    @Test
    void whatIsKeptNoMoreIsForgottenInTimeThoughNobodyAsks() {
        HandClient client = connected(Policy.DEFAULT);
        client.reattach(BindCause.LINK_GOING_DOWN);
        long first = gateway.now;
        gateway.run(3 * SECOND);
        assertThat(gateway.gateway.nextNanos()).as("at rest").isEqualTo(first + 7 * SECOND + 1);
        gateway.run(SECOND);
        client.refusal(STALE);
        long second = gateway.now;
        gateway.run(first + 9 * SECOND - gateway.now); // the next mark is behind
        assertThat(gateway.gateway.nextNanos()).isEqualTo(second + 7 * SECOND + 1);
    }

    @Test
    void aRepeatFromElsewhereGetsTheKeptAnswerAndIsReportedOnceASecond() {
        HandClient client = connected(Policy.DEFAULT);
        byte[] request = client.datagram(client.ask(JUMP));
        client.send(request);
        gateway.receive(ELSEWHERE, request);
        gateway.run(SECOND - 1);
        gateway.receive(ELSEWHERE, request);
        assertThat(repeated()).singleElement().satisfies(event -> {
            assertThat(event.path()).isEqualTo("from " + ELSEWHERE);
            assertThat(event.details())
                    .containsExactly(
                            new Event.Detail("first_from", client.from.toString()), new Event.Detail("count", 1L));
        });
        gateway.run(1);
        gateway.receive(ELSEWHERE, request);
        assertThat(repeated()).hasSize(2);
        assertThat(answersTo(ELSEWHERE))
                .hasSize(3)
                .allSatisfy(answer ->
                        assertThat(answer).isEqualTo(answersTo(client.from).getFirst()));
        assertThat(LoneGateway.detail(repeated().getLast(), "count")).isEqualTo(3L);
        assertThat(gateway.session().remote()).isEqualTo(client.from);
        assertThat(gateway.session().version()).isEqualTo(StateVersion.of(2, 0));
    }

    @Test
    void anOlderEpochIsTakenOnlyFromWhoListsTheRequestThatBeganTheNewOne() {
        HandClient client = connected(Policy.DEFAULT);
        Ask first = client.ask(JUMP);
        gateway.receive(client.from, client.datagram(first));
        client.forgetSent(); // its ACK is lost
        assertThat(client.refusal(ask -> ask.unanswered = List.of(new Nonce(1, 2))))
                .isEqualTo(ReasonCode.STALE_STATE_VERSION);
        assertThat(client.refusal(ask -> ask.unanswered = List.of(new Nonce(1, 2), first.nonce)))
                .isNull();
        assertThat(client.epoch).isEqualTo(3);
        client.sendUp(1);
        assertThat(gateway.delivered).containsExactly(1);
    }

    @Test
    void aNonceUsedWithOtherBytesIsAReplayAndTheFirstAnswerStaysKept() {
        HandClient client = connected(Policy.DEFAULT);
        Ask first = client.ask(STALE);
        byte[] request = client.datagram(first);
        client.send(request);
        byte[] kept = answersTo(client.from).getFirst();
        for (int i = 0; i < 2; i++) {
            assertThat(client.refusal(ask -> ask.nonce = first.nonce)).isEqualTo(ReasonCode.REPLAY_DETECTED);
        }
        gateway.receive(client.from, request);
        assertThat(answersTo(client.from).getLast()).isEqualTo(kept);
        assertThat(gateway.session().version()).isEqualTo(StateVersion.of(1, 0));
    }

    @Test
    void whileABindIsUnderWayItsRequestIsNotAnsweredAndAnotherIsRefusedButMayComeAgain() {
        HandClient client = connected(Policy.DEFAULT);
        gateway.table.fates.add(Fate.LATE);
        Ask first = client.ask(JUMP);
        byte[] request = client.datagram(first);
        assertThat(client.send(request)).isNull();
        assertThat(client.send(request)).as("the answer will come").isNull();
        byte[] other = client.datagram(client.ask(ask -> ask.unanswered = List.of(first.nonce)));
        assertThat(client.send(other))
                .isInstanceOfSatisfying(
                        ReattachAnswer.Reject.class,
                        reject -> assertThat(reject.reason()).isEqualTo(ReasonCode.DUAL_ACTIVE_FORBIDDEN));
        gateway.table.land();
        gateway.run(0);
        client.listen();
        assertThat(client.answers).hasSize(2);
        assertThat(client.epoch).isEqualTo(2);
        assertThat(client.send(other)).as("judged anew: it lists the first").isInstanceOf(ReattachAnswer.Ack.class);
        assertThat(client.epoch).isEqualTo(3);
        client.sendUp(1);
        assertThat(gateway.delivered).containsExactly(1);
    }

    @Test
    void whatTheTableDidNotTakeMayBeAskedAgain() {
        HandClient client = connected(Policy.DEFAULT);
        gateway.table.fates.add(Fate.UNAVAILABLE);
        gateway.table.fates.add(Fate.REFUSED);
        byte[] request = client.datagram(client.ask(JUMP));
        client.send(request);
        client.send(request);
        assertThat(client.send(request)).isInstanceOf(ReattachAnswer.Ack.class);
        assertThat(client.answers.subList(0, 2).stream().map(each -> ((ReattachAnswer.Reject) each).reason()))
                .containsExactly(ReasonCode.STORE_UNAVAILABLE, ReasonCode.DUAL_ACTIVE_FORBIDDEN);
        assertThat(gateway.rows())
                .as("what was known of a session whose record is another is not gone on with")
                .containsExactly("HANDSHAKE_OK 1.0 again", "GATEWAY_RESTARTED 1.2147483648", "REATTACH_ACCEPT 2.0");
    }

    @Test
    void of128NoncesAtATimeTheNextIsRefusedAndNothingIsRecorded() {
        HandClient client = connected(Policy.DEFAULT);
        long began = gateway.now;
        for (int i = 0; i < 128; i++) {
            assertThat(client.refusal(STALE)).isEqualTo(ReasonCode.STALE_STATE_VERSION);
        }
        client.forget();
        byte[] request = client.datagram(client.ask(JUMP));
        for (int i = 0; i < 3; i++) {
            assertThat(client.send(request))
                    .isInstanceOfSatisfying(
                            ReattachAnswer.Reject.class,
                            reject -> assertThat(reject.reason()).isEqualTo(ReasonCode.SWITCH_RATE_LIMITED));
        }
        assertThat(gateway.told()).as("once a second").containsExactly("REATTACH_REJECT SWITCH_RATE_LIMITED");
        gateway.run(began + 7 * SECOND - gateway.now);
        assertThat(client.refusal(JUMP)).isEqualTo(ReasonCode.SWITCH_RATE_LIMITED);
        gateway.run(1);
        assertThat(client.refusal(JUMP)).as("there is room again").isNull();
    }

    @Test
    void firstAnswersStaleOrNotAllowedCountAndTheMostEndsARecoveringSession() {
        HandClient client = connected(
                Policy.DEFAULT.with(PolicyKey.SWITCHING_MAX_REJECTS, 3).with(PolicyKey.TRANSPORT_ALLOWED, 0x1));
        die(client);
        byte[] once = client.datagram(client.ask(STALE));
        for (int i = 0; i < 5; i++) {
            client.send(once); // a repeat counts once
        }
        assertThat(client.refusal(ask -> ask.protocol = Protocol.TCP)).isEqualTo(ReasonCode.TRANSPORT_NOT_ALLOWED);
        assertThat(client.refusal(ask -> {
                    ask.expectedEpoch--;
                    ask.tokenAgeNanos = 0;
                    ask.token = new Token(ask.token.incarnation() + 1, ask.token.issuedNanos());
                }))
                .as("an old one counts no more than anybody's recording")
                .isEqualTo(ReasonCode.STALE_STATE_VERSION);
        assertThat(gateway.sessions()).hasSize(1);
        assertThat(client.refusal(STALE)).isEqualTo(ReasonCode.STALE_STATE_VERSION);
        assertThat(gateway.rows()).last().asString().startsWith("POLICY_EXCEEDED ");
        assertThat(gateway.sessions()).isEmpty();
        assertThat(gateway.memory.live()).isEmpty();
    }

    @Test
    void rejectsEndNoAttachedSessionAndABindForgetsThem() {
        HandClient client = connected(Policy.DEFAULT.with(PolicyKey.SWITCHING_MAX_REJECTS, 2));
        for (int i = 0; i < 5; i++) {
            assertThat(client.refusal(STALE)).isEqualTo(ReasonCode.STALE_STATE_VERSION);
        }
        assertThat(gateway.session().state()).isEqualTo(SessionState.ATTACHED);
        client.reattach(BindCause.DEAD);
        die(client);
        assertThat(client.refusal(STALE)).isEqualTo(ReasonCode.STALE_STATE_VERSION);
        assertThat(gateway.sessions()).as("one since the bind").hasSize(1);
        assertThat(client.refusal(STALE)).isEqualTo(ReasonCode.STALE_STATE_VERSION);
        assertThat(gateway.sessions()).isEmpty();
    }

    @Test
    void anExpectedEpochAboveTheRecordsEndsTheSession() {
        HandClient client = connected(Policy.DEFAULT);
        assertThat(client.refusal(ask -> ask.expectedEpoch = 2)).isEqualTo(ReasonCode.OWNERSHIP_AMBIGUOUS);
        assertThat(gateway.rows()).containsExactly("OWNERSHIP_AMBIGUOUS 1.1");
        assertThat(gateway.sessions()).isEmpty();
        assertThat(gateway.bindings.size()).isZero();
        assertThat(gateway.memory.live()).isEmpty();
    }

    @Test
    void bindsThatAreForcedKeepTheRecoveryInterval() {
        HandClient client = connected(Policy.DEFAULT);
        client.reattach(BindCause.LINK_GOING_DOWN);
        gateway.run(500 * MILLI - 1);
        assertThat(client.refusal(ask -> ask.cause = BindCause.LINK_GOING_DOWN))
                .isEqualTo(ReasonCode.SWITCH_RATE_LIMITED);
        gateway.run(1);
        client.reattach(BindCause.LINK_GOING_DOWN);
    }

    @Test
    void whoIsSentElsewhereIsToldOfEightGatewaysAtMost() {
        Endpoint[] listening = IntStream.range(1, 11)
                .mapToObj(i -> new Endpoint(IpAddress.parse("203.0.113." + i), 4500))
                .toArray(Endpoint[]::new);
        gateway.others = Site.members(listening);
        HandClient client = connected(Policy.DEFAULT);
        gateway.gateway.drain(gateway.now);
        client.forget();
        assertThat(client.request(ask -> ask.cause = BindCause.GATEWAY_DRAINING))
                .isInstanceOfSatisfying(ReattachAnswer.Reject.class, reject -> {
                    assertThat(reject.reason()).isEqualTo(ReasonCode.NOT_OWNER);
                    assertThat(reject.endpoints()).isEqualTo(List.of(listening).subList(0, 8));
                });
        assertThat(LoneGateway.detail(gateway.events.getFirst(), "gates")).isEqualTo(List.of("A", "B", "C", "D"));
        assertThat(client.refusal(STALE)).isEqualTo(ReasonCode.STALE_STATE_VERSION);
        assertThat(((ReattachAnswer.Reject) client.answers.getLast()).endpoints())
                .isEmpty();
    }
}
