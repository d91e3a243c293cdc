package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;

/** Keys are renewed inside a binding while everything goes on (contract section 2, Keys). */
class RekeyTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Policy SOON = Policy.DEFAULT.with(PolicyKey.SECURITY_REKEY_AFTER, SECOND);
    private static final int EVERY_MILLIS = 5;

    /** A REKEY or its answer: nothing else has their length. */
    private static boolean isRekey(byte[] datagram) {
        return datagram[0] == 0x09 && datagram.length == 52 + 39;
    }

    private static boolean isRenew(byte[] datagram) {
        return datagram[0] == 0x09 && datagram.length == 52 + 9;
    }

    private static boolean isRenewed(byte[] datagram) {
        return datagram[0] == 0x09 && datagram.length == 52 + 13;
    }

    private static long rotated(Pair pair, ReasonCode reason) {
        return Math.min(
                Pair.count(pair.clientEvents, EventType.KEY_ROTATED, reason),
                Pair.count(pair.gatewayEvents, EventType.KEY_ROTATED, reason));
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    /** A pair in the moment before its first REKEY leaves. */
    private static Pair aboutToRekey() {
        return aboutToRekey(SOON);
    }

    private static Pair aboutToRekey(Policy policy) {
        Pair pair = Pair.connected(policy);
        boolean[] sent = {false};
        Predicate<byte[]> before = pair.a.swallowUp;
        pair.a.swallowUp = datagram -> (sent[0] |= isRekey(datagram));
        for (int i = 0; !sent[0]; i++) {
            assertThat(i).isLessThan(300);
            pair.chat(1000 + i, 1, EVERY_MILLIS);
        }
        pair.a.swallowUp = before; // that one is lost; it is repeated after 250 ms
        pair.run(200);
        pair.forgetEvents();
        return pair;
    }

    private static void carriesOn(Pair pair, int first) {
        pair.atGateway.clear();
        pair.atClient.clear();
        pair.chat(first, 20, EVERY_MILLIS);
        pair.run(200);
        List<Integer> expected = IntStream.range(first, first + 20).boxed().toList();
        assertThat(pair.atGateway).containsExactlyElementsOf(expected);
        assertThat(pair.atClient).containsExactlyElementsOf(expected);
    }

    @Test
    void keysAreRenewedUnderLoadAndNothingIsLost() {
        Pair pair = Pair.connected(SOON);
        pair.forgetEvents();
        pair.chat(0, 2000, EVERY_MILLIS);
        pair.run(200);
        assertThat(pair.atGateway).containsExactlyElementsOf(numbers(2000));
        assertThat(pair.atClient).containsExactlyElementsOf(numbers(2000));
        assertThat(rotated(pair, ReasonCode.REKEYED)).isGreaterThanOrEqualTo(4);
        assertThat(pair.sessions().getFirst().version()).as("no row, no commit").isEqualTo(StateVersion.of(1, 0));
        assertThat(pair.seen.getLast().bytes()[1])
                .as("the phase is in the header")
                .isGreaterThanOrEqualTo((byte) 4);
    }

    @Test
    void anIdleBindingsKeysAreRenewedWithItsKeepalive() {
        Pair pair = Pair.connected();
        pair.forgetEvents();
        pair.run(10 * 60_000);
        assertThat(rotated(pair, ReasonCode.REKEYED)).isBetween(4L, 5L);
        assertThat(pair.clientEvents).noneMatch(event -> event.type() == EventType.TRANSPORT_DEAD);
        carriesOn(pair, 0);
    }

    /** Every subset of the first eight control messages of the exchange is lost: the keys are renewed, and no packet but those is lost. */
    @Test
    void whateverOfTheExchangeIsLostTheKeysAreRenewed() {
        for (int lost = 0; lost < 256; lost++) {
            int mask = lost;
            Pair pair = aboutToRekey();
            int[] at = {0};
            Predicate<byte[]> swallow = datagram -> datagram[0] == 0x09 && at[0] < 8 && (mask >> at[0]++ & 1) == 1;
            pair.a.swallowUp = swallow;
            pair.a.swallowDown = swallow;
            int sent = 0;
            while (rotated(pair, ReasonCode.REKEYED) == 0) {
                assertThat(sent).as("lost %x", mask).isLessThan(2000);
                pair.chat(sent++, 1, EVERY_MILLIS);
            }
            pair.run(200);
            assertThat(pair.atGateway).as("lost %x", mask).containsExactlyElementsOf(numbers(sent));
            assertThat(pair.atClient).as("lost %x", mask).containsExactlyElementsOf(numbers(sent));
            carriesOn(pair, sent);
            assertThat(pair.sessions().getFirst().version().epoch()).isOne();
        }
    }

    /** Each packet of the exchange and around it, of whatever kind, is lost, late or twice: only what was lost is missing. */
    @Test
    void aPacketThatIsLostLateOrTwiceHarmsNoOther() {
        for (int position = 0; position < 60; position++) {
            for (int what = 0; what < 4; what++) {
                int chosen = position;
                Pair pair = aboutToRekey();
                int[] at = {0};
                Predicate<byte[]> hit = _ -> at[0]++ == chosen;
                if (what == 0) {
                    pair.a.swallowUp = hit;
                    pair.a.swallowDown = hit;
                } else if (what == 1) {
                    pair.a.twice = hit;
                } else {
                    long late = (what == 2 ? 30 : 1500) * Pair.MILLI;
                    pair.a.lateUpNanos = datagram -> hit.test(datagram) ? late : 0;
                    pair.a.lateDownNanos = datagram -> hit.test(datagram) ? late : 0;
                }
                pair.chat(0, 500, EVERY_MILLIS);
                pair.run(2000);
                String as = "packet " + position + ", case " + what;
                assertThat(rotated(pair, ReasonCode.REKEYED)).as(as).isPositive();
                assertThat(pair.atGateway.size() + pair.atClient.size())
                        .as(as)
                        .isGreaterThanOrEqualTo(what == 0 ? 999 : 1000);
                assertThat(pair.atGateway).as(as).doesNotHaveDuplicates();
                assertThat(pair.atClient).as(as).doesNotHaveDuplicates();
            }
        }
    }

    @Test
    void aRecordedExchangeSentAgainChangesNothing() {
        Pair pair = aboutToRekey();
        pair.chat(0, 200, EVERY_MILLIS);
        pair.run(100);
        List<Pair.Datagram> recorded = new ArrayList<>(pair.seen);
        long before = rotated(pair, ReasonCode.REKEYED);
        assertThat(before).isOne();
        for (Pair.Datagram datagram : recorded) {
            if (datagram.up()) {
                pair.inject(pair.a.outer, datagram.bytes());
            }
        }
        assertThat(rotated(pair, ReasonCode.REKEYED)).isEqualTo(before);
        carriesOn(pair, 5000);
    }

    /** The path is cut at every millisecond of the exchange: the session reattaches elsewhere and the old exchange is forgotten. */
    @Test
    void aPathMayDieAtAnyPointOfTheExchange() {
        for (int after = 0; after <= 120; after += 3) {
            Pair pair = aboutToRekey();
            pair.run(after);
            pair.a.passes = false;
            pair.agent.pathDown(pair.now, pair.a.path.id());
            pair.await(() -> pair.state() == SessionState.ATTACHED, 2000);
            assertThat(pair.sessions().getFirst().version().epoch()).isEqualTo(2);
            carriesOn(pair, 100);
            pair.agent.pathUp(pair.now, pair.a.path);
            pair.a.passes = true;
            pair.run(2000);
            assertThat(pair.agent.jump(pair.now, pair.a.path.name())).isNull();
            pair.await(() -> pair.state() == SessionState.ATTACHED, 2000);
            carriesOn(pair, 200);
        }
    }

    /** A jump begins at every point of the exchange, and the exchange at every point of the jump: nothing is lost on either binding. */
    @Test
    void aJumpMayCrossTheExchange() {
        for (int after = 0; after <= 120; after += 3) {
            Pair pair = aboutToRekey(SOON.with(PolicyKey.SWITCHING_COOLDOWN, 0));
            int sent = 0;
            for (; sent < after; sent += 3) {
                pair.chat(sent / 3, 1, 3);
            }
            pair.run(1);
            assertThat(pair.agent.jump(pair.now, pair.b.path.name())).isNull();
            pair.chat(sent / 3, 200, 3);
            pair.run(200);
            int all = sent / 3 + 200;
            assertThat(pair.atGateway).as("after %d ms", after).containsExactlyInAnyOrderElementsOf(numbers(all));
            assertThat(pair.atClient).as("after %d ms", after).containsExactlyInAnyOrderElementsOf(numbers(all));
            assertThat(pair.sessions().getFirst().version().epoch()).isEqualTo(2);
        }
    }

    @Test
    void anEndAtAnyPointOfTheExchangeIsAnEnd() {
        for (int after = 0; after <= 120; after += 3) {
            for (boolean byClient : new boolean[] {true, false}) {
                Pair pair = aboutToRekey();
                pair.run(after);
                if (byClient) {
                    pair.agent.close(pair.now);
                } else {
                    pair.gateway.close(pair.now);
                }
                pair.run(100);
                assertThat(pair.sessions()).isEmpty();
                assertThat(pair.ends).hasSize(1);
            }
        }
    }

    /** The ACK of a bind that took a renewal's output into the secret is lost, again and again: both ends agree on what is in it. */
    @Test
    void lostAcksSplitNobody() {
        for (int lost = 0; lost <= 3; lost++) {
            int[] left = {lost};
            Pair pair = aboutToRekey();
            pair.chat(0, 200, EVERY_MILLIS);
            assertThat(rotated(pair, ReasonCode.REKEYED)).isOne();
            pair.b.swallowDown = datagram -> datagram[0] == 0x0C && left[0]-- > 0;
            pair.a.swallowDown = pair.b.swallowDown;
            pair.agent.pathDown(pair.now, pair.a.path.id());
            pair.run(1);
            pair.agent.pathUp(pair.now, pair.a.path);
            pair.await(() -> pair.state() == SessionState.ATTACHED, 6000);
            carriesOn(pair, 300);
            pair.run(1000);
            assertThat(pair.agent.jump(pair.now, null)).isNull();
            pair.await(() -> pair.state() == SessionState.ATTACHED, 2000);
            carriesOn(pair, 400);
        }
    }

    @Test
    void aBindingWhoseKeysAreNotRenewedDiesAndTheSessionGoesOn() {
        Pair pair = Pair.connected();
        pair.forgetEvents();
        pair.agent.pathDown(pair.now, pair.b.path.id()); // else it is left: it loses much
        pair.a.swallowUp = RekeyTest::isRekey;
        pair.run(179_000);
        assertThat(pair.clientEvents).noneMatch(event -> event.type() == EventType.TRANSPORT_DEAD);
        pair.run(2_000);
        assertThat(Pair.told(pair.clientEvents))
                .contains("TRANSPORT_DEAD KEY_EXPIRED", "RECOVERING>ATTACHED REATTACH_ACCEPT");
        assertThat(pair.sessions().getFirst().version().epoch()).isEqualTo(2);
        carriesOn(pair, 0);
    }

    @Test
    void theGatewayTooSealsNothingUnderKeysThatAreTooOld() {
        Pair pair = Pair.connected();
        pair.forgetEvents();
        pair.a.swallowDown = RekeyTest::isRekey;
        pair.a.swallowUp = datagram -> pair.now > 1_000_000_000_000L + 170 * SECOND;
        pair.b.swallowUp = pair.a.swallowUp;
        pair.run(200_000);
        assertThat(pair.gatewayEvents).anyMatch(event -> event.type() == EventType.TRANSPORT_DEAD);
        assertThat(pair.sessions()).hasSize(1);
    }

    @Test
    void anHourWithoutABindEntersTheOutputIntoTheSecret() {
        Pair pair = Pair.connected();
        pair.forgetEvents();
        pair.run(61 * 60_000);
        assertThat(rotated(pair, ReasonCode.SECRET_RENEWED)).isOne();
        assertThat(pair.sessions().getFirst().version()).as("no row").isEqualTo(StateVersion.of(1, 0));
        assertThat(pair.table.live().getFirst().secrets()).hasSize(2);
        jumpsBothWays(pair);
        pair.run(5 * 3_600_000);
        assertThat(pair.state()).isEqualTo(SessionState.ATTACHED);
        assertThat(rotated(pair, ReasonCode.SECRET_RENEWED)).isGreaterThanOrEqualTo(5);
        assertThat(pair.table.live().getFirst().secrets().size()).isLessThanOrEqualTo(3);
        jumpsBothWays(pair);
    }

    private static void jumpsBothWays(Pair pair) {
        for (Link link : List.of(pair.b, pair.a)) {
            assertThat(pair.agent.jump(pair.now, link.path.name())).isNull();
            pair.await(() -> pair.status().path().id() == link.path.id(), 1000);
            carriesOn(pair, 700 + link.path.id() * 100);
            pair.run(2000);
        }
    }

    /** RENEW or RENEWED is lost any number of times, and the path dies before it is answered: both ends speak from one generation. */
    @Test
    void aLostRenewalOfTheSecretSplitsNobody() {
        for (int lost = 1; lost <= 4; lost++) {
            for (int what = 0; what < 3; what++) {
                int[] left = {lost};
                Pair pair = Pair.connected();
                pair.run(54 * 60_000);
                pair.forgetEvents();
                boolean never = what == 2;
                if (what == 0) {
                    pair.a.swallowUp = datagram -> isRenew(datagram) && left[0]-- > 0;
                } else {
                    pair.a.swallowDown = datagram -> isRenewed(datagram) && (never || left[0]-- > 0);
                }
                pair.run(6 * 60_000);
                assertThat(rotated(pair, ReasonCode.SECRET_RENEWED)).isEqualTo(never ? 0 : 1);
                jumpsBothWays(pair);
            }
        }
    }

    @Test
    void aSecretThatIsNeverRenewedEndsTheSessionAtBothEnds() {
        Pair pair = Pair.connected();
        pair.a.swallowUp = RekeyTest::isRenew;
        pair.run(119 * 60_000);
        assertThat(pair.state()).isEqualTo(SessionState.ATTACHED);
        pair.forgetEvents();
        pair.run(3 * 60_000);
        assertThat(Pair.told(pair.clientEvents)).contains("ATTACHED>TERMINATED KEY_EXPIRED");
        assertThat(Pair.told(pair.gatewayEvents))
                .containsAnyOf("ATTACHED>TERMINATED KEY_EXPIRED", "ATTACHED>TERMINATED PEER_CLOSED");
        assertThat(pair.ends.getFirst()).contains("KEY_EXPIRED");
        assertThat(pair.state()).as("connected anew").isEqualTo(SessionState.ATTACHED);
    }

    @Test
    void timeWithoutABindingAgesNoSecret() {
        Pair pair = Pair.connected();
        pair.a.passes = false;
        pair.b.passes = false;
        pair.run(3 * 3_600_000L);
        pair.a.passes = true;
        pair.await(() -> pair.state() == SessionState.ATTACHED, 10_000);
        assertThat(pair.sessions().getFirst().version().epoch()).isEqualTo(2);
        pair.run(60 * 60_000);
        assertThat(pair.state()).isEqualTo(SessionState.ATTACHED);
        carriesOn(pair, 0);
    }

    @Test
    void asAJumpMixesTheOutputInBothEndsAgree() {
        Pair pair = aboutToRekey();
        pair.chat(0, 200, EVERY_MILLIS);
        byte[] before = pair.table.live().getFirst().secret().key().clone();
        assertThat(pair.agent.jump(pair.now, pair.b.path.name())).isNull();
        pair.await(() -> pair.state() == SessionState.ATTACHED, 1000);
        assertThat(pair.table.live().getFirst().secret().key()).isNotEqualTo(before);
        carriesOn(pair, 500);
    }
}
