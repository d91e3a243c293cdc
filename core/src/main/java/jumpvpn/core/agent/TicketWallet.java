package jumpvpn.core.agent;

import java.util.ArrayDeque;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Tickets of one session. A ticket is used on one path only, since two paths would be linked by it. */
final class TicketWallet {
    private static final int MOST = 64;

    /** A sealed ticket and the proof key inside it. */
    record HeldTicket(byte[] sealed, byte[] proofKey) {}

    private final ArrayDeque<HeldTicket> unused = new ArrayDeque<>();
    private final TreeMap<Integer, HeldTicket> byPath = new TreeMap<>();

    /** Fresh tickets of the newest generation; older unused ones go, since their place is needed. */
    void replace(List<byte[]> tickets, byte[] proofKey) {
        unused.clear();
        byPath.clear();
        add(tickets, proofKey);
    }

    void add(List<byte[]> tickets, byte[] proofKey) {
        for (byte[] ticket : tickets) {
            if (unused.size() < MOST) {
                unused.add(new HeldTicket(ticket, proofKey));
            }
        }
    }

    /** The path's own ticket, else an unused one, which becomes the path's; null when there is none left. */
    @Nullable
    HeldTicket forPath(int pathId) {
        HeldTicket own = byPath.get(pathId);
        if (own == null) {
            own = unused.poll();
            if (own != null) {
                byPath.put(pathId, own);
            }
        }
        return own;
    }

    void forget(int pathId) {
        byPath.remove(pathId);
    }
}
