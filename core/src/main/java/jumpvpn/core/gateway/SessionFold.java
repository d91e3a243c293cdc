package jumpvpn.core.gateway;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.gateway.GatewaySession.Timer;
import jumpvpn.core.net.Varint;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionMachine;

/**
 * Makes bytes of a session at rest and a session of the bytes: the same in everything, but for what a session makes anew when it needs it. Never written anywhere: only this process reads them.
 */
final class SessionFold {
    private static final int MOST_BYTES = 16_384; // 600 elective switches are 6 KB, all else is less than 3
    private static final int MOST_SNAPSHOTS = 16;

    private final GatewayContext context;
    private final RecordFold records;
    private final List<PolicySnapshot> snapshots = new ArrayList<>();
    private final ByteBuffer scratch = ByteBuffer.allocate(MOST_BYTES);

    SessionFold(GatewayContext context, KnownClients clients, AddressPool pool, Owner self) {
        this.context = context;
        this.records = new RecordFold(clients, pool, self);
    }

    /** The policy, shared with all sessions that have the same; of too many different ones a session has its own. */
    PolicySnapshot snapshot(Policy policy, boolean attached) {
        for (PolicySnapshot known : snapshots) {
            boolean same = known.policy() == policy || known.policy().equals(policy);
            if (same && known.attached() == attached) {
                return known;
            }
        }
        PolicySnapshot made = new PolicySnapshot(policy, attached, context.drops());
        if (snapshots.size() < MOST_SNAPSHOTS) {
            snapshots.add(made);
        }
        return made;
    }

    /** What the session has become. The caller wipes the session. */
    byte[] fold(long nowNanos, GatewaySession session) {
        ByteBuffer out = scratch.clear();
        session.id().encode(out);
        out.putLong(nowNanos);
        records.encode(session.record, out, nowNanos);
        encode(session, out, nowNanos);
        byte[] folded = Arrays.copyOf(out.array(), out.position());
        Arrays.fill(out.array(), 0, out.position(), (byte) 0);
        return folded;
    }

    /** The session that has become these bytes. */
    GatewaySession unfold(byte[] folded, ForwardingGate gate, PolicySnapshot snapshot) {
        ByteBuffer in = ByteBuffer.wrap(folded);
        SessionId id = SessionId.decode(in);
        long sinceNanos = in.getLong();
        return decode(records.decode(id, snapshot.policy(), in, sinceNanos), gate, in, sinceNanos);
    }

    private static void encode(GatewaySession session, ByteBuffer out, long sinceNanos) {
        session.machine.encode(out, sinceNanos);
        ReasonCode first = session.rows.first();
        out.putShort((short) (first == null ? 0 : first.number()));
        RecordFold.encode(session.switches, out, sinceNanos);
        Varint.put(out, session.rejects);
        encode(session.lossEndNanos(), out, sinceNanos);
        encode(session.deadlines.at(Timer.SILENCE), out, sinceNanos);
        session.kept.encode(session.record.bindNonce(), out, sinceNanos);
        session.path.encode(out, sinceNanos);
        session.rekey.encode(out, sinceNanos);
    }

    private static void encode(long deadlineNanos, ByteBuffer out, long sinceNanos) {
        Varint.put(out, deadlineNanos == Deadlines.NEVER ? Long.MIN_VALUE : deadlineNanos - sinceNanos);
    }

    private static long decode(ByteBuffer in, long sinceNanos) {
        long left = Varint.get(in);
        return left == Long.MIN_VALUE ? Deadlines.NEVER : sinceNanos + left;
    }

    private GatewaySession decode(SessionRecord record, ForwardingGate gate, ByteBuffer in, long sinceNanos) {
        SessionMachine machine = SessionMachine.decode(Role.GATEWAY, in, sinceNanos);
        GatewaySession session = GatewaySession.again(context, record, machine, ReasonCode.of(in.getShort()), gate);
        session.switches = RecordFold.decodeTimes(in, sinceNanos);
        session.rejects = (int) Varint.get(in);
        session.lossEndsAt(decode(in, sinceNanos));
        session.deadlines.set(Timer.SILENCE, decode(in, sinceNanos));
        session.kept.decode(record.bindNonce(), in, sinceNanos);
        session.path.decode(in, sinceNanos);
        ActivePath active = session.path.active();
        session.rekey.decode(in, sinceNanos, active == null ? null : active.binding);
        return session;
    }
}
