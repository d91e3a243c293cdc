package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.SessionState;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** Full-size inner packets on paths that carry less, without a word of the path. */
class NarrowPathTest {
    private static final int FULL = 1400;
    private static final int NARROW = 1252;
    private static final Predicate<byte[]> TOO_LONG = datagram -> datagram.length > NARROW;

    private final Pair pair = Pair.connected();

    private void chat(int first, int packets, long everyMillis) {
        for (int i = first; i < first + packets; i++) {
            pair.sendUp(Inner.v4(pair.inner(), Pair.GATEWAY_INNER, i, FULL));
            pair.sendDown(Inner.v4(Pair.GATEWAY_INNER, pair.inner(), i, FULL));
            pair.run(everyMillis);
        }
    }

    private void narrow(Link link) {
        link.swallowUp = TOO_LONG;
        link.swallowDown = TOO_LONG;
    }

    private static List<Integer> numbers(int first, int count) {
        return IntStream.range(first, first + count).boxed().toList();
    }

    private long longest(boolean up) {
        return pair.seen.stream()
                .filter(sent -> sent.up() == up)
                .mapToInt(sent -> sent.bytes().length)
                .max()
                .orElse(0);
    }

    @Test
    void nothingIsLostWhereThePathWasNarrowFromTheBegin() {
        narrow(pair.a);
        chat(0, 200, 10);
        pair.run(200);
        assertThat(pair.atGateway).containsExactlyElementsOf(numbers(0, 200));
        assertThat(pair.atClient).containsExactlyElementsOf(numbers(0, 200));
    }

    /** Few packets pass, so that of all that is sent the questions that get lost are more than the loss threshold. */
    @Test
    void questionsThatGetLostShakeNoPath() {
        narrow(pair.a);
        pair.seen.clear();
        chat(0, 20, 150);
        long lost = pair.seen.stream()
                .filter(sent -> sent.up() && TOO_LONG.test(sent.bytes()))
                .count();
        assertThat(lost)
                .isGreaterThan(pair.seen.stream().filter(sent -> sent.up()).count() / 6);
        assertThat(pair.status().loss()).isZero();
        assertThat(Stream.concat(pair.clientEvents.stream(), pair.gatewayEvents.stream()))
                .noneMatch(event ->
                        event.type() == EventType.TRANSPORT_DEAD || event.type() == EventType.VOLATILITY_SIGNAL);
    }

    @Test
    void onAWidePathTheyGoWholeAfterARoundTrip() {
        chat(0, 30, 10);
        pair.run(200);
        assertThat(pair.atGateway).hasSize(30);
        pair.seen.clear();
        chat(30, 50, 10);
        pair.run(200);
        assertThat(pair.atGateway).containsExactlyElementsOf(numbers(0, 80));
        assertThat(pair.seen.stream().filter(sent -> sent.up() && sent.bytes().length > FULL))
                .hasSize(50);
        assertThat(pair.seen.stream().filter(sent -> !sent.up() && sent.bytes().length > FULL))
                .hasSize(50);
    }

    @Test
    void aPathThatGrowsNarrowLosesThemForLessThanASecond() {
        chat(0, 100, 10);
        narrow(pair.a);
        chat(100, 100, 10);
        chat(200, 200, 10);
        pair.run(200);
        assertThat(pair.atGateway).containsAll(numbers(200, 200));
        assertThat(pair.atClient).containsAll(numbers(200, 200));
        assertThat(pair.status().path())
                .as("it is as good as before for all else")
                .isEqualTo(pair.a.path);
    }

    @Test
    void aJumpToANarrowPathLosesNothing() {
        chat(0, 100, 10);
        narrow(pair.b);
        assertThat(pair.agent.jump(pair.now, "wlan0")).isNull();
        chat(100, 200, 10);
        pair.run(200);
        assertThat(pair.status().path()).isEqualTo(pair.b.path);
        assertThat(pair.atGateway).containsAll(numbers(0, 300)).hasSize(300);
        assertThat(pair.atClient).containsAll(numbers(0, 300)).hasSize(300);
    }

    @Test
    void whatWasHeldGoesInTwoAsWell() {
        narrow(pair.b);
        pair.a.passes = false;
        pair.b.passes = false;
        pair.sendUp(Inner.v4(pair.inner(), Pair.GATEWAY_INNER, 1, FULL));
        pair.await(() -> pair.state() == SessionState.RECOVERING, 3000);
        pair.run(400); // early data is no longer tried
        pair.sendUp(Inner.v4(pair.inner(), Pair.GATEWAY_INNER, 2, FULL));
        pair.b.passes = true;
        pair.await(() -> pair.atGateway.contains(2), 5000);
        assertThat(pair.gatewayDrops.get(DropReason.HALF_LOST)).isZero();
        assertThat(longest(true)).isLessThan(FULL + 100L);
    }

    @Test
    void theSearchGoesOnWhereItWasAfterARest() {
        narrow(pair.a);
        chat(0, 300, 10);
        pair.run(20_000);
        pair.seen.clear();
        chat(300, 20, 10);
        pair.run(200);
        assertThat(pair.atClient).containsAll(numbers(0, 320));
        assertThat(pair.atGateway).containsAll(numbers(0, 320));
        assertThat(longest(false)).as("it has not forgotten what is too long").isLessThanOrEqualTo(FULL + 52L);
    }

    @Test
    void theClientsInnerMtuFollowsOnceTheLimitIsFoundAndGoesUpWithAWiderPath() {
        narrow(pair.b);
        chat(0, 200, 10);
        assertThat(pair.innerMtus).containsExactly(FULL);
        assertThat(pair.agent.jump(pair.now, "wlan0")).isNull();
        chat(200, 30, 10);
        assertThat(pair.status().path()).isEqualTo(pair.b.path);
        assertThat(pair.innerMtus)
                .as("a path on which nothing is known yet says nothing")
                .containsExactly(FULL);
        chat(230, 400, 10);
        assertThat(pair.innerMtus).as("never below IPv6's least").containsExactly(FULL, 1280);
        assertThat(pair.agent.jump(pair.now, "eth0")).isNull();
        chat(630, 50, 10);
        assertThat(pair.innerMtus).containsExactly(FULL, 1280, FULL);
    }

    @Test
    void aPathThatGrowsWideAgainIsFoundThoughNobodySendsLongPacketsAnyMore() {
        narrow(pair.a);
        chat(0, 400, 10);
        assertThat(pair.innerMtus).containsExactly(1280);
        pair.a.swallowUp = _ -> false;
        for (int i = 0; i < 1000; i++) {
            pair.sendUp(i);
            pair.run(10);
        }
        assertThat(pair.innerMtus).containsExactly(1280, FULL);
    }

    @Test
    void theInnerMtuIsWhatRidesWhole() {
        pair.a.swallowUp = datagram -> datagram.length > 1400;
        chat(0, 400, 10);
        assertThat(pair.innerMtus)
                .singleElement()
                .asInstanceOf(InstanceOfAssertFactories.INTEGER)
                .isBetween(1332, 1348);
    }

    @Test
    void sendersBehindTheGatewayLearnWhatThePathCarriesOnceThatIsFound() {
        narrow(pair.a);
        assertThat(told(whole(0))).as("not known yet").isZero();
        chat(0, 400, 10);
        assertThat(told(whole(1))).isPositive();
        assertThat(told(whole(2))).as("not too often").isZero();
        pair.run(20);
        assertThat(told(whole(3))).isPositive();
        pair.run(100);
        assertThat(pair.atClient).as("none is lost for that").contains(1, 2, 3);
    }

    /** Bytes of what the sender of a packet to the client is told. */
    private int told(byte[] packet) {
        pair.sendDown(packet);
        return pair.gatewayOutbound.answerLength();
    }

    private byte[] whole(int number) {
        byte[] packet = Inner.v4(Pair.GATEWAY_INNER, pair.inner(), number, FULL);
        packet[6] = 0x40;
        return packet;
    }
}
