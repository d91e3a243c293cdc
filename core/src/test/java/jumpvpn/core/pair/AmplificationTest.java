package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.SessionState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nobody gets more bytes out of the gateway than he put in, to wherever they go, unless he has proven himself (contract section 2, docs/protocol/wire.md). */
class AmplificationTest {
    private static final Endpoint STRANGER = new Endpoint(IpAddress.parse("198.18.0.9"), 666);

    /** What the gateway sends anywhere at once when it gets this from a stranger, in bytes. */
    private static long answered(Pair pair, byte[] datagram) {
        pair.b.outer = STRANGER;
        pair.run(200);
        int before = pair.seen.size();
        pair.inject(STRANGER, datagram);
        return pair.seen.subList(before, pair.seen.size()).stream()
                .filter(answer -> !answer.up())
                .mapToLong(answer -> answer.bytes().length)
                .sum();
    }

    private static void noMoreThanCameIn(Pair pair, byte[] datagram) {
        assertThat(answered(pair, datagram))
                .as("answer to type %d of %d bytes", datagram[0], datagram.length)
                .isLessThanOrEqualTo(datagram.length);
    }

    /** Forgeries of the shortest kind in this binding, and every message that the client has sent, again: the first time in a binding is its own proof. */
    private static void forgeAndReplay(Pair pair, byte[] ofTheBinding) {
        for (byte type = 8; type <= 10; type++) {
            byte[] forged = java.util.Arrays.copyOf(ofTheBinding, 52);
            forged[0] = type;
            noMoreThanCameIn(pair, forged);
        }
        List<byte[]> said = pair.seen.stream()
                .filter(Pair.Datagram::up)
                .map(Pair.Datagram::bytes)
                .toList();
        said.forEach(datagram -> {
            pair.inject(pair.a.outer, datagram);
            noMoreThanCameIn(pair, datagram);
        });
    }

    private static byte[] lastUp(Pair pair) {
        return pair.seen.stream()
                .filter(datagram -> datagram.up() && datagram.bytes()[0] == 8)
                .reduce((_, later) -> later)
                .orElseThrow()
                .bytes();
    }

    @Test
    void whileTheBindingLives() {
        Pair pair = Pair.connected();
        pair.chat(0, 3, 10);
        pair.run(500);
        forgeAndReplay(pair, lastUp(pair));
    }

    @Test
    void inABindingThatTheGatewayFoundDead() {
        Pair pair = Pair.connected();
        pair.sendUp(1);
        pair.run(500);
        byte[] data = lastUp(pair);
        pair.a.passes = false;
        pair.b.passes = false;
        pair.sendDown(2);
        pair.await(() -> pair.sessions().getFirst().state() == SessionState.RECOVERING, 3000);
        forgeAndReplay(pair, data);
    }

    @Test
    void inABindingThatHasEnded() {
        Pair pair = Pair.connected();
        pair.sendUp(1);
        pair.run(500);
        byte[] data = lastUp(pair);
        pair.a.passes = false;
        pair.sendUp(2);
        pair.await(() -> pair.sessions().getFirst().version().epoch() == 2, 3000);
        pair.run(3000);
        pair.a.passes = true;
        forgeAndReplay(pair, data);
    }

    @Test
    void ofTheFirstMessagesRequestsAndProbesThatItAnswersForTheFirstTime() {
        Pair pair = Pair.connected();
        pair.run(2000);
        pair.seen.clear();
        pair.a.passes = false;
        pair.b.passes = false;
        pair.sendUp(1);
        pair.run(30_000); // requests, then probes; after them the client's own session is as it was
        List<byte[]> lost = pair.seen.stream()
                .filter(Pair.Datagram::up)
                .map(Pair.Datagram::bytes)
                .toList();
        assertThat(lost).anyMatch(bytes -> bytes[0] == 0x0B).anyMatch(bytes -> bytes[0] == 0x0D);
        lost.stream().filter(bytes -> bytes[0] > 10).forEach(datagram -> noMoreThanCameIn(pair, datagram));

        Pair unknown = Pair.ready();
        unknown.startGateway(List.of());
        unknown.a.passes = false;
        unknown.b.passes = false;
        unknown.agent.start(unknown.now);
        unknown.run(1000);
        byte[] init = unknown.seen.getFirst().bytes();
        assertThat(init[0]).isEqualTo((byte) 0x04);
        assertThat(answered(unknown, init)).as("a refusal").isBetween(1L, (long) init.length);
    }

    /** The ACK's receiver has proven the session, not that it is where the request came from. */
    @Test
    void dataBehindAnAckIsFewUntilTheNewKeysAreSeen() {
        Pair pair = Pair.connected();
        pair.run(2000);
        pair.a.passes = false;
        for (int i = 0; i < 200; i++) {
            pair.sendDown(i);
        }
        pair.await(() -> pair.sessions().getFirst().state() == SessionState.RECOVERING, 3000);
        pair.forgetEvents();
        for (int i = 0; i < 200; i++) {
            pair.sendDown(i);
        }
        pair.b.swallowDown = _ -> true; // nobody is there
        pair.sendUp(1);
        pair.await(() -> pair.sessions().getFirst().version().epoch() == 2, 5000);
        long came = pair.seen.stream()
                .filter(datagram -> datagram.up() && datagram.link() == pair.b)
                .mapToLong(datagram -> datagram.bytes().length)
                .sum();
        for (int i = 200; i < 300; i++) {
            pair.sendDown(i);
        }
        pair.run(200);
        long went = pair.seen.stream()
                .filter(datagram -> !datagram.up() && datagram.link() == pair.b)
                .mapToLong(datagram -> datagram.bytes().length)
                .sum();
        assertThat(came).isPositive();
        assertThat(went).isLessThanOrEqualTo(3 * came);
        pair.b.swallowDown = _ -> false;
        pair.await(() -> pair.atClient.contains(299), 5000);
        assertThat(pair.atClient).as("in order").isSorted();
    }

    /** What it says of its transport is the client's word: with the right keys it could have another flooded. */
    @ParameterizedTest
    @EnumSource
    void noProtocolThatARequestNamesProvesAnAddress(Protocol named) {
        LoneGateway gateway = new LoneGateway();
        HandClient client = HandClient.settled(gateway, Policy.DEFAULT);
        client.from = STRANGER;
        byte[] request = client.datagram(client.ask(ask -> ask.protocol = named));
        assertThat(wentToTheStranger(gateway, client, request)).isBetween(1L, 3L * request.length);
    }

    /** Whoever has a connection has shown that he receives there, so nothing waits for his first packet. */
    @Test
    void aConnectionProvesItsAddress() {
        LoneGateway gateway = new LoneGateway();
        gateway.isConnected = true;
        HandClient client = HandClient.settled(gateway, Policy.DEFAULT);
        client.from = STRANGER;
        byte[] request = client.datagram(client.ask(ask -> ask.protocol = Protocol.QUIC));
        assertThat(wentToTheStranger(gateway, client, request)).isGreaterThan(300 * 20L);
    }

    /** Bytes that go to where the request came from, of 300 packets, before anything came back. */
    private static long wentToTheStranger(LoneGateway gateway, HandClient client, byte[] request) {
        assertThat(client.send(request)).isInstanceOf(ReattachAnswer.Ack.class);
        for (int i = 0; i < 300; i++) {
            gateway.sendDown(client.inner, i);
        }
        gateway.run(200 * LoneGateway.MILLI);
        return gateway.sent.stream()
                .filter(sent -> sent.to().equals(STRANGER))
                .mapToLong(sent -> sent.bytes().length)
                .sum();
    }
}
