package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import org.junit.jupiter.api.Test;

/** A session at rest is the same session: whatever happens to it finds it as if it had never slept. */
class RestTest {
    private static final long MINUTE = 60_000_000_000L;
    private static final int MOST_MILLIS = 60_000;

    /** Jumped once, used, and at rest at the gateway; what was seen of the jump is still there. */
    private static Pair resting(Policy policy) {
        Pair pair = Pair.connected(policy);
        rest(pair);
        return pair;
    }

    private static void rest(Pair pair) {
        pair.run(2000);
        pair.forgetEvents();
        assertThat(pair.agent.jump(pair.now, "wlan0")).isNull();
        pair.run(1000);
        pair.chat(0, 5, 5);
        awaitRest(pair);
        assertThat(pair.atGateway).contains(4);
    }

    /** Until it is put to rest once more. */
    private static void awaitRest(Pair pair) {
        long before = pair.gateway.rests();
        pair.await(() -> pair.gateway.rests() > before, MOST_MILLIS);
    }

    private static byte[] lastSeen(Pair pair, boolean up, byte type) {
        return pair.seen.stream()
                .filter(datagram -> datagram.up() == up && datagram.bytes()[0] == type)
                .reduce((_, last) -> last)
                .orElseThrow()
                .bytes()
                .clone();
    }

    private static void passesBothWays(Pair pair, int first) {
        pair.atGateway.clear();
        pair.atClient.clear();
        pair.chat(first, 3, 5);
        pair.run(200);
        assertThat(pair.atGateway).containsExactly(first, first + 1, first + 2);
        assertThat(pair.atClient).containsExactly(first, first + 1, first + 2);
    }

    @Test
    void aPacketToItsClientIsKeptAndGoesOut() {
        Pair pair = resting(Policy.DEFAULT);
        pair.sendDown(100);
        pair.sendDown(101);
        pair.run(100);
        assertThat(pair.atClient).endsWith(100, 101);
        passesBothWays(pair, 200);
    }

    @Test
    void aPolicyThatHoldsNothingCostsNoPacketOfWhoIsAttached() {
        Pair pair = resting(Policy.DEFAULT.with(PolicyKey.HOLD_BYTES_PER_SESSION, 0));
        pair.sendDown(100);
        pair.run(100);
        assertThat(pair.atClient).endsWith(100);
    }

    @Test
    void whatWaitsForAClientThatIsAwayIsBoundedByThePolicy() {
        Pair pair = resting(Policy.DEFAULT.with(PolicyKey.HOLD_BYTES_PER_SESSION, 0));
        pair.a.passes = false;
        pair.b.passes = false;
        awaitRest(pair);
        pair.atClient.clear();
        pair.sendDown(100);
        pair.run(100);
        pair.a.passes = true;
        pair.b.passes = true;
        pair.await(() -> pair.state() == SessionState.ATTACHED, 20_000);
        passesBothWays(pair, 200);
    }

    @Test
    void aPacketOfItsClientIsDelivered() {
        Pair pair = resting(Policy.DEFAULT);
        pair.sendUp(100);
        pair.run(100);
        assertThat(pair.atGateway).endsWith(100);
        passesBothWays(pair, 200);
    }

    @Test
    void itSleepsAndWakesAgainAndAgainAndNoCounterComesTwice() {
        Pair pair = resting(Policy.DEFAULT);
        for (int i = 0; i < 5; i++) {
            passesBothWays(pair, 1000 + 10 * i); // the pair's ciphers watch the nonces
            awaitRest(pair);
        }
        assertThat(pair.gateway.rests()).isGreaterThanOrEqualTo(6);
    }

    @Test
    void aPacketFromBeforeIsAReplay() {
        Pair pair = resting(Policy.DEFAULT);
        byte[] old = lastSeen(pair, true, PacketLayout.DATA);
        int delivered = pair.atGateway.size();
        pair.inject(pair.b.outer, old);
        assertThat(pair.gatewayDrops.get(DropReason.REPLAYED)).isOne();
        assertThat(pair.atGateway).hasSize(delivered);
        passesBothWays(pair, 200);
    }

    @Test
    void aForgedPacketWakesItAndNothingElse() {
        Pair pair = resting(Policy.DEFAULT);
        byte[] forged = lastSeen(pair, true, PacketLayout.DATA);
        forged[forged.length - 1] ^= 1;
        pair.forgetEvents();
        long rests = pair.gateway.rests();
        pair.inject(pair.b.outer, forged);
        pair.run(300);
        assertThat(pair.gatewayDrops.get(DropReason.BAD_TAG)).isOne();
        assertThat(pair.gatewayEvents).isEmpty();
        assertThat(pair.seen).as("it says nothing").isEmpty();
        assertThat(pair.gateway.rests()).as("and rests again").isEqualTo(rests + 1);
    }

    @Test
    void itsAckIsMadeAgainByteByByte() {
        Pair pair = resting(Policy.DEFAULT);
        byte[] request = lastSeen(pair, true, MessageType.REATTACH_REQUEST);
        byte[] ack = lastSeen(pair, false, MessageType.REATTACH_ANSWER);
        pair.forgetEvents();
        pair.inject(pair.b.outer, request);
        assertThat(lastSeen(pair, false, MessageType.REATTACH_ANSWER)).isEqualTo(ack);
        assertThat(pair.gatewayEvents).isEmpty();
        awaitRest(pair);
        pair.inject(new Endpoint(IpAddress.parse("203.0.113.77"), 7), request);
        assertThat(Pair.told(pair.gatewayEvents)).containsExactly("SECURITY ANSWER_REPEATED");
        passesBothWays(pair, 200);
    }

    @Test
    void whileItsEndWaitsForTheTableTheAckIsMadeAgainTheSame() {
        Pair pair = new Pair();
        ScriptedTable table = new ScriptedTable(pair.table);
        pair.startGatewayOver(List.of(pair.client()), table);
        pair.startClient(pair.gatewayKey.publicKey());
        pair.connect();
        rest(pair);
        byte[] request = lastSeen(pair, true, MessageType.REATTACH_REQUEST);
        byte[] ack = lastSeen(pair, false, MessageType.REATTACH_ANSWER);
        table.fates.add(ScriptedTable.Fate.UNAVAILABLE);
        pair.gateway.terminate(pair.now, pair.sessions().getFirst().id());
        pair.forgetEvents();
        pair.inject(pair.b.outer, request);
        assertThat(lastSeen(pair, false, MessageType.REATTACH_ANSWER)).isEqualTo(ack);
    }

    @Test
    void theAckOfAnEarlierBindIsNotMadeOfTheNextOnes() {
        Pair pair = resting(Policy.DEFAULT);
        byte[] request = lastSeen(pair, true, MessageType.REATTACH_REQUEST);
        assertThat(pair.agent.jump(pair.now, "eth0")).isNull();
        pair.run(1000);
        assertThat(pair.sessions().getFirst().version().epoch()).isEqualTo(3);
        pair.forgetEvents();
        pair.inject(pair.b.outer, request);
        assertThat(Pair.told(pair.gatewayEvents)).noneMatch(told -> told.contains("ANSWER_REPEATED"));
        passesBothWays(pair, 200);
    }

    @Test
    void itJumps() {
        Pair pair = resting(Policy.DEFAULT);
        SessionId id = pair.sessions().getFirst().id();
        pair.b.passes = false;
        pair.agent.pathDown(pair.now, pair.b.path.id());
        pair.await(() -> pair.state() == SessionState.ATTACHED, 500);
        assertThat(pair.sessions()).singleElement().satisfies(session -> {
            assertThat(session.id()).isEqualTo(id);
            assertThat(session.version().epoch()).isEqualTo(3);
        });
        passesBothWays(pair, 200);
    }

    @Test
    void itsAddressMovesWithItsNat() {
        Pair pair = resting(Policy.DEFAULT);
        pair.forgetEvents();
        pair.b.outer = new Endpoint(pair.b.outer.address(), 999);
        pair.sendUp(100);
        pair.run(300);
        assertThat(Pair.told(pair.gatewayEvents)).containsExactly("TRANSPORT_SWITCH NAT_REBIND");
        passesBothWays(pair, 200);
    }

    @Test
    void itsKeysAreRenewed() {
        Pair pair = resting(Policy.DEFAULT);
        pair.forgetEvents();
        pair.run(10 * 60_000);
        assertThat(Pair.count(pair.gatewayEvents, EventType.KEY_ROTATED, ReasonCode.REKEYED))
                .isGreaterThanOrEqualTo(4);
        assertThat(Pair.told(pair.gatewayEvents)).containsOnly("KEY_ROTATED REKEYED");
        passesBothWays(pair, 200);
        awaitRest(pair);
        pair.b.passes = false;
        pair.agent.pathDown(pair.now, pair.b.path.id());
        pair.await(() -> pair.state() == SessionState.ATTACHED, 500);
        passesBothWays(pair, 300);
    }

    @Test
    void theOperatorEndsIt() {
        Pair pair = resting(Policy.DEFAULT);
        assertThat(pair.gateway.terminate(pair.now, pair.sessions().getFirst().id()))
                .isTrue();
        pair.run(100);
        assertThat(pair.sessions()).isEmpty();
        assertThat(Pair.told(pair.clientEvents)).contains("ATTACHED>TERMINATED OPERATOR_TERMINATE");
    }

    @Test
    void itsLifetimeEnds() {
        Pair pair = resting(Policy.DEFAULT.with(PolicyKey.SESSION_MAX_LIFETIME, 2 * MINUTE));
        pair.a.passes = false;
        pair.b.passes = false;
        pair.run(MOST_MILLIS + 30_000);
        assertThat(Pair.told(pair.gatewayEvents)).contains("DEGRADED>TERMINATED TTL_SESSION_EXPIRED");
        assertThat(pair.sessions()).isEmpty();
    }

    @Test
    void itsClientIsMissed() {
        Pair pair = resting(Policy.DEFAULT);
        pair.forgetEvents();
        pair.a.passes = false;
        pair.b.passes = false;
        pair.run(MOST_MILLIS);
        assertThat(Pair.told(pair.gatewayEvents))
                .containsSubsequence(
                        "TRANSPORT_DEAD NO_DELIVERY_WINDOW", "RECOVERING>DEGRADED RECOVERY_WINDOW_EXCEEDED");
        pair.a.passes = true;
        pair.b.passes = true;
        pair.await(() -> pair.state() == SessionState.ATTACHED, MOST_MILLIS);
        passesBothWays(pair, 200);
    }

    @Test
    void whoWaitsForItsClientRestsToo() {
        Pair pair = resting(Policy.DEFAULT);
        pair.a.passes = false;
        pair.b.passes = false;
        pair.await(() -> pair.sessions().getFirst().state() == SessionState.DEGRADED, MOST_MILLIS);
        awaitRest(pair); // no binding is alive
        assertThat(pair.sessions().getFirst().state()).isEqualTo(SessionState.DEGRADED);
        pair.atClient.clear();
        pair.sendDown(100);
        pair.run(1000);
        pair.a.passes = true;
        pair.b.passes = true;
        pair.await(() -> pair.state() == SessionState.ATTACHED, 20_000);
        pair.run(300);
        assertThat(pair.atClient).as("held").containsExactly(100);
        passesBothWays(pair, 200);
    }

    @Test
    void theGatewayStartsAnew() {
        Pair pair = resting(Policy.DEFAULT);
        SessionId id = pair.sessions().getFirst().id();
        pair.restartGateway();
        pair.run(150);
        assertThat(pair.gateway.rests())
                .as("who was loaded and waits rests too")
                .isOne();
        assertThat(pair.sessions())
                .singleElement()
                .satisfies(session -> assertThat(session.id()).isEqualTo(id));
        pair.sendUp(100);
        pair.await(() -> pair.sessions().getFirst().state() == SessionState.ATTACHED, 5000);
        pair.run(500);
        passesBothWays(pair, 200);
    }

    @Test
    void nobodyWakesToBeShown() {
        Pair pair = resting(Policy.DEFAULT);
        List<?> shown = pair.sessions();
        long next = pair.gateway.nextNanos();
        assertThat(pair.sessions()).isEqualTo(shown);
        assertThat(pair.gateway.nextNanos()).isEqualTo(next);
        assertThat(pair.sessions().getFirst().sentBytes()).isPositive();
    }
}
