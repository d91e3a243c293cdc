package jumpvpn.core.gateway;

import java.util.Iterator;
import java.util.LinkedHashMap;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SwitchTimes;
import jumpvpn.core.session.SessionId;

/**
 * When the sessions that this gateway had and lost were bound, as it saw it. A record says when the commit was asked for; while its outcome was unknown it may have
 * been made much later, so where this gateway knows better, its limits of switches count from what it knows. Bounded by time: no limit looks back further.
 */
final class LostSwitches {
    private static final long LONGEST_NANOS = 600_000_000_000L; // the longest cooldown that a policy may have

    private record Lost(long atNanos, int epoch, SwitchTimes switches) {}

    private final LinkedHashMap<SessionId, Lost> lost = new LinkedHashMap<>();

    void add(long nowNanos, GatewaySession session) {
        Iterator<Lost> oldest = lost.values().iterator();
        while (oldest.hasNext() && nowNanos - oldest.next().atNanos >= LONGEST_NANOS) {
            oldest.remove();
        }
        SessionRecord record = session.record;
        lost.remove(record.id());
        lost.put(record.id(), new Lost(nowNanos, record.version().epoch(), session.switches));
    }

    /** What counts for a session that is known from its record. */
    SwitchTimes of(SessionRecord record) {
        Lost known = lost.get(record.id());
        if (known == null) {
            return record.switches();
        }
        return known.epoch == record.version().epoch()
                ? known.switches
                : record.switches().notBefore(known.switches);
    }
}
