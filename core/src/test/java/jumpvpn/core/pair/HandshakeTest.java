package jumpvpn.core.pair;

import static jumpvpn.core.pair.LoneGateway.MILLI;
import static jumpvpn.core.pair.LoneGateway.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.Grant;
import jumpvpn.core.control.HandshakeMessage;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.ownership.SessionTable.Outcome;
import jumpvpn.core.pair.ScriptedTable.Fate;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;

/** Sessions in BIRTH: how many, how long, what they are told, and which of a client's is completed (contract sections 1 and 2, superseding). */
class HandshakeTest {
    private final LoneGateway gateway = new LoneGateway();
    private final HandClient client = new HandClient(gateway, 1);
    private final HandClient other = new HandClient(gateway, 2);

    private List<Event> failed() {
        return gateway.events(EventType.STATE_CHANGE, ReasonCode.HANDSHAKE_FAIL);
    }

    private List<Object> texts() {
        return failed().stream().map(event -> LoneGateway.detail(event, "text")).toList();
    }

    private List<byte[]> responses() {
        return gateway.sent.stream()
                .map(LoneGateway.Sent::bytes)
                .filter(bytes -> bytes[0] == 0x05)
                .toList();
    }

    private void begin(HandClient who) {
        gateway.receive(who.from, who.init());
        who.listen();
    }

    /** The gateway's binding of the newest answer. */
    private Binding newestBirth() {
        return (Binding)
                gateway.bindings.get(0, ByteBuffer.wrap(responses().getLast()).getLong(12));
    }

    private static Grant.Session session(Grant grant) {
        assertThat(grant).isInstanceOf(Grant.Session.class);
        return (Grant.Session) grant;
    }

    @Test
    void theAnswerGrantsASessionAndNothingIsSaidOrCommittedBeforeItIsConfirmed() {
        gateway.start();
        gateway.receive(client.from, client.init());
        Grant.Session grant = session(client.granted(responses().getFirst()));
        assertThat(grant.inner()).containsExactly(new Prefix(client.inner, 24));
        assertThat(grant.observed()).isEqualTo(client.from);
        assertThat(grant.mtu()).isEqualTo(1400);
        assertThat(grant.policy().version()).isEqualTo(gateway.policy.version());
        assertThat(gateway.sessions()).isEmpty();
        assertThat(gateway.events).isEmpty();
        assertThat(gateway.table.commits).isEmpty();
        client.sendUp(1);
        assertThat(gateway.delivered).isEmpty();
        client.say(new BindingMessage.Ping());
        client.say(new BindingMessage.Close(ReasonCode.OPERATOR_TERMINATE));
        assertThat(gateway.table.commits).as("only CONFIRM completes it").isEmpty();
        client.say(new BindingMessage.Confirm());
        assertThat(client.heard(BindingMessage.Welcome.class)).singleElement().satisfies(welcome -> {
            assertThat(welcome.version()).isEqualTo(StateVersion.of(1, 0));
            assertThat(welcome.tickets()).hasSize(8);
            assertThat(welcome.token().issuedNanos()).isEqualTo(gateway.now);
        });
        Event born = gateway.events.getFirst();
        assertThat(gateway.told()).containsExactly("BIRTH>ATTACHED HANDSHAKE_OK");
        assertThat(born.details())
                .containsExactly(
                        new Event.Detail("client", "hand1"), new Event.Detail("inner", List.of(client.inner + "/24")));
        assertThat(born.path()).isEqualTo("udp/from/" + client.from);
        assertThat(born.sessionId()).isEqualTo(grant.id());
        client.sendUp(2);
        assertThat(gateway.delivered).containsExactly(2);
    }

    @Test
    void aConfirmThatComesAgainIsWelcomedAgain() {
        gateway.start();
        client.connect();
        client.say(new BindingMessage.Confirm());
        client.say(new BindingMessage.Confirm());
        assertThat(client.heard(BindingMessage.Welcome.class)).hasSize(3);
        assertThat(gateway.table.commits).hasSize(1);
        assertThat(gateway.rows()).containsExactly("HANDSHAKE_OK 1.0");
    }

    @Test
    void aBirthMayBeConfirmedUntilItsTimeIsOverAndNotAfter() {
        gateway.policy = Policy.DEFAULT.with(PolicyKey.SESSION_HANDSHAKE_TIMEOUT, 3 * SECOND);
        gateway.start();
        long began = gateway.now;
        begin(client);
        begin(other);
        Binding there = newestBirth();
        assertThat(gateway.gateway.nextNanos()).isEqualTo(began + 3 * SECOND);
        gateway.run(3 * SECOND - 1);
        client.say(new BindingMessage.Confirm());
        assertThat(gateway.rows()).containsExactly("HANDSHAKE_OK 1.0");
        gateway.run(1);
        assertThat(failed()).singleElement().satisfies(event -> {
            assertThat(event.nanos()).isEqualTo(began + 3 * SECOND);
            assertThat(event.path()).isEqualTo("from " + other.from);
            assertThat(event.to()).isEqualTo(SessionState.TERMINATED);
            assertThat(event.details())
                    .containsExactly(
                            new Event.Detail("client", "hand2"), new Event.Detail("text", "not completed in time"));
        });
        assertThat(there.sealed(PacketLayout.CONTROL, new byte[1], gateway.now))
                .as("wiped")
                .isNull();
        other.say(new BindingMessage.Confirm());
        assertThat(gateway.sessions()).hasSize(1);
        assertThat(gateway.bindings.size()).isOne();
    }

    @Test
    void ofOneClientSixteenBirthsAreKeptAndTheOldestGivesWay() {
        gateway.start();
        begin(client);
        Binding oldest = newestBirth();
        for (int i = 1; i < 16; i++) {
            begin(client);
        }
        begin(other);
        assertThat(failed()).isEmpty();
        begin(client);
        assertThat(texts()).containsExactly("overtaken by a newer handshake");
        assertThat(oldest.sealed(PacketLayout.CONTROL, new byte[1], gateway.now))
                .isNull();
        assertThat(gateway.bindings.size()).isEqualTo(17);
        client.say(new BindingMessage.Confirm());
        assertThat(gateway.sessions()).hasSize(1);
    }

    @Test
    void aBirthThatIsBeingCommittedTakesNoPlace() {
        gateway.start();
        gateway.table.fates.add(Fate.LATE);
        begin(client);
        client.say(new BindingMessage.Confirm());
        for (int i = 0; i < 16; i++) {
            begin(client);
        }
        assertThat(failed()).isEmpty();
        begin(client);
        assertThat(failed()).hasSize(1);
        gateway.table.land();
        gateway.run(0);
        assertThat(gateway.sessions()).as("nor does it give way").hasSize(1);
    }

    @Test
    void aReplayedFirstMessagePushesNothingOutAndIsTheFirstToGo() {
        gateway.policy = Policy.DEFAULT.with(PolicyKey.SESSION_HANDSHAKE_TIMEOUT, SECOND);
        gateway.start();
        byte[] recorded = client.init();
        gateway.receive(client.from, recorded);
        byte[] unanswered = client.init();
        gateway.receive(client.from, unanswered);
        gateway.run(2 * SECOND);
        assertThat(failed()).hasSize(2);
        for (int i = 0; i < 8; i++) {
            begin(client);
        }
        gateway.receive(client.from, recorded);
        Binding replayed = newestBirth();
        for (int i = 9; i < 16; i++) {
            begin(client);
        }
        int answered = responses().size();
        gateway.receive(client.from, unanswered);
        assertThat(responses()).as("no place for another replay").hasSize(answered);
        assertThat(failed()).hasSize(2);
        begin(client);
        assertThat(failed()).hasSize(3);
        assertThat(replayed.sealed(PacketLayout.CONTROL, new byte[1], gateway.now))
                .as("it went")
                .isNull();
        begin(client);
        assertThat(failed()).as("then the oldest").hasSize(4);
        client.say(new BindingMessage.Confirm());
        assertThat(gateway.sessions()).hasSize(1);
    }

    @Test
    void aRepeatedFirstMessageGetsTheSameAnswerWhileItsBirthLasts() {
        gateway.policy = Policy.DEFAULT.with(PolicyKey.SESSION_HANDSHAKE_TIMEOUT, SECOND);
        gateway.start();
        byte[] first = client.init();
        gateway.receive(client.from, first);
        gateway.run(SECOND - 1);
        gateway.receive(client.from, first);
        assertThat(responses()).hasSize(2);
        assertThat(responses().getFirst()).isEqualTo(responses().getLast());
        assertThat(gateway.bindings.size()).isOne();
        gateway.run(1);
        gateway.receive(client.from, first);
        assertThat(responses().getFirst()).isNotEqualTo(responses().getLast());
    }

    @Test
    void whoIsUnknownIsRefusedAndReportedOnceEveryHundredMilliseconds() {
        gateway.clients.remove(1);
        gateway.start();
        long began = gateway.now;
        for (int i = 0; i < 21; i++) {
            gateway.receive(other.from, other.init());
            gateway.run(10 * MILLI);
        }
        List<Event> refused = gateway.events(EventType.SECURITY, ReasonCode.UNKNOWN_CLIENT);
        assertThat(refused.stream().map(Event::nanos)).containsExactly(began, began + 100 * MILLI, began + 200 * MILLI);
        assertThat(refused).allSatisfy(event -> {
            assertThat(event.path()).isEqualTo("from " + other.from);
            assertThat(LoneGateway.detail(event, "public_key"))
                    .isEqualTo(Base64.getEncoder().encodeToString(other.key.publicKey()));
        });
        assertThat(responses()).hasSize(3);
        assertThat(other.granted(responses().getFirst())).isEqualTo(new Grant.Refused(ReasonCode.UNKNOWN_CLIENT));
        assertThat(gateway.bindings.size()).isZero();
    }

    @Test
    void aProtocolThatThePolicyForbidsIsRefused() {
        gateway.policy = Policy.DEFAULT.with(PolicyKey.TRANSPORT_ALLOWED, 0x1);
        gateway.start();
        gateway.receive(client.from, client.init(Protocol.TCP));
        assertThat(client.granted(responses().getLast()))
                .isEqualTo(new Grant.Refused(ReasonCode.TRANSPORT_NOT_ALLOWED));
        gateway.run(100 * MILLI);
        gateway.receive(client.from, client.init(Protocol.UDP));
        session(client.granted(responses().getLast()));
    }

    @Test
    void whoFindsNoAddressInThePoolIsRefused() {
        gateway.networks = List.of(Prefix.parse("10.77.0.1/30")); // two hosts, one of them the gateway
        gateway.start();
        gateway.receive(client.from, client.init());
        session(client.granted(responses().getLast()));
        gateway.receive(other.from, other.init());
        assertThat(other.granted(responses().getLast())).isEqualTo(new Grant.Refused(ReasonCode.POOL_EXHAUSTED));
    }

    @Test
    void whatIsNoFirstMessageToThisGatewayGetsSilence() {
        gateway.start();
        byte[] init = client.init();
        for (int at : new int[] {0, 1, 2, 20, 60, 200, HandshakeMessage.INIT_LENGTH - 1}) {
            gateway.receive(client.from, HandClient.flipped(init, at));
        }
        assertThat(gateway.sent).isEmpty();
        assertThat(gateway.events).isEmpty();
        gateway.gateway.receive(gateway.now, LoneGateway.SOCKET, client.from, new byte[0]);
        assertThat(gateway.bindings.size()).isZero();
    }

    @Test
    void completingOneEndsTheClientsOthersAndNobodyElses() {
        gateway.start();
        begin(client);
        begin(other);
        begin(client);
        Binding completed = newestBirth();
        Binding chosen = client.binding;
        begin(client);
        begin(client);
        client.binding = chosen;
        gateway.receive(client.from, client.sealed(new BindingMessage.Confirm()));
        assertThat(gateway.told())
                .filteredOn(told -> told.endsWith("HANDSHAKE_FAIL"))
                .hasSize(3);
        assertThat(texts()).containsOnly("another handshake of this client was completed");
        assertThat(gateway.bindings.size()).isEqualTo(2);
        assertThat(completed.sealed(PacketLayout.CONTROL, new byte[1], gateway.now))
                .isNotNull();
        other.say(new BindingMessage.Confirm());
        assertThat(gateway.sessions()).hasSize(2);
    }

    @Test
    void whileItsCommitIsUnderWayTimeEndsNoBirthAndItIsAskedForOnce() {
        gateway.start();
        gateway.table.fates.add(Fate.LATE);
        begin(client);
        client.say(new BindingMessage.Confirm());
        client.say(new BindingMessage.Confirm());
        gateway.run(20 * SECOND);
        assertThat(failed()).isEmpty();
        assertThat(gateway.table.commits).hasSize(1);
        gateway.table.land();
        gateway.run(0);
        client.listen();
        assertThat(gateway.rows()).containsExactly("HANDSHAKE_OK 1.0");
        assertThat(client.tickets).isNotEmpty();
    }

    @Test
    void aBirthThatTheTableRefusedMayBeConfirmedAgain() {
        gateway.start();
        gateway.table.fates.addAll(List.of(Fate.UNAVAILABLE, Fate.REFUSED));
        begin(client);
        for (int tries = 1; tries <= 3; tries++) {
            client.say(new BindingMessage.Confirm());
            assertThat(gateway.table.commits).hasSize(tries);
            assertThat(gateway.sessions()).hasSize(tries / 3);
        }
    }

    @Test
    void ofTwoBirthsThatAreCommittedAtOnceTheOneThatIsInEndsTheOther() {
        gateway.start();
        gateway.table.fates.add(Fate.LATE);
        begin(client);
        Binding first = newestBirth();
        client.say(new BindingMessage.Confirm());
        begin(client);
        client.say(new BindingMessage.Confirm());
        assertThat(gateway.rows()).containsExactly("HANDSHAKE_OK 1.0");
        assertThat(failed()).as("nobody knows yet what becomes of the first").isEmpty();
        gateway.table.land();
        gateway.run(0);
        assertThat(texts()).containsExactly("another handshake of this client was completed");
        assertThat(first.sealed(PacketLayout.CONTROL, new byte[1], gateway.now)).isNull();
        assertThat(gateway.sessions()).hasSize(1);
        assertThat(gateway.bindings.size()).isOne();
        assertThat(gateway.session().id()).isEqualTo(client.id);
    }

    @Test
    void nothingBeginsBeforeTheTableIsLoadedNorWhileDrainingNorWhenLeaving() {
        gateway.table.leaseNanos = 9 * SECOND;
        gateway.table.markOutcome = Outcome.UNAVAILABLE;
        gateway.start();
        begin(client);
        assertThat(gateway.sent).isEmpty();
        gateway.table.markOutcome = Outcome.COMMITTED;
        gateway.run(SECOND);
        begin(client);
        assertThat(gateway.sent).hasSize(1);
        gateway.gateway.leave(gateway.now);
        client.say(new BindingMessage.Confirm());
        begin(other);
        assertThat(gateway.sent).hasSize(1);
        assertThat(gateway.table.commits).isEmpty();
        gateway.start();
        gateway.gateway.drain(gateway.now);
        begin(client);
        assertThat(gateway.sent).hasSize(1);
    }

    @Test
    void aNewerHandshakeSupersedesInOneCommitAndKeepsTheInnerAddress() {
        gateway.start();
        client.connect();
        client.forget();
        IpAddress inner = client.inner;
        Binding before = client.binding;
        client.connect();
        assertThat(gateway.rows()).containsExactly("SUPERSEDED 1.1", "HANDSHAKE_OK 1.0");
        assertThat(gateway.table.commits).hasSize(2);
        assertThat(gateway.table.commits.getLast()).hasSize(2);
        assertThat(client.inner).isEqualTo(inner);
        assertThat(client.heard(BindingMessage.Close.class))
                .as("in the old binding")
                .hasSize(3)
                .containsOnly(new BindingMessage.Close(ReasonCode.SUPERSEDED));
        assertThat(gateway.sessions()).hasSize(1);
        assertThat(gateway.bindings.size()).isOne();
        gateway.receive(client.from, client.data(before, 1));
        client.sendUp(2);
        assertThat(gateway.delivered).containsExactly(2);
        gateway.sendDown(inner, 3);
        client.listen();
        assertThat(client.delivered).as("its route is the new one's").containsExactly(3);
    }

    @Test
    void anEndpointOfAnotherClientDoesNotMatter() {
        gateway.start();
        Endpoint shared = client.from;
        other.from = shared;
        client.connect();
        other.connect();
        assertThat(gateway.sessions()).hasSize(2);
        assertThat(gateway.sessions().stream().map(each -> each.client())).containsExactlyInAnyOrder("hand1", "hand2");
    }
}
