package jumpvpn.core.pair;

import static jumpvpn.core.pair.LoneGateway.MINUTE;
import static jumpvpn.core.pair.LoneGateway.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.control.ReattachMessage;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.security.Suite;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import org.junit.jupiter.api.Test;

/** How long a ticket is good for, and under which key it is sealed (contract section 2, docs/adr/0010). */
class TicketTest {
    private static final long DAY_SECONDS = 86_400;
    private static final int TODAY = (int) (Pair.WALL_SECONDS / DAY_SECONDS);

    private final LoneGateway gateway = new LoneGateway();

    /** Whether the gateway answers a probe with this ticket; it is silent to a bad one. */
    private boolean isGood(HandClient client, byte[] ticket) {
        int before = gateway.sent.size();
        byte[] probe = ReattachMessage.probe(
                gateway.crypto.aead(),
                Suite.CHACHA20_POLY1305,
                ticket,
                Nonce.of(gateway.crypto.entropy().bytes(Nonce.LENGTH)),
                client.secret.proofKey(),
                9);
        gateway.receive(client.from, probe);
        return gateway.sent.size() > before;
    }

    private static int keyNumber(byte[] ticket) {
        return ByteBuffer.wrap(ticket).getInt();
    }

    @Test
    void aTicketIsGoodForTheSessionsLifetimeAndAMinuteForClocksThatDiffer() {
        gateway.policy = Policy.DEFAULT.with(PolicyKey.SESSION_MAX_LIFETIME, MINUTE);
        gateway.sleep(30 * SECOND + 7);
        HandClient client = HandClient.connected(gateway);
        byte[] ticket = client.tickets.getFirst();
        gateway.run(122 * SECOND - 1);
        assertThat(isGood(client, ticket)).isTrue();
        assertThat(gateway.events(EventType.SECURITY, ReasonCode.BAD_PROOF)).isEmpty();
        gateway.run(1);
        assertThat(isGood(client, ticket)).isFalse();
        assertThat(gateway.events(EventType.SECURITY, ReasonCode.BAD_PROOF)).hasSize(1);
        gateway.run(SECOND);
        assertThat(client.request(_ -> {})).as("nor is a request answered").isNull();
        assertThat(gateway.events(EventType.SECURITY, ReasonCode.BAD_PROOF)).hasSize(2);
    }

    @Test
    void theKeyRotatesWithTheDayAndAStepBackKeepsTheNewerOne() {
        HandClient client = HandClient.connected(gateway);
        client.acknowledge();
        byte[] first = client.tickets.getFirst();
        assertThat(client.tickets.stream().map(TicketTest::keyNumber))
                .hasSize(8)
                .containsOnly(TODAY);
        gateway.gateway.wallClock(Pair.WALL_SECONDS + DAY_SECONDS);
        gateway.run(SECOND);
        client.reattach(BindCause.LINK_GOING_DOWN);
        assertThat(client.tickets.stream().map(TicketTest::keyNumber)).containsOnly(TODAY + 1);
        gateway.gateway.wallClock(Pair.WALL_SECONDS);
        gateway.run(SECOND);
        client.reattach(BindCause.LINK_GOING_DOWN);
        assertThat(client.tickets.stream().map(TicketTest::keyNumber)).containsOnly(TODAY + 1);
        assertThat(keyNumber(first)).isEqualTo(TODAY);
    }

    @Test
    void aTicketOpensForAMonthOfKeys() {
        HandClient client = HandClient.connected(gateway);
        byte[] ticket = client.tickets.getFirst();
        gateway.gateway.wallClock(Pair.WALL_SECONDS + 31 * DAY_SECONDS);
        assertThat(isGood(client, ticket)).isTrue();
        gateway.gateway.wallClock(Pair.WALL_SECONDS + 32 * DAY_SECONDS);
        assertThat(isGood(client, ticket)).isFalse();
    }

    @Test
    void ticketsOpenAfterARestart() {
        HandClient client = HandClient.connected(gateway);
        List<byte[]> tickets = client.tickets;
        gateway.start();
        assertThat(isGood(client, tickets.getFirst())).isTrue();
        client.say(new BindingMessage.Ping()); // nobody knows that binding any more
        assertThat(client.refusal(_ -> {})).isEqualTo(ReasonCode.STALE_REQUEST);
        assertThat(client.refusal(_ -> {})).isNull();
    }
}
