package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.LinkKind;
import jumpvpn.core.transport.Path;
import org.junit.jupiter.api.Test;

class TicketWalletTest {
    private static final byte[] KEY = {9};
    private final TicketWallet wallet = new TicketWallet();

    private static Path path(int id, String local) {
        Endpoint remote = new Endpoint(IpAddress.parse("198.51.100.1"), 4500);
        return new Path(id, Protocol.UDP, "wlan0", LinkKind.WIFI, IpAddress.parse(local), "gw1", remote, 0);
    }

    private int ticketOf(Path path) {
        TicketWallet.HeldTicket ticket = wallet.forPath(path);
        return ticket == null ? -1 : ticket.sealed()[0];
    }

    private void tickets(int... numbers) {
        wallet.replace(
                java.util.Arrays.stream(numbers)
                        .mapToObj(number -> new byte[] {(byte) number})
                        .toList(),
                KEY);
    }

    @Test
    void aPathKeepsItsTicketAndSharesItWithNobody() {
        tickets(1, 2);
        assertThat(ticketOf(path(1, "10.0.0.1"))).isEqualTo(1);
        assertThat(ticketOf(path(2, "10.0.0.2"))).isEqualTo(2);
        assertThat(ticketOf(path(1, "10.0.0.1"))).isEqualTo(1);
        assertThat(ticketOf(path(3, "10.0.0.3"))).isEqualTo(-1);
    }

    @Test
    void wipedItHoldsNothingAndNoProofKey() {
        byte[] key = {9, 8};
        byte[] lastKey = {7};
        wallet.replace(List.of(new byte[] {1}, new byte[] {2}, new byte[] {3}), key);
        wallet.add(List.of(new byte[] {4}), lastKey);
        wallet.forPath(path(1, "10.0.0.1"));
        wallet.forPath(path(2, "10.0.0.2"));
        wallet.leave(path(1, "10.0.0.1"));
        wallet.wipe();
        assertThat(key).containsOnly(0);
        assertThat(lastKey).containsOnly(0);
        assertThat(ticketOf(path(1, "10.0.0.1"))).isEqualTo(-1);
        assertThat(ticketOf(path(2, "10.0.0.2"))).isEqualTo(-1);
    }

    @Test
    void aPathThatComesBackAsItWasGetsItsOwnAgain() {
        tickets(1, 2);
        assertThat(ticketOf(path(1, "10.0.0.1"))).isEqualTo(1);
        wallet.leave(path(1, "10.0.0.1"));
        assertThat(ticketOf(path(7, "10.0.0.1"))).isEqualTo(1);
    }

    @Test
    void anUnusedOneComesBeforeThatOfAnotherPath() {
        tickets(1, 2);
        assertThat(ticketOf(path(1, "10.0.0.1"))).isEqualTo(1);
        wallet.leave(path(1, "10.0.0.1"));
        assertThat(ticketOf(path(2, "10.0.0.2"))).isEqualTo(2);
    }

    /** Else a link that comes and goes often enough while nothing passes would leave the session without a way back. */
    @Test
    void withoutAnUnusedOneThatOfThePathGoneLongestServes() {
        tickets(1, 2);
        assertThat(ticketOf(path(1, "10.0.0.1"))).isEqualTo(1);
        assertThat(ticketOf(path(2, "10.0.0.2"))).isEqualTo(2);
        wallet.leave(path(2, "10.0.0.2"));
        wallet.leave(path(1, "10.0.0.1"));
        assertThat(ticketOf(path(3, "10.0.0.3"))).isEqualTo(2);
        assertThat(ticketOf(path(4, "10.0.0.4"))).isEqualTo(1);
        assertThat(ticketOf(path(5, "10.0.0.5"))).isEqualTo(-1);
    }

    @Test
    void freshTicketsReplaceAllOthers() {
        tickets(1);
        assertThat(ticketOf(path(1, "10.0.0.1"))).isEqualTo(1);
        wallet.leave(path(1, "10.0.0.1"));
        wallet.replace(List.of(new byte[] {5}), KEY);
        assertThat(ticketOf(path(2, "10.0.0.1"))).isEqualTo(5);
    }

    @Test
    void freshTicketsReplaceUnusedOnesAndThoseOfPathsThatAreUp() {
        tickets(1, 2);
        assertThat(ticketOf(path(1, "10.0.0.1"))).isEqualTo(1);
        tickets(5);
        assertThat(ticketOf(path(1, "10.0.0.1"))).isEqualTo(5);
        assertThat(ticketOf(path(2, "10.0.0.2"))).isEqualTo(-1);
    }

    @Test
    void aTicketThatWasTakenBackIsNobodyElses() {
        tickets(1);
        assertThat(ticketOf(path(1, "10.0.0.1"))).isEqualTo(1);
        wallet.leave(path(1, "10.0.0.1"));
        assertThat(ticketOf(path(7, "10.0.0.1"))).isEqualTo(1);
        assertThat(ticketOf(path(8, "10.0.0.8"))).isEqualTo(-1);
    }

    @Test
    void sixtyFourAreKeptAndNoMore() {
        tickets(IntStream.rangeClosed(1, 70).toArray());
        for (int id = 1; id <= 64; id++) {
            assertThat(ticketOf(path(id, "10.0.0." + id))).isEqualTo(id);
        }
        assertThat(ticketOf(path(65, "10.0.0.65"))).isEqualTo(-1);
    }

    @Test
    void ofPathsThatAreGoneTheLastSixtyFourAreRemembered() {
        for (int id = 1; id <= 65; id++) {
            wallet.add(List.of(new byte[] {(byte) id}), KEY);
            assertThat(ticketOf(path(id, "10.0.0." + id))).isEqualTo(id);
        }
        for (int id = 1; id <= 65; id++) {
            wallet.leave(path(id, "10.0.0." + id));
        }
        for (int id = 2; id <= 65; id++) {
            assertThat(ticketOf(path(100 + id, "10.0.1." + id)))
                    .as("the first is forgotten")
                    .isEqualTo(id);
        }
        assertThat(ticketOf(path(200, "10.0.2.1"))).isEqualTo(-1);
    }

    @Test
    void everyProofKeyIsWipedWhereverItsTicketIs() {
        List<byte[]> keys = List.of(new byte[] {1}, new byte[] {2}, new byte[] {3});
        for (int i = 0; i < 3; i++) {
            wallet.add(List.of(new byte[] {(byte) i}), keys.get(i));
        }
        wallet.forPath(path(1, "10.0.0.1"));
        wallet.leave(path(1, "10.0.0.1"));
        wallet.forPath(path(2, "10.0.0.2"));
        wallet.wipe();
        assertThat(keys).allSatisfy(key -> assertThat(key).containsOnly(0));
    }
}
