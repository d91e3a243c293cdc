package jumpvpn.core.control;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.security.TicketSealer;
import org.jspecify.annotations.Nullable;

/** A list of sealed tickets in a message: count u8, then the tickets. */
final class Tickets {
    private Tickets() {}

    static void encode(List<byte[]> tickets, ByteBuffer out) {
        out.put((byte) tickets.size());
        tickets.forEach(out::put);
    }

    static @Nullable List<byte[]> decode(ByteBuffer in) {
        int count = in.get() & 0xff;
        if (count * TicketSealer.SEALED_LENGTH > in.remaining()) {
            return null;
        }
        List<byte[]> tickets = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            byte[] ticket = new byte[TicketSealer.SEALED_LENGTH];
            in.get(ticket);
            tickets.add(ticket);
        }
        return tickets;
    }
}
