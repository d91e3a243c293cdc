package jumpvpn.core.gateway;

import java.util.TreeSet;
import jumpvpn.core.gateway.GatewaySession.Life;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;

/** Sessions whose owner's lease is gone: each ends here once it is due, unless somebody has it by then. Of each only the time is kept; its record is read when that has come. */
final class Orphans {
    private static final int MOST = 65_536;
    private static final long RETRY_NANOS = 1_000_000_000L;

    private final TableClient table;
    private final LiveSessions sessions;
    /** Those that wait for their end, or end. */
    private final TreeSet<SessionId> waiting = new TreeSet<>();

    Orphans(TableClient table, LiveSessions sessions) {
        this.table = table;
        this.sessions = sessions;
    }

    int size() {
        return waiting.size();
    }

    /** The lease of this live record's owner is over. */
    void add(long nowNanos, SessionRecord record) {
        SessionId id = record.id();
        if (waiting.size() < MOST && sessions.get(id) == null && waiting.add(id)) {
            wait(nowNanos, record);
        }
    }

    private void wait(long nowNanos, SessionRecord record) {
        table.at(Math.max(nowNanos, record.dueNanos()), _ -> read(record.id()));
    }

    private void read(SessionId id) {
        table.read(id, (at, reading) -> judge(at, id, reading));
    }

    private void judge(long nowNanos, SessionId id, SessionTable.Reading reading) {
        if (reading instanceof SessionTable.Reading.Unavailable) {
            table.at(nowNanos + RETRY_NANOS, _ -> read(id));
            return;
        }
        boolean waits = reading instanceof SessionTable.Reading.Found found
                && found.ownerGone()
                && found.record().isLive()
                && sessions.get(id) == null;
        if (!waits) {
            waiting.remove(id);
            return;
        }
        SessionRecord record = ((SessionTable.Reading.Found) reading).record();
        if (nowNanos < record.dueNanos()) {
            wait(nowNanos, record);
            return;
        }
        GatewaySession session = sessions.restored(record, Life.LOST, nowNanos);
        boolean lost = nowNanos >= record.lossEndNanos(); // where both times are over, the table's order decides
        sessions.end(nowNanos, session, lost ? ReasonCode.TTL_TRANSPORT_LOSS_EXPIRED : ReasonCode.TTL_SESSION_EXPIRED);
        untilGone(nowNanos, session);
    }

    /** One end of a session at a time, however often we are told that its owner is gone. */
    private void untilGone(long nowNanos, GatewaySession session) {
        SessionId id = session.record.id();
        if (session.isGone() || session.ending == null || sessions.isBuried(id)) {
            waiting.remove(id);
        } else {
            table.at(nowNanos + RETRY_NANOS, again -> untilGone(again, session));
        }
    }
}
