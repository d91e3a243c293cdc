package jumpvpn.core.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import jumpvpn.core.security.TicketSealer;
import org.junit.jupiter.api.Test;

/** A list of tickets as it goes over the network, and lists that claim more than they hold. */
class TicketsTest {
    private static byte[] ticket(int first) {
        byte[] ticket = new byte[TicketSealer.SEALED_LENGTH];
        ticket[0] = (byte) first;
        ticket[ticket.length - 1] = (byte) -first;
        return ticket;
    }

    private static ByteBuffer encoded(List<byte[]> tickets) {
        ByteBuffer out = ByteBuffer.allocate(2000);
        Tickets.encode(tickets, out);
        return out.flip();
    }

    @Test
    void everyTicketComesThroughAndNothingBehindThemIsTaken() {
        for (List<byte[]> tickets :
                List.of(List.<byte[]>of(), List.of(ticket(1)), List.of(ticket(1), ticket(2), ticket(3)))) {
            ByteBuffer in = encoded(tickets);
            in.limit(in.limit() + 7);
            List<byte[]> decoded = Tickets.decode(in);
            assertThat(decoded).usingRecursiveComparison().isEqualTo(tickets);
            assertThat(in.remaining()).isEqualTo(7);
        }
    }

    @Test
    void aListWithoutAByteToSpareIsWhole() {
        assertThat(Tickets.decode(encoded(List.of(ticket(1), ticket(2))))).hasSize(2);
    }

    @Test
    void aListThatClaimsMoreThanItHoldsIsNone() {
        ByteBuffer in = encoded(List.of(ticket(1), ticket(2)));
        in.limit(in.limit() - 1);
        assertThat(Tickets.decode(in)).isNull();
        assertThat(Tickets.decode(ByteBuffer.wrap(new byte[] {(byte) 255, 1, 2, 3})))
                .isNull();
    }
}
