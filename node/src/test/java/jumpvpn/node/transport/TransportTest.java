package jumpvpn.node.transport;

import static jumpvpn.node.transport.Ends.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.TransportCounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What every transport that rides on Netty promises, both ends real, on loopback. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TransportTest {
    private static final Endpoint ANY = Ends.at("127.0.0.1", 0);

    /** Sends until the other end has got one, however long connecting takes. @return whom it came from */
    static Endpoint meet(Ends client, Ends server) {
        Endpoint to = server.transport.local();
        return await().atMost(30, TimeUnit.SECONDS)
                .until(
                        () -> {
                            client.send(-1, 8, to);
                            return server.receiveNow();
                        },
                        arrived -> !arrived.isEmpty())
                .getFirst()
                .peer();
    }

    private static void exchange(Ends from, Ends to, Endpoint peer, int datagrams, int most) throws Exception {
        for (int number = 0; number < datagrams; number += Ends.SLOTS) {
            for (int i = 0; i < Ends.SLOTS; i++) {
                from.fill(i, number + i, size(number + i, most), peer);
            }
            assertThat(from.transport.send(from.batch, 0, Ends.SLOTS)).isEqualTo(Ends.SLOTS);
            List<Ends.Arrived> arrived = to.receive(Ends.SLOTS);
            for (int i = 0; i < Ends.SLOTS; i++) {
                assertThat(arrived.get(i).number()).isEqualTo(number + i);
                assertThat(arrived.get(i).length()).isEqualTo(size(number + i, most));
            }
        }
    }

    private static int size(int number, int most) {
        return 4 + number * 7 % (most - 3);
    }

    @ParameterizedTest
    @CsvSource({"QUIC,127.0.0.1", "QUIC,::1", "TCP,127.0.0.1", "TCP,::1"})
    void tenThousandDatagramsOfAllSizesArriveWholeBothWays(Protocol protocol, String address) throws Exception {
        try (Ends server = Ends.listen(protocol, Ends.at(address, 0));
                Ends client = Ends.dial(protocol, server.transport.local())) {
            Endpoint to = server.transport.local();
            assertThat(client.transport.mostBytes(to)).isZero();
            Endpoint from = meet(client, server);
            assertThat(from).isEqualTo(client.transport.local());
            int wanted =
                    protocol == Protocol.TCP ? 2048 : address.contains(":") ? 1400 : 1420; // once the path MTU is known
            await().until(() -> {
                client.send(-1, 8, to);
                server.send(-1, 8, from);
                return client.transport.mostBytes(to) >= wanted && server.transport.mostBytes(from) >= wanted;
            });
            drain(client, server);
            exchange(client, server, to, 10_016, client.transport.mostBytes(to));
            exchange(server, client, from, 10_016, server.transport.mostBytes(from));
            for (TransportCounter counter : TransportCounter.values()) {
                boolean connected = counter == TransportCounter.CONNECTED;
                assertThat(client.transport.count(counter))
                        .as("client " + counter)
                        .isEqualTo(connected ? 1 : 0);
                assertThat(server.transport.count(counter))
                        .as("server " + counter)
                        .isEqualTo(connected ? 1 : 0);
            }
        }
    }

    /** Until nothing of the meeting is under way any more: a mark each way comes behind it. */
    static void drain(Ends client, Ends server) {
        Endpoint to = server.transport.local();
        Endpoint from = client.transport.local();
        await().until(() ->
                client.send(-2, 8, to) && server.receiveNow().stream().anyMatch(a -> a.number() == -2));
        await().until(() ->
                server.send(-2, 8, from) && client.receiveNow().stream().anyMatch(a -> a.number() == -2));
        await().during(100, TimeUnit.MILLISECONDS)
                .until(() ->
                        client.receiveNow().isEmpty() && server.receiveNow().isEmpty());
    }

    @ParameterizedTest
    @EnumSource(names = {"QUIC", "TCP"})
    void whatIsTooLongIsCountedAndTheRestGoesOn(Protocol protocol) throws Exception {
        try (Ends server = Ends.listen(protocol, ANY);
                Ends client = Ends.dial(protocol, server.transport.local())) {
            meet(client, server);
            drain(client, server);
            client.fill(0, 1, 100, server.transport.local());
            client.fill(1, 2, 2000, server.transport.local());
            client.batch.length[1] = protocol == Protocol.TCP ? 2049 : 2000;
            client.fill(2, 3, 100, server.transport.local());
            assertThat(client.transport.send(client.batch, 0, 3)).isEqualTo(3);
            assertThat(server.receive(2)).extracting(Ends.Arrived::number).containsExactly(1, 3);
            assertThat(client.transport.count(TransportCounter.TOO_LONG)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"QUIC", "TCP"})
    void aPeerThatIsNotThereCostsOneDatagramEach(Protocol protocol) throws Exception {
        try (Ends server = Ends.listen(protocol, ANY);
                Ends client = Ends.dial(protocol, server.transport.local())) {
            Endpoint from = meet(client, server);
            drain(client, server);
            Endpoint stranger = Ends.at("127.0.0.1", 9);
            server.fill(0, 1, 100, stranger);
            server.fill(1, 2, 100, from);
            assertThat(server.transport.send(server.batch, 0, 2)).isEqualTo(2);
            assertThat(client.receive(1).getFirst().number()).isEqualTo(2);
            assertThat(server.transport.count(TransportCounter.NO_PEER)).isEqualTo(1);
            assertThat(server.transport.mostBytes(stranger)).isZero();
            assertThat(client.send(3, 100, stranger)).isTrue();
            await().until(() -> client.transport.count(TransportCounter.NO_PEER) == 1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"QUIC", "TCP"})
    void twoClientsAtOnceKeepApart(Protocol protocol) throws Exception {
        try (Ends server = Ends.listen(protocol, ANY);
                Ends one = Ends.dial(protocol, server.transport.local());
                Ends two = Ends.dial(protocol, server.transport.local())) {
            Endpoint first = meet(one, server);
            drain(one, server);
            Endpoint second = meet(two, server);
            drain(two, server);
            assertThat(first).isNotEqualTo(second);
            for (int number = 0; number < 1_000; number += 2) {
                one.send(number, 500, server.transport.local());
                two.send(number + 1, 900, server.transport.local());
                for (Ends.Arrived arrived : server.receive(2)) {
                    assertThat(arrived.peer()).isEqualTo(arrived.length() == 500 ? first : second);
                    server.send(arrived.number(), arrived.length(), arrived.peer());
                }
                assertThat(one.receive(1)).containsExactly(new Ends.Arrived(number, 500, server.transport.local()));
                assertThat(two.receive(1)).containsExactly(new Ends.Arrived(number + 1, 900, server.transport.local()));
            }
        }
    }

    /** The receiving thread rests: QUIC drops and counts what the ring has no room for, and the sender is never kept. */
    @Test
    void aReceiverThatDoesNotReadCostsCountedDatagramsAndNoMemory() throws Exception {
        try (Ends server = Ends.listen(Protocol.QUIC, ANY);
                Ends client = Ends.dial(Protocol.QUIC, server.transport.local())) {
            meet(client, server);
            drain(client, server);
            int refused = 0;
            for (int number = 0; server.transport.count(TransportCounter.NOT_RECEIVED) == 0; number++) {
                refused += client.send(number, 1_000, server.transport.local()) ? 0 : 1;
            }
            assertThat(client.transport.count(TransportCounter.NO_ROOM)).isEqualTo(refused);
            assertThat(server.receive(1_024)).extracting(Ends.Arrived::number).isSorted();
        }
    }

    /** Over TCP its sender feels it, and there older datagrams give way; each that is not there is counted. */
    @Test
    void overTcpAReceiverThatDoesNotReadHoldsItsSendersUpAndNothingIsLostBetweenThem() throws Exception {
        try (Ends server = Ends.listen(Protocol.TCP, ANY);
                Ends one = Ends.dial(Protocol.TCP, server.transport.local());
                Ends two = Ends.dial(Protocol.TCP, server.transport.local())) {
            for (Ends client : List.of(one, two)) {
                meet(client, server);
                drain(client, server);
            }
            Map<Endpoint, Long> sent = new HashMap<>();
            for (Ends client : List.of(one, two)) {
                long taken = 0;
                while (client.transport.count(TransportCounter.DISPLACED) < 1_000) {
                    taken += client.send((int) taken, 1_000, server.transport.local()) ? 1 : 0;
                }
                sent.put(client.transport.local(), taken);
            }
            Map<Endpoint, List<Integer>> got = new HashMap<>();
            await().until(() -> {
                for (Ends.Arrived arrived : server.receiveAll()) {
                    got.computeIfAbsent(arrived.peer(), _ -> new ArrayList<>()).add(arrived.number());
                }
                return List.of(one, two).stream()
                        .allMatch(client -> got.getOrDefault(client.transport.local(), List.of())
                                                .size()
                                        + client.transport.count(TransportCounter.DISPLACED)
                                == sent.get(client.transport.local()));
            });
            assertThat(got.values()).allSatisfy(numbers -> assertThat(numbers).isSorted());
            assertThat(server.transport.count(TransportCounter.NOT_RECEIVED)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"QUIC", "TCP"})
    void aClientFindsItsServerAgainAfterThatDied(Protocol protocol) throws Exception {
        Endpoint at;
        try (Ends server = Ends.listen(protocol, ANY);
                Ends client = Ends.dial(protocol, server.transport.local())) {
            at = server.transport.local();
            meet(client, server);
            server.transport.close();
            await().until(() -> {
                client.send(1, 100, at);
                return client.transport.count(TransportCounter.DISCONNECTED)
                        > 1; // the old one, and one that found nobody
            });
            try (Ends again = Ends.listen(protocol, at)) {
                Endpoint from = meet(client, again);
                again.send(7, 100, from);
                await().until(() -> client.receiveNow().stream().anyMatch(a -> a.number() == 7));
                assertThat(client.transport.count(TransportCounter.CONNECTED)).isEqualTo(2);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"QUIC", "TCP"})
    void closingInTheMiddleOfTrafficEndsBothSidesAndFreesThePort(Protocol protocol) throws Exception {
        for (int round = 0; round < 5; round++) {
            Ends server = Ends.listen(protocol, ANY);
            Endpoint at = server.transport.local();
            Ends client = Ends.dial(protocol, at);
            meet(client, server);
            Thread sender = Thread.ofPlatform().start(() -> {
                for (int number = 0; client.transport.fd() >= 0; number++) {
                    client.send(number, 1_000, at);
                }
            });
            server.receive(2_000);
            (round % 2 == 0 ? client : server).close();
            (round % 2 == 0 ? server : client).close();
            sender.join(10_000);
            assertThat(sender.isAlive()).isFalse();
            assertThat(client.send(1, 100, at)).isTrue();
            Ends.listen(protocol, at).close();
        }
    }
}
