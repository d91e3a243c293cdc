package jumpvpn.core.gateway;

import java.util.ArrayDeque;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.session.SessionId;

/**
 * Tells the clients to go elsewhere, so many at a time, round by round until none is left that could hear: a word may be lost, a client may find no other gateway at
 * once, and all at once would be a storm for whoever takes them, in which what is handed on comes too late.
 */
final class Drain {
    private static final int MOST_LEAVING = 64;
    private static final long LOOK_NANOS = 20_000_000L;
    private static final long EVERY_NANOS = 1_000_000_000L;

    /** Was told then. */
    private record Leaving(SessionId id, long toldNanos) {}

    private final TableClient table;
    private final LiveSessions sessions;
    private final ArrayDeque<SessionId> round = new ArrayDeque<>();
    /** Who was told lately and is still here. */
    private final ArrayDeque<Leaving> leaving = new ArrayDeque<>();

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
        leaving.removeIf(
                each -> nowNanos - each.toldNanos >= EVERY_NANOS || sessions.get(each.id) == null); // or it can't leave
        while (leaving.size() < MOST_LEAVING && !round.isEmpty()) {
            tell(nowNanos, round.remove());
        }
        if (round.isEmpty()) {
            over = left == 0;
            table.at(nowNanos + EVERY_NANOS, this::nextRound); // who waits for its client may be bound here once more
        } else {
            table.at(nowNanos + LOOK_NANOS, this::slice);
        }
    }

    private void tell(long nowNanos, SessionId id) {
        GatewaySession session = sessions.get(id);
        ActivePath active = session == null ? null : session.path.active();
        if (session != null && active != null && session.path.isAttached() && !session.path.isStopped()) {
            session.path.send(nowNanos, active.binding, new BindingMessage.Draining());
            session.path.watch(nowNanos, active.binding); // who does not hear it is dead, and not waited for
            sessions.reschedule(session);
            leaving.add(new Leaving(id, nowNanos));
            left++;
        }
    }
}
