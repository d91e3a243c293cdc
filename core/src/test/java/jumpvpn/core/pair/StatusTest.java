package jumpvpn.core.pair;

import static jumpvpn.core.pair.LoneGateway.MILLI;
import static jumpvpn.core.pair.LoneGateway.MINUTE;
import static jumpvpn.core.pair.LoneGateway.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.gateway.SessionStatus;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.pair.ScriptedTable.Fate;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;

/** What an operator sees of a session, and that the gateway looks after a quiet one and a bad one (contract sections 1 and 3). */
class StatusTest {
    private final LoneGateway gateway = new LoneGateway();

    private HandClient connected(Policy policy) {
        gateway.policy = policy;
        return HandClient.connected(gateway);
    }

    private HandClient connected() {
        return connected(Policy.DEFAULT);
    }

    private static boolean isOfABinding(byte[] datagram) {
        return datagram[0] == PacketLayout.DATA || datagram[0] == PacketLayout.CONTROL;
    }

    private long sentBytes() {
        return gateway.sent.stream()
                .filter(sent -> isOfABinding(sent.bytes()))
                .mapToLong(sent -> sent.bytes().length)
                .sum();
    }

    private List<Long> pings(HandClient client) {
        return client.sentAt(datagram -> datagram[0] == PacketLayout.CONTROL && datagram.length == 53);
    }

    @Test
    void showsWhoseItIsAndHowItIsCarried() {
        long born = gateway.now;
        HandClient client = connected();
        gateway.run(SECOND / 2);
        SessionStatus status = gateway.session();
        assertThat(status.id()).isEqualTo(client.id);
        assertThat(status.client()).isEqualTo("hand1");
        assertThat(status.state()).isEqualTo(SessionState.ATTACHED);
        assertThat(status.version()).isEqualTo(StateVersion.of(1, 0));
        assertThat(status.reason()).isEqualTo(ReasonCode.HANDSHAKE_OK);
        assertThat(status.ending()).isNull();
        assertThat(status.protocol()).isEqualTo(Protocol.UDP);
        assertThat(status.remote()).isEqualTo(client.from);
        assertThat(status.inner()).containsExactly(new Prefix(client.inner, 24));
        assertThat(status.sinceNanos()).isEqualTo(born);
        assertThat(status.rttNanos()).isZero();
        assertThat(status.loss()).isZero();
    }

    @Test
    void bytesOfAllItsBindingsCount() {
        HandClient client = connected();
        int confirm = PacketLayout.OVERHEAD + 1;
        assertThat(gateway.session().sentBytes()).isEqualTo(sentBytes()).isPositive();
        assertThat(gateway.session().receivedBytes()).isEqualTo(confirm);
        client.sendUp(1);
        gateway.sendDown(client.inner, 2);
        int data = PacketLayout.OVERHEAD + 24;
        assertThat(gateway.session().receivedBytes()).isEqualTo(confirm + data);
        for (int binds = 0; binds < 2; binds++) {
            gateway.run(600 * MILLI);
            client.reattach(BindCause.DEAD);
            assertThat(gateway.session().sentBytes()).isEqualTo(sentBytes());
            gateway.sendDown(client.inner, 3);
            client.listen();
            client.sendUp(4);
        }
        assertThat(gateway.session().sentBytes()).isEqualTo(sentBytes());
        assertThat(gateway.session().receivedBytes()).isEqualTo(confirm + 3 * data);
    }

    @Test
    void showsTheRoundTripAndTheLossTowardsTheClient() {
        HandClient client = connected();
        client.acknowledge();
        gateway.run(SECOND);
        for (int i = 0; i < 60; i++) {
            gateway.sendDown(client.inner, i);
            if (i % 2 == 0) {
                gateway.sent.removeLast(); // lost
                client.forgetSent();
            }
            gateway.run(30 * MILLI);
            client.listen();
            client.acknowledge();
        }
        gateway.run(30 * MILLI);
        assertThat(gateway.session().rttNanos()).isCloseTo(30 * MILLI, within(3 * MILLI));
        assertThat(gateway.session().loss()).isCloseTo(0.5, within(0.05));
        assertThat(gateway.told()).contains("VOLATILITY_SIGNAL LOSS_SPIKE", "ATTACHED>VOLATILE LOSS_SPIKE");
        assertThat(gateway.events(EventType.VOLATILITY_SIGNAL, ReasonCode.LOSS_SPIKE))
                .as("said once, while attached")
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.version()).isEqualTo(StateVersion.of(1, 0));
                    assertThat(event.path()).isEqualTo("udp/from/" + client.from);
                });
        assertThat(gateway.session().state()).isIn(SessionState.VOLATILE, SessionState.DEGRADED);
    }

    @Test
    void anEndThatTheTableHasNotTakenYetIsShown() {
        HandClient client = connected();
        gateway.table.fates.add(Fate.LATE);
        assertThat(gateway.gateway.terminate(gateway.now, client.id)).isTrue();
        assertThat(gateway.session().ending()).isEqualTo(ReasonCode.OPERATOR_TERMINATE);
        assertThat(gateway.session().state()).isEqualTo(SessionState.ATTACHED);
        gateway.gateway.terminate(gateway.now, client.id);
        assertThat(gateway.table.commits).as("ended once").hasSize(2);
        assertThat(client.heard(BindingMessage.Close.class)).hasSize(3);
        gateway.table.land();
        gateway.run(0);
        assertThat(gateway.sessions()).isEmpty();
        assertThat(gateway.gateway.terminate(gateway.now, client.id)).isFalse();
    }

    @Test
    void aLoadedSessionHasNoPathYetAndHoldsWhatComesForIt() {
        HandClient client = connected();
        gateway.start();
        assertThat(gateway.session()).satisfies(status -> {
            assertThat(status.protocol()).isNull();
            assertThat(status.remote()).isNull();
            assertThat(status.rttNanos()).isZero();
            assertThat(status.loss()).isZero();
            assertThat(status.sentBytes()).isZero();
            assertThat(status.sinceNanos()).isEqualTo(gateway.now);
        });
        gateway.sendDown(client.inner, 1);
        gateway.run(SECOND);
        assertThat(client.refusal(_ -> {})).isEqualTo(ReasonCode.STALE_REQUEST);
        client.reattach(BindCause.DEAD);
        client.listen();
        assertThat(client.delivered).containsExactly(1);
        assertThat(gateway.session().protocol()).isEqualTo(Protocol.UDP);
    }

    @Test
    void sessionsAreShownByIdAndEndTogether() {
        HandClient first = new HandClient(gateway, 1);
        HandClient second = new HandClient(gateway, 2);
        HandClient third = new HandClient(gateway, 3);
        gateway.start();
        List.of(first, second, third).forEach(HandClient::connect);
        assertThat(gateway.sessions().stream().map(SessionStatus::id))
                .isSorted()
                .hasSize(3);
        gateway.gateway.close(gateway.now);
        assertThat(gateway.sessions()).isEmpty();
        assertThat(first.heard(BindingMessage.Close.class))
                .hasSize(3)
                .containsOnly(new BindingMessage.Close(ReasonCode.OPERATOR_TERMINATE));
    }

    @Test
    void aSessionOfWhichNothingIsHeardIsAskedAfterFortyFiveSeconds() {
        HandClient client = connected();
        gateway.run(10 * MILLI);
        client.acknowledge();
        long heard = gateway.now;
        gateway.run(40 * SECOND);
        assertThat(pings(client)).isEmpty();
        gateway.run(10 * SECOND);
        assertThat(pings(client)).first().isEqualTo(heard + 45 * SECOND);
        assertThat(gateway.told())
                .as("and nobody answered")
                .containsSubsequence("TRANSPORT_DEAD NO_DELIVERY_WINDOW", "VOLATILE>RECOVERING TRANSPORT_DEAD");
    }

    @Test
    void aSignOfLifePutsTheQuestionOffAndAnAnswerKeepsTheSession() {
        HandClient client = connected();
        client.acknowledge();
        for (int i = 0; i < 2; i++) {
            gateway.run(40 * SECOND);
            client.sendUp(i);
        }
        long heard = gateway.now;
        assertThat(pings(client)).isEmpty();
        gateway.run(45 * SECOND);
        client.listen();
        client.acknowledge();
        assertThat(pings(client)).containsExactly(heard + 45 * SECOND);
        gateway.run(45 * SECOND);
        assertThat(pings(client)).containsExactly(heard + 45 * SECOND, heard + 90 * SECOND);
        client.listen();
        client.acknowledge();
        assertThat(gateway.session().version()).isEqualTo(StateVersion.of(1, 0));
    }

    @Test
    void aNewBindingThatIsNeverUsedIsAskedAfterToo() {
        HandClient client = connected();
        client.acknowledge();
        gateway.run(2 * SECOND);
        long bound = gateway.now;
        client.reattach(BindCause.OPERATOR_JUMP);
        gateway.run(44 * SECOND);
        assertThat(pings(client)).isEmpty();
        gateway.run(2 * SECOND);
        assertThat(pings(client)).first().isEqualTo(bound + 45 * SECOND);
    }

    @Test
    void aQuietSessionIsNotLookedAt() {
        HandClient client = connected();
        client.acknowledge();
        gateway.run(5 * SECOND);
        int wakes = 0;
        long until = gateway.now + 39 * SECOND;
        while (gateway.gateway.nextNanos() <= until) {
            gateway.run(gateway.gateway.nextNanos() - gateway.now);
            wakes++;
        }
        assertThat(wakes).as("but for the marks to the table").isLessThanOrEqualTo(4);
        gateway.run(until - gateway.now);
        client.sendUp(1);
        gateway.run(50 * MILLI);
        client.listen();
        assertThat(client.acknowledgements)
                .as("and looked at again when something comes")
                .isPositive();
    }

    /** Ciphers and windows exist while a session is active: after a rest what is older than the newest packet counts as received. */
    @Test
    void aSessionAtRestHasForgottenItsWindow() {
        HandClient client = connected();
        client.acknowledge();
        gateway.run(SECOND);
        byte[] soon = client.data(client.binding, 1);
        byte[] late = client.data(client.binding, 2);
        client.sendUp(3);
        gateway.receive(client.from, soon);
        gateway.run(5 * SECOND);
        gateway.receive(client.from, late);
        assertThat(gateway.delivered).containsExactly(3, 1);
        assertThat(gateway.drops.get(DropReason.REPLAYED)).isOne();
        client.sendUp(4);
        assertThat(gateway.delivered).containsExactly(3, 1, 4);
    }

    @Test
    void aPingIsAcknowledgedAtOnceAndDataSoon() {
        HandClient client = connected();
        client.acknowledge();
        gateway.run(2 * SECOND);
        client.forget();
        client.say(new BindingMessage.Ping());
        assertThat(client.acknowledgements).isOne();
        gateway.run(2 * SECOND);
        long came = gateway.now;
        client.sendUp(1);
        gateway.run(SECOND);
        assertThat(client.sentAt(datagram -> datagram[0] == PacketLayout.DATA))
                .hasSize(2)
                .last()
                .satisfies(at -> assertThat(at - came).isLessThanOrEqualTo(25 * MILLI));
    }

    @Test
    void aDeadBindingsPingIsNotAcknowledgedButAnsweredWithANotice() {
        HandClient client = connected();
        client.acknowledge();
        gateway.run(2 * SECOND);
        gateway.sendDown(client.inner, 1);
        gateway.run(2 * SECOND);
        assertThat(gateway.session().state()).isEqualTo(SessionState.RECOVERING);
        client.forget();
        client.say(new BindingMessage.Ping());
        assertThat(client.acknowledgements).isZero();
        assertThat(client.heard(BindingMessage.Notice.class)).hasSize(1);
    }

    @Test
    void deathHoldsRecoversAndGivesUpInTimeToTheNanosecond() {
        HandClient client = connected(Policy.DEFAULT
                .with(PolicyKey.SWITCHING_RECOVERY_WINDOW, 5 * SECOND)
                .with(PolicyKey.SESSION_TRANSPORT_LOSS_TTL, 30 * SECOND));
        client.acknowledge();
        long heard = gateway.now;
        gateway.run(3 * SECOND);
        gateway.sendDown(client.inner, 1);
        gateway.run(2 * SECOND);
        Event died = gateway.events(EventType.STATE_CHANGE, ReasonCode.TRANSPORT_DEAD)
                .getFirst();
        assertThat(LoneGateway.detail(died, "detail")).isEqualTo("NO_DELIVERY_WINDOW");
        assertThat(died.path()).isEqualTo("udp/from/" + client.from);
        gateway.run(40 * SECOND);
        assertThat(gateway.events(EventType.STATE_CHANGE, ReasonCode.RECOVERY_WINDOW_EXCEEDED))
                .singleElement()
                .satisfies(event -> assertThat(event.nanos()).isEqualTo(died.nanos() + 5 * SECOND));
        assertThat(gateway.events(EventType.STATE_CHANGE, ReasonCode.TTL_TRANSPORT_LOSS_EXPIRED))
                .singleElement()
                .satisfies(event -> assertThat(event.nanos()).isEqualTo(heard + 30 * SECOND));
        assertThat(client.heard(BindingMessage.Close.class))
                .containsOnly(new BindingMessage.Close(ReasonCode.TTL_TRANSPORT_LOSS_EXPIRED));
        assertThat(gateway.memory.live()).isEmpty();
    }

    @Test
    void aReattachStopsTheClockOfTheLoss() {
        HandClient client = connected(Policy.DEFAULT.with(PolicyKey.SESSION_TRANSPORT_LOSS_TTL, 30 * SECOND));
        client.acknowledge();
        gateway.run(3 * SECOND);
        gateway.sendDown(client.inner, 1);
        gateway.run(2 * SECOND);
        client.reattach(BindCause.DEAD);
        for (int i = 0; i < 4; i++) {
            client.sendUp(i);
            gateway.run(40 * SECOND);
        }
        assertThat(gateway.session().version()).isEqualTo(StateVersion.of(2, 0));
        assertThat(gateway.rows()).noneMatch(row -> row.startsWith("RECOVERY_WINDOW") || row.startsWith("TTL"));
    }

    @Test
    void aLifetimeEndsAlsoWhereThereWasNoBindButTheFirst() {
        long born = gateway.now;
        HandClient client = connected(Policy.DEFAULT.with(PolicyKey.SESSION_MAX_LIFETIME, MINUTE));
        client.acknowledge();
        gateway.run(30 * SECOND);
        client.sendUp(1);
        gateway.run(30 * SECOND - 1);
        assertThat(gateway.sessions()).hasSize(1);
        gateway.run(1);
        assertThat(gateway.rows()).last().isEqualTo("TTL_SESSION_EXPIRED 1.1");
        assertThat(gateway.events.getLast().nanos()).isEqualTo(born + MINUTE);
    }

    @Test
    void aLifetimeEndsToTheNanosecondHoweverBusyTheSessionIs() {
        long born = gateway.now;
        HandClient client = connected(Policy.DEFAULT.with(PolicyKey.SESSION_MAX_LIFETIME, MINUTE));
        for (int i = 0; i < 5; i++) {
            client.acknowledge();
            gateway.run(10 * SECOND);
            client.listen();
            client.reattach(BindCause.LINK_GOING_DOWN);
        }
        client.acknowledge();
        gateway.run(9 * SECOND);
        client.sendUp(1);
        gateway.run(born + MINUTE - 1 - gateway.now);
        assertThat(gateway.sessions()).hasSize(1);
        gateway.run(1);
        assertThat(gateway.events(EventType.STATE_CHANGE, ReasonCode.TTL_SESSION_EXPIRED))
                .singleElement()
                .satisfies(event -> assertThat(event.nanos()).isEqualTo(born + MINUTE));
        assertThat(gateway.sessions()).isEmpty();
    }
}
