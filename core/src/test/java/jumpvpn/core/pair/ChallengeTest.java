package jumpvpn.core.pair;

import static jumpvpn.core.pair.LoneGateway.MILLI;
import static jumpvpn.core.pair.LoneGateway.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The peer's outer address moves only to where an answer came from (contract section 2). */
class ChallengeTest {
    private final LoneGateway gateway = new LoneGateway();
    private final HandClient client = new HandClient(gateway, 1);
    private Endpoint home;

    @BeforeEach
    void atRest() {
        gateway.start();
        client.connect();
        client.acknowledge();
        gateway.run(3 * SECOND);
        home = client.from;
        client.hearsAll = true;
        client.forget();
    }

    private static Endpoint away(int number) {
        return new Endpoint(IpAddress.parse("198.18.0." + number), 1000 + number);
    }

    /** A packet from there, which the gateway looks at at once. */
    private void roam(Endpoint to) {
        client.from = to;
        client.sendUp(1);
        gateway.run(30 * MILLI);
        client.listen();
    }

    /** Time passes in which the client acknowledges from here all that reaches it. */
    private void pass(long nanos, Endpoint here) {
        long until = gateway.now + nanos;
        while (gateway.now < until) {
            gateway.run(Math.min(50 * MILLI, until - gateway.now));
            client.listen();
            Endpoint there = client.from;
            client.from = here;
            client.acknowledge();
            client.from = there;
        }
    }

    private List<Long> challenged(Endpoint there) {
        return gateway.sent.stream()
                .filter(sent -> sent.to().equals(there) && HandClient.isControl(sent.bytes()))
                .filter(sent -> sent.bytes().length == 61)
                .map(LoneGateway.Sent::nanos)
                .toList();
    }

    private BindingMessage.ChallengeAnswer answer() {
        return new BindingMessage.ChallengeAnswer(
                client.heard(BindingMessage.Challenge.class).getLast().value());
    }

    private Endpoint remote() {
        return gateway.session().remote();
    }

    private List<Event> rebinds() {
        return gateway.events(EventType.TRANSPORT_SWITCH, ReasonCode.NAT_REBIND);
    }

    private List<Event> unproven() {
        return gateway.events(EventType.SECURITY, ReasonCode.ADDRESS_UNPROVEN);
    }

    @Test
    void aNewAddressIsAskedTwiceAndGivenUpAfterTwoSecondsWithAnEvent() {
        long came = gateway.now;
        roam(away(1));
        pass(5 * SECOND, home);
        assertThat(challenged(away(1))).containsExactly(came, came + 150 * MILLI);
        assertThat(client.heard(BindingMessage.Challenge.class).stream().distinct())
                .as("the same question")
                .hasSize(1);
        assertThat(unproven()).singleElement().satisfies(event -> {
            assertThat(event.nanos()).isEqualTo(came + 2 * SECOND);
            assertThat(event.path()).isEqualTo("udp/from/" + home);
            assertThat(LoneGateway.detail(event, "address")).isEqualTo(away(1).toString());
        });
        assertThat(rebinds()).isEmpty();
        assertThat(remote()).isEqualTo(home);
        int before = gateway.sent.size();
        gateway.sendDown(client.inner, 7);
        assertThat(gateway.sent.get(before).to()).isEqualTo(home);
    }

    @Test
    void whoAnswersMovesSendingWithoutARow() {
        StateVersion version = gateway.session().version();
        roam(away(1));
        client.say(answer());
        assertThat(remote()).isEqualTo(away(1));
        assertThat(rebinds()).singleElement().satisfies(event -> {
            assertThat(event.version()).isEqualTo(version);
            assertThat(event.path()).isEqualTo("udp/from/" + away(1));
            assertThat(LoneGateway.detail(event, "before")).isEqualTo(home.toString());
        });
        pass(5 * SECOND, away(1));
        assertThat(challenged(away(1))).as("not repeated").hasSize(1);
        assertThat(unproven()).isEmpty();
        assertThat(gateway.rows()).isEmpty();
        client.delivered.clear();
        gateway.sendDown(client.inner, 7);
        client.listen();
        assertThat(client.delivered).containsExactly(7);
    }

    /** What goes to the last address while the new one is under challenge, and when that has answered. */
    @Test
    void whatTheGatewaySaysItselfIsCopiedToAnAddressUnderChallenge() {
        client.from = away(1);
        for (int i = 0; i < 8; i++) { // more came from there than copies take
            client.sendUp(i);
        }
        gateway.run(30 * MILLI);
        client.listen();
        BindingMessage.ChallengeAnswer answer = answer();
        client.from = home;
        int before = gateway.sent.size();
        client.say(new BindingMessage.Ping());
        assertThat(gateway.sent.subList(before, gateway.sent.size()).stream().map(LoneGateway.Sent::to))
                .containsExactlyInAnyOrder(home, away(1));
        assertThat(gateway.sent.get(before).bytes())
                .isEqualTo(gateway.sent.get(before + 1).bytes());
        client.from = away(1);
        client.say(answer);
        int moved = gateway.sent.size();
        client.say(new BindingMessage.Ping());
        assertThat(gateway.sent.subList(moved, gateway.sent.size()).stream().map(LoneGateway.Sent::to))
                .containsExactly(away(1));
    }

    @Test
    void aWrongValueOrAnAnswerFromElsewhereMovesNothing() {
        roam(away(1));
        BindingMessage.ChallengeAnswer right = answer();
        client.say(new BindingMessage.ChallengeAnswer(right.value() + 1));
        client.from = away(2);
        client.say(right);
        client.from = home;
        client.say(right);
        assertThat(remote()).isEqualTo(home);
        assertThat(rebinds()).isEmpty();
        client.from = away(1);
        client.say(right);
        assertThat(remote()).isEqualTo(away(1));
    }

    @Test
    void fourAddressesAreAskedAtATime() {
        for (int i = 1; i <= 6; i++) {
            roam(away(i));
        }
        for (int i = 1; i <= 4; i++) {
            assertThat(challenged(away(i))).isNotEmpty();
        }
        assertThat(challenged(away(5))).isEmpty();
        assertThat(challenged(away(6))).isEmpty();
        pass(2 * SECOND, home);
        assertThat(unproven()).hasSize(4);
        roam(away(5));
        assertThat(challenged(away(5))).as("there is room again").hasSize(1);
    }

    @Test
    void anAddressUnderChallengeIsNotAskedAnewByItsNextPacket() {
        for (int i = 0; i < 50; i++) {
            roam(away(1));
        }
        assertThat(challenged(away(1))).hasSize(2);
    }

    @Test
    void aLateAnswerFromWhereTheClientWasBeforeMovesNothingBack() {
        roam(away(1));
        BindingMessage.ChallengeAnswer first = answer();
        roam(away(2));
        client.say(answer());
        assertThat(remote()).isEqualTo(away(2));
        client.from = away(1);
        gateway.receive(away(1), client.sealed(first));
        assertThat(remote()).isEqualTo(away(2));
        assertThat(rebinds()).hasSize(1);
    }

    @Test
    void whoComesBackToWhereItWasIsAskedAnewAndMoves() {
        roam(away(1));
        roam(away(2));
        client.say(answer());
        client.heard.clear();
        int before = challenged(away(1)).size();
        roam(away(1));
        assertThat(challenged(away(1))).hasSize(before + 1);
        client.say(answer());
        assertThat(remote()).isEqualTo(away(1));
        assertThat(rebinds()).hasSize(2);
    }

    @Test
    void anOvertakenChallengeIsNotRepeatedButStillGivenUp() {
        long first = gateway.now;
        roam(away(1));
        roam(away(2));
        client.say(answer());
        pass(5 * SECOND, away(2));
        assertThat(challenged(away(1))).containsExactly(first);
        assertThat(unproven()).singleElement().satisfies(event -> {
            assertThat(event.nanos()).isEqualTo(first + 2 * SECOND);
            assertThat(LoneGateway.detail(event, "address")).isEqualTo(away(1).toString());
        });
        assertThat(remote()).isEqualTo(away(2));
    }

    @Test
    void anAddressThatWasGivenUpIsAskedAgainOnlyWhenSomethingComesFromThere() {
        roam(away(1));
        pass(10 * SECOND, home);
        assertThat(unproven()).hasSize(1);
        assertThat(challenged(away(1))).hasSize(2);
        roam(away(1));
        assertThat(challenged(away(1))).hasSize(3);
    }

    @Test
    void aNewBindingTakesTheQuestionsOfTheOldOneWithIt() {
        roam(away(1));
        BindingMessage.ChallengeAnswer old = answer();
        gateway.run(60 * MILLI);
        client.from = away(3);
        client.reattach(BindCause.LINK_GOING_DOWN);
        client.say(old);
        pass(5 * SECOND, away(3));
        assertThat(challenged(away(1))).as("not repeated").hasSize(1);
        assertThat(unproven()).isEmpty();
        assertThat(remote()).isEqualTo(away(3));
    }

    @Test
    void whatComesBeforeTheNewestPacketIsFromNowhereNew() {
        byte[] late = client.data(client.binding, 1);
        client.sendUp(2);
        gateway.run(50 * MILLI);
        gateway.receive(away(1), late);
        gateway.run(SECOND);
        assertThat(gateway.delivered).containsExactly(2, 1);
        assertThat(challenged(away(1))).isEmpty();
    }
}
