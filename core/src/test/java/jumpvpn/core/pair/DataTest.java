package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;

/** What becomes of packets while the session moves, and of addresses that change under a binding. */
class DataTest {
    @Test
    void dataRidesBehindTheRequestAndIsDeliveredAfterTheCommit() {
        Pair pair = Pair.connected();
        pair.forgetEvents();
        pair.a.passes = false;
        pair.agent.pathDown(pair.now, pair.a.path.id());
        pair.sendUp(1);
        pair.sendUp(2);
        assertThat(pair.seen.getLast().bytes()[0]).isEqualTo((byte) 0x0A);
        pair.run(34);
        assertThat(pair.atGateway).isEmpty();
        pair.run(2);
        assertThat(pair.atGateway)
                .as("one way after the request, before its ACK")
                .containsExactly(1, 2);
        assertThat(pair.state()).isEqualTo(SessionState.RECOVERING);
        pair.run(100);
        assertThat(pair.state()).isEqualTo(SessionState.ATTACHED);
        pair.sendUp(3);
        pair.run(50);
        assertThat(pair.atGateway).containsExactly(1, 2, 3);
    }

    @Test
    void earlyDataOfARefusedRequestIsNeverDelivered() {
        Pair pair = Pair.connected();
        pair.startGateway(java.util.List.of(pair.client())); // it knows the ticket, not the session
        pair.agent.pathDown(pair.now, pair.a.path.id());
        pair.sendUp(1);
        pair.run(400);
        assertThat(pair.atGateway).isEmpty();
        assertThat(pair.gatewayDrops.get(DropReason.UNKNOWN_WIRE_ID)).isPositive();
    }

    @Test
    void heldPacketsAreReleasedInOrderWhenTheSessionIsAttachedAgain() {
        Pair pair = Pair.connected();
        pair.a.passes = false;
        pair.b.swallowUp = datagram -> datagram[0] == MessageType.REATTACH_REQUEST;
        pair.agent.pathDown(pair.now, pair.a.path.id());
        pair.run(400); // the time for early data is over
        pair.sendUp(1);
        pair.sendUp(2);
        pair.sendDown(7);
        pair.await(() -> pair.sessions().getFirst().state() == SessionState.RECOVERING, 3000);
        pair.sendDown(8);
        pair.sendDown(9);
        pair.b.swallowUp = _ -> false;
        pair.await(() -> pair.state() == SessionState.ATTACHED, 3000);
        pair.run(100);
        assertThat(pair.atGateway).containsExactly(1, 2);
        assertThat(pair.atClient).containsExactly(8, 9);
    }

    @Test
    void whatIsHeldIsBounded() {
        Pair pair = Pair.connected(Policy.DEFAULT.with(PolicyKey.HOLD_BYTES_PER_SESSION, 10 * 24));
        pair.a.passes = false;
        pair.b.swallowUp = datagram -> datagram[0] == MessageType.REATTACH_REQUEST;
        pair.agent.pathDown(pair.now, pair.a.path.id());
        pair.run(400);
        IntStream.range(0, 100).forEach(pair::sendUp);
        pair.b.swallowUp = _ -> false;
        pair.await(() -> pair.state() == SessionState.ATTACHED, 3000);
        pair.run(100);
        assertThat(pair.atGateway)
                .as("the newest")
                .containsExactlyElementsOf(IntStream.range(90, 100).boxed().toList());
        assertThat(pair.clientDrops.get(DropReason.HELD_TOO_LONG)).isEqualTo(90);
    }

    @Test
    void aReplayedPacketIsDroppedAndAChangedOneHarmsNothingElse() {
        Pair pair = Pair.connected();
        pair.sendUp(1);
        byte[] sealed = pair.seen.getLast().bytes();
        pair.run(30);
        pair.inject(pair.a.outer, sealed);
        assertThat(pair.gatewayDrops.get(DropReason.REPLAYED)).isOne();
        pair.sendUp(2);
        byte[] changed = pair.seen.getLast().bytes();
        changed[40] ^= 1;
        pair.inject(pair.a.outer, changed);
        assertThat(pair.gatewayDrops.get(DropReason.BAD_TAG)).isOne();
        pair.run(30);
        assertThat(pair.atGateway).containsExactly(1, 2);
        assertThat(pair.state()).isEqualTo(SessionState.ATTACHED);
    }

    @Test
    void aReboundNatIsFollowedAfterAChallenge() {
        Pair pair = Pair.connected();
        pair.run(2000);
        StateVersion before = pair.sessions().getFirst().version();
        pair.forgetEvents();
        pair.a.outer = new Endpoint(pair.a.outer.address(), 51_111);
        pair.chat(0, 30, 10);
        pair.run(200);
        assertThat(pair.sessions().getFirst().remote()).isEqualTo(pair.a.outer);
        assertThat(Pair.count(pair.gatewayEvents, EventType.TRANSPORT_SWITCH, ReasonCode.NAT_REBIND))
                .isOne();
        assertThat(pair.sessions().getFirst().version().epoch())
                .as("no new binding")
                .isEqualTo(before.epoch());
        assertThat(pair.clientEvents).noneMatch(event -> event.type() == EventType.TRANSPORT_DEAD);
        pair.atClient.clear();
        pair.sendDown(77);
        pair.run(50);
        assertThat(pair.atClient).containsExactly(77);
    }

    @Test
    void aReboundNatLosesNothingThatAnswersTheClient() {
        Pair pair = Pair.connected();
        pair.run(2000);
        pair.forgetEvents();
        Endpoint before = pair.a.outer;
        pair.a.outer = new Endpoint(before.address(), 51_111);
        pair.sendUp(0);
        pair.run(20);
        pair.sendDown(0); // the gateway has seen the packet, not yet an answer to its challenge
        assertThat(pair.sessions().getFirst().remote()).isEqualTo(before);
        pair.run(20);
        assertThat(pair.atClient).containsExactly(0);
    }

    @Test
    void noMoreThanThreeTimesWhatCameFromANewAddressGoesThereUnproven() {
        Pair pair = Pair.connected();
        pair.run(2000);
        Endpoint thief = new Endpoint(IpAddress.parse("198.18.0.9"), 666);
        pair.b.outer = thief;
        pair.b.swallowDown = _ -> true;
        pair.forgetEvents();
        pair.a.swallowUp = _ -> true; // taken away …
        pair.sendUp(1);
        byte[] taken = pair.seen.getLast().bytes();
        pair.inject(thief, taken); // … and sent on from elsewhere
        pair.a.swallowUp = _ -> false;
        for (int i = 0; i < 100; i++) {
            pair.sendDown(i);
            pair.run(5);
        }
        long got = pair.seen.stream()
                .filter(datagram -> !datagram.up() && datagram.link() == pair.b)
                .mapToLong(datagram -> datagram.bytes().length)
                .sum();
        assertThat(got).isGreaterThan(2L * 61).isLessThanOrEqualTo(3L * taken.length);
    }

    @Test
    void aChallengeThatIsLostIsRepeated() {
        Pair pair = Pair.connected();
        pair.run(2000);
        pair.forgetEvents();
        pair.a.outer = new Endpoint(pair.a.outer.address(), 51_111);
        boolean[] lost = {false};
        pair.a.swallowDown = datagram -> {
            boolean first = !lost[0] && datagram.length == 61;
            lost[0] |= first;
            return first;
        };
        pair.chat(0, 80, 10);
        assertThat(lost[0]).isTrue();
        assertThat(pair.sessions().getFirst().remote()).isEqualTo(pair.a.outer);
    }

    @Test
    void whoRacesTheClientWithCopiesOfItsPacketsKeepsItFromNothing() {
        Pair pair = Pair.connected();
        pair.run(2000);
        Endpoint thief = new Endpoint(IpAddress.parse("198.18.0.9"), 666);
        pair.a.outer = new Endpoint(pair.a.outer.address(), 51_111);
        pair.forgetEvents();
        for (int i = 0; i < 40; i++) {
            pair.a.swallowUp = _ -> true;
            pair.sendUp(i);
            pair.inject(thief, pair.seen.getLast().bytes());
            pair.run(5);
            pair.a.swallowUp = _ -> false;
            pair.sendUp(100 + i);
            pair.run(25);
        }
        assertThat(pair.sessions().getFirst().remote()).isEqualTo(pair.a.outer);
        assertThat(Pair.count(pair.gatewayEvents, EventType.TRANSPORT_SWITCH, ReasonCode.NAT_REBIND))
                .isOne();
        pair.run(3000);
        assertThat(Pair.count(pair.gatewayEvents, EventType.SECURITY, ReasonCode.ADDRESS_UNPROVEN))
                .isPositive();
        assertThat(pair.sessions().getFirst().remote()).isEqualTo(pair.a.outer);
    }

    @Test
    void anAddressThatCannotAnswerTheChallengeItselfMovesNothing() {
        Pair pair = Pair.connected();
        pair.run(2000);
        Endpoint thief = new Endpoint(IpAddress.parse("198.18.0.9"), 666);
        pair.b.outer = thief; // it hands the challenge on to the client, who answers from its own address
        pair.forgetEvents();
        pair.a.swallowUp = datagram -> datagram[0] == 0x08 && datagram.length > 60; // taken away …
        pair.sendUp(1);
        byte[] taken = pair.seen.getLast().bytes();
        pair.inject(thief, taken); // … and sent on from elsewhere
        pair.a.swallowUp = _ -> false;
        pair.chat(10, 300, 10);
        assertThat(pair.sessions().getFirst().remote()).isEqualTo(pair.a.outer);
        assertThat(Pair.count(pair.gatewayEvents, EventType.SECURITY, ReasonCode.ADDRESS_UNPROVEN))
                .isOne();
        assertThat(Pair.count(pair.gatewayEvents, EventType.TRANSPORT_SWITCH, ReasonCode.NAT_REBIND))
                .isZero();
        assertThat(pair.atClient).hasSizeGreaterThanOrEqualTo(297);
    }

    @Test
    void aLateLookDoesNotKillAHealthySession() {
        Pair pair = Pair.connected();
        pair.chat(0, 5, 5);
        pair.sendUp(5);
        pair.sendDown(5);
        pair.sleep(100_000); // everything stood still with packets under way
        pair.run(500);
        pair.chat(10, 5, 5);
        pair.run(500);
        assertThat(pair.state()).isEqualTo(SessionState.ATTACHED);
        assertThat(pair.sessions().getFirst().version()).isEqualTo(StateVersion.of(1, 0));
        assertThat(pair.clientEvents).noneMatch(event -> event.type() == EventType.TRANSPORT_DEAD);
        assertThat(pair.gatewayEvents).noneMatch(event -> event.type() == EventType.TRANSPORT_DEAD);
        assertThat(pair.atGateway).hasSize(11);
    }

    @Test
    void anIdleSessionStaysAttachedForHours() {
        Pair pair = Pair.connected();
        pair.run(3 * 3_600_000L);
        assertThat(pair.state()).isEqualTo(SessionState.ATTACHED);
        assertThat(pair.sessions().getFirst().version()).isEqualTo(StateVersion.of(1, 0));
        assertThat(pair.seen.size()).as("keepalives only: a few every 20 s").isLessThan(3 * 180 * 8);
        pair.sendDown(1);
        pair.run(50);
        assertThat(pair.atClient).containsExactly(1);
    }

    @Test
    void aLossyPathMakesTheSessionVolatileAndItRecovers() {
        Pair pair = Pair.connected();
        int[] n = {0};
        pair.a.swallowUp = _ -> n[0]++ % 3 == 0;
        for (int i = 0; i < 300 && pair.state() == SessionState.ATTACHED; i++) {
            pair.chat(i, 1, 10);
        }
        assertThat(Pair.told(pair.clientEvents))
                .contains("VOLATILITY_SIGNAL LOSS_SPIKE", "ATTACHED>VOLATILE LOSS_SPIKE");
        pair.a.swallowUp = _ -> false;
        pair.chat(1000, 600, 10);
        assertThat(Pair.told(pair.clientEvents))
                .containsAnyOf("VOLATILE>ATTACHED HEALTH_RECOVERED", "DEGRADED>ATTACHED EXIT_DEGRADED");
        assertThat(pair.state()).isEqualTo(SessionState.ATTACHED);
        assertThat(pair.sessions().getFirst().version().epoch()).isOne();
    }
}
