package jumpvpn.core.gateway;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.HandOver;
import jumpvpn.core.data.TakeOver;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.session.ReasonCode;
import org.jspecify.annotations.Nullable;

/**
 * Around a take-over, both ends of it. A session that another gateway has taken over leaves its routes here for a while, and its binding if the client had left it alive: what still comes goes on to
 * that gateway. What comes so from the gateway before is taken for the same while after a bind. Bounded: who is beyond does without.
 */
final class HandOvers {
    /** How long either end takes part, as an old binding drains. */
    private static final long NANOS = SessionPath.DRAIN_NANOS;

    private static final int MOST = 65_536;

    /** What is left of a session that was handed over. */
    private record Left(
            HandOver to,
            ForwardingGate gate,
            List<Prefix> inner,
            @Nullable Binding binding) {}

    private final GatewayContext context;
    private final TableClient table;
    private final byte[] master;
    private final ArrayDeque<Left> all = new ArrayDeque<>();
    private int takeOvers;

    HandOvers(GatewayContext context, TableClient table) {
        this.context = context;
        this.table = table;
        this.master = context.config().relayMaster();
    }

    private boolean isKnown(long gateway) {
        return context.config().cluster().others().stream()
                .anyMatch(member -> member.gateway() == gateway
                        && !member.gone()
                        && !member.endpoints().isEmpty());
    }

    /** The session is another's by this record: from here on its packets go there, if that gateway is known. Whoever calls forgets the session. */
    void begin(long nowNanos, GatewaySession session, SessionRecord taken) {
        long gateway = taken.owner().gateway();
        if (all.size() == MOST
                || !session.path.gate.routed()
                || session.path.isStopped()
                || !taken.isLive()
                || !isKnown(gateway)) {
            return;
        }
        byte[] start = context.crypto().entropy().bytes(HandOver.START_LENGTH);
        HandOver to = new HandOver(context.crypto().aead(), master, gateway, taken.commitId(), start);
        ActivePath path = session.path.active();
        boolean drains = path != null && session.path.isAttached() && isPlanned(taken);
        for (byte[] packet : session.path.handOver(nowNanos, to)) {
            byte[] datagram = to.toClient(MemorySegment.ofArray(packet), 0, packet.length);
            context.port().relay(gateway, Objects.requireNonNull(datagram));
        }
        Binding left = path == null ? null : path.binding;
        if (left != null) {
            left.receiveUntil(nowNanos + (drains ? NANOS : 0));
        }
        session.deadlines.clearAll();
        session.rekey.end();
        all.add(new Left(to, session.path.gate, session.record.inner(), left));
        table.at(nowNanos + NANOS, _ -> end());
    }

    /** Whether the client has left a path that still delivers. */
    private static boolean isPlanned(SessionRecord taken) {
        ReasonCode first = SessionRecord.ofLastCommit(taken.rows()).getFirst().reason();
        return switch (first) {
            case GATEWAY_DRAINING, LINK_GOING_DOWN, BETTER_PATH, OPERATOR_JUMP -> true;
            default -> false;
        };
    }

    private void end() {
        Left over = all.remove();
        over.gate.drop();
        List<Prefix> led = context.unroute(over.inner, over.gate); // unless they have come back meanwhile
        if (!led.isEmpty()) {
            context.port().releases(led, over.to.gateway());
        }
        if (over.binding != null) {
            context.bindings().remove(0, over.binding.localWireId);
            over.binding.wipe();
        }
        over.to.wipe();
    }

    /** A session that another gateway has is being bound here by this commit; null: there is nobody to hand it over. */
    @Nullable
    TakeOver expect(GatewaySession session, long commitId) {
        if (takeOvers == MOST || !isKnown(session.record.owner().gateway())) {
            return null;
        }
        TakeOver expected = new TakeOver(context.crypto().aead(), master, commitId, session.path.gate);
        context.bindings().put(TakeOver.TABLE, commitId, expected);
        takeOvers++;
        return expected;
    }

    /** It is bound. */
    void bound(long nowNanos, TakeOver taken) {
        taken.bound(nowNanos + NANOS);
        table.at(nowNanos + NANOS, _ -> end(taken));
    }

    /** It is over, or was not to be. */
    void end(TakeOver taken) {
        context.bindings().remove(TakeOver.TABLE, taken.id);
        taken.end();
        takeOvers--;
    }
}
