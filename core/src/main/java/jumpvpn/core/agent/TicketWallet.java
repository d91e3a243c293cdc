package jumpvpn.core.agent;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import jumpvpn.core.transport.Path;
import org.jspecify.annotations.Nullable;

/**
 * Tickets of one session. A ticket is used on one path only, since two paths would be linked by it; a path that comes back as it was gets its own again. Only when
 * there is no other does a path take that of one that is gone: to be linked with it is less than to lose the session.
 */
final class TicketWallet {
    private static final int MOST = 64;

    /** A sealed ticket and the proof key inside it. */
    record HeldTicket(byte[] sealed, byte[] proofKey) {}

    /** The ticket of a path that is gone. */
    private record Left(String path, HeldTicket ticket) {}

    private final ArrayDeque<HeldTicket> unused = new ArrayDeque<>();
    private final TreeMap<Integer, HeldTicket> byPath = new TreeMap<>();
    private final ArrayDeque<Left> left = new ArrayDeque<>();

    /** Fresh tickets of the newest generation; older ones go, since their place is needed. */
    void replace(List<byte[]> tickets, byte[] proofKey) {
        unused.clear();
        byPath.clear();
        left.clear();
        add(tickets, proofKey);
    }

    void add(List<byte[]> tickets, byte[] proofKey) {
        for (byte[] ticket : tickets) {
            if (unused.size() < MOST) {
                unused.add(new HeldTicket(ticket, proofKey));
            }
        }
    }

    /** The path's own ticket, else an unused one, else that of the path that is gone longest; null only if all are on paths that are up. */
    @Nullable
    HeldTicket forPath(Path path) {
        HeldTicket own = byPath.get(path.id());
        if (own == null) {
            own = ownLeft(path.name());
            own = own == null ? unused.poll() : own;
            own = own == null && !left.isEmpty() ? left.remove().ticket : own;
            if (own != null) {
                byPath.put(path.id(), own);
            }
        }
        return own;
    }

    private @Nullable HeldTicket ownLeft(String path) {
        for (Iterator<Left> each = left.iterator(); each.hasNext(); ) {
            Left candidate = each.next();
            if (candidate.path.equals(path)) {
                each.remove();
                return candidate.ticket;
            }
        }
        return null;
    }

    /** The path is gone. */
    void leave(Path path) {
        HeldTicket own = byPath.remove(path.id());
        if (own != null) {
            left.add(new Left(path.name(), own));
            if (left.size() > MOST) {
                left.remove();
            }
        }
    }

    /** The session has ended: its proof keys are of no use any more. */
    void wipe() {
        unused.forEach(TicketWallet::wipe);
        byPath.values().forEach(TicketWallet::wipe);
        left.forEach(gone -> wipe(gone.ticket));
        unused.clear();
        byPath.clear();
        left.clear();
    }

    private static void wipe(HeldTicket ticket) {
        Arrays.fill(ticket.proofKey, (byte) 0);
    }
}
