package jumpvpn.core.gateway;

import java.util.Comparator;
import java.util.TreeSet;
import jumpvpn.core.session.Deadlines;
import org.jspecify.annotations.Nullable;

/** Which session has something to do next. Ties go by session id, so that the order is the same in every run. */
final class Wakeups {
    private static final Comparator<GatewaySession> ORDER = Comparator.<GatewaySession>comparingLong(
                    session -> session.nextProceedNanos())
            .thenComparing(session -> session.record.id());

    private final TreeSet<GatewaySession> queue = new TreeSet<>(ORDER);

    void set(GatewaySession session, long atNanos) {
        queue.remove(session);
        session.nextProceedNanos(atNanos);
        if (atNanos != Deadlines.NEVER) {
            queue.add(session);
        }
    }

    void remove(GatewaySession session) {
        queue.remove(session);
    }

    @Nullable
    GatewaySession pollDue(long nowNanos) {
        if (nextNanos() > nowNanos) {
            return null;
        }
        return queue.pollFirst();
    }

    long nextNanos() {
        return queue.isEmpty() ? Deadlines.NEVER : queue.first().nextProceedNanos();
    }
}
