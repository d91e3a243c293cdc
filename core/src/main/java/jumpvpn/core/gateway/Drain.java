package jumpvpn.core.gateway;

import java.util.ArrayDeque;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.session.SessionId;

/**
 * Tells the clients to go elsewhere, so many a second, round by round until none is left that could hear: a word may be lost, a client may find no other gateway at
 * once, and all at once would be a storm for whoever takes them.
 */
final class Drain {
    private static final int MOST_A_SECOND = 1_000;
    private static final long EVERY_NANOS = 1_000_000_000L;

    private final TableClient table;
    private final LiveSessions sessions;
    private final ArrayDeque<SessionId> round = new ArrayDeque<>();
    private boolean begun;
    private int left;
    private boolean over;

    Drain(TableClient table, LiveSessions sessions) {
        this.table = table;
        this.sessions = sessions;
    }

    boolean hasBegun() {
        return begun;
    }

    /** Whether a whole round found nobody attached. */
    boolean isOver() {
        return over;
    }

    void begin(long nowNanos) {
        if (!begun) {
            begun = true;
            nextRound(nowNanos);
        }
    }

    private void nextRound(long nowNanos) {
        round.addAll(sessions.ids());
        left = 0;
        slice(nowNanos);
    }

    private void slice(long nowNanos) {
        for (int looked = 0; looked < MOST_A_SECOND && !round.isEmpty(); looked++) {
            tell(nowNanos, round.remove());
        }
        if (round.isEmpty()) {
            over = left == 0;
            table.at(nowNanos + EVERY_NANOS, this::nextRound); // who waits for its client may be bound here once more
        } else {
            table.at(nowNanos + EVERY_NANOS, this::slice);
        }
    }

    private void tell(long nowNanos, SessionId id) {
        GatewaySession session = sessions.get(id);
        ActivePath active = session == null ? null : session.path.active();
        if (session != null && active != null && session.path.isAttached() && !session.path.isStopped()) {
            session.path.send(nowNanos, active.binding, new BindingMessage.Draining());
            sessions.reschedule(session);
            left++;
        }
    }
}
