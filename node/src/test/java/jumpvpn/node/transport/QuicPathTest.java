package jumpvpn.node.transport;

import static jumpvpn.node.transport.Ends.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.TransportCounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** QUIC through a NAT. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class QuicPathTest {
    private static final Endpoint ANY = Ends.at("127.0.0.1", 0);

    /** Sends until it is there. @return whom it came from */
    private static Endpoint reach(Ends client, Endpoint to, Ends server, int number) {
        return await().atMost(30, TimeUnit.SECONDS)
                .until(
                        () -> {
                            client.send(number, 100, to);
                            return server.receiveNow().stream()
                                    .filter(arrived -> arrived.number() == number)
                                    .findFirst()
                                    .orElse(null);
                        },
                        arrived -> arrived != null)
                .peer();
    }

    @Test
    void aPeerWithANewAddressGoesOnUnderThat() throws Exception {
        try (Ends server = Ends.listen(Protocol.QUIC, ANY);
                Relay nat = new Relay(server.transport.local());
                Ends client = Ends.dial(Protocol.QUIC, nat.endpoint())) {
            Endpoint before = reach(client, nat.endpoint(), server, 1);
            Endpoint after = nat.rebind();
            await().atMost(30, TimeUnit.SECONDS)
                    .until(() -> reach(client, nat.endpoint(), server, 2).equals(after));
            assertThat(before).isNotEqualTo(after);
            server.send(3, 100, before);
            await().until(() -> {
                server.send(4, 100, after); // again: until quiche has validated the new path what it sends may be lost
                return client.receiveNow().stream().anyMatch(arrived -> arrived.number() == 4);
            });
            assertThat(server.transport.count(TransportCounter.NO_PEER)).isEqualTo(1);
            assertThat(server.transport.count(TransportCounter.CONNECTED)).isEqualTo(1);
        }
    }

    /** A gateway that was started again knows nothing of the connection, and nobody says so. */
    @Test
    void aConnectionThatIsNotAnsweredIsGivenUpAndBegunAnew() throws Exception {
        try (Ends first = Ends.listen(Protocol.QUIC, ANY);
                Ends second = Ends.listen(Protocol.QUIC, ANY);
                Relay nat = new Relay(first.transport.local());
                Ends client = Ends.dial(Protocol.QUIC, nat.endpoint())) {
            reach(client, nat.endpoint(), first, 1);
            nat.lead(second.transport.local());
            Endpoint from = reach(client, nat.endpoint(), second, 2);
            second.send(3, 100, from);
            await().until(() -> client.receiveNow().stream().anyMatch(arrived -> arrived.number() == 3));
            assertThat(client.transport.count(TransportCounter.CONNECTED)).isEqualTo(2);
        }
    }

    /** quiche's queue and ours are full: older packets give way, counted, and the newest arrives when the path is back. */
    @Test
    void whatAFullWindowHoldsBackIsBoundedAndCounted() throws Exception {
        try (Ends server = Ends.listen(Protocol.QUIC, ANY);
                Relay path = new Relay(server.transport.local());
                Ends client = Ends.dial(Protocol.QUIC, path.endpoint())) {
            reach(client, path.endpoint(), server, 0);
            path.swallows = true;
            int sent = 1;
            while (client.transport.count(TransportCounter.DISPLACED) < 1_000) {
                sent += client.send(sent, 1_000, path.endpoint()) ? 1 : 0;
            }
            path.swallows = false;
            int last = sent - 1;
            await().atMost(30, TimeUnit.SECONDS).until(() -> {
                client.send(0, 100, path.endpoint()); // any traffic: a window opens only when something is acknowledged
                return server.receiveNow().stream().anyMatch(arrived -> arrived.number() == last);
            });
        }
    }
}
