package jumpvpn.core.gateway;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.HoldQueue;
import jumpvpn.core.data.Resting;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * A session at rest: the bytes that {@link SessionFold} made of it, or, while packet threads may still use what they looked up before, the session itself. Packet
 * threads call the methods of {@link Resting}, the control thread all others.
 */
final class RestingSession extends Resident implements Resting {
    final ForwardingGate gate;
    final PolicySnapshot snapshot;
    /** A session that falls asleep, or its bytes. */
    private Object content = new byte[0];

    private @Nullable Call call;

    /** What the packet threads made of a session at rest; the empty one of a session that is awake. */
    private static final class Call {
        static final Call OVER = new Call();

        @Nullable
        HoldQueue queue;

        boolean claimed;
    }

    RestingSession(ForwardingGate gate, PolicySnapshot snapshot) {
        this.gate = gate;
        this.snapshot = snapshot;
    }

    /** The session falls asleep. */
    void state(GatewaySession falling) {
        content = falling;
    }

    /** The session, as long as it has not become bytes. */
    @Nullable
    GatewaySession session() {
        return content instanceof GatewaySession session ? session : null;
    }

    /** What it has become. */
    byte[] state() {
        return (byte[]) content;
    }

    /** It has become these bytes. */
    void state(byte[] folded) {
        content = folded;
    }

    @Override
    SessionId id() {
        return content instanceof GatewaySession session ? session.id() : SessionId.of(state());
    }

    boolean isAwake() {
        return call == Call.OVER;
    }

    @Override
    public synchronized boolean claimWake() {
        if (isAwake()) {
            return false;
        }
        Call made = call();
        boolean first = !made.claimed;
        made.claimed = true;
        return first;
    }

    private Call call() {
        Call made = call;
        if (made == null) {
            made = new Call();
            call = made;
        }
        return made;
    }

    @Override
    public synchronized void releaseWake() {
        if (call != null && !isAwake()) {
            call.claimed = false;
        }
    }

    @Override
    public synchronized boolean hold(long nowNanos, MemorySegment memory, long offset, int length) {
        return !isAwake() && queue().offer(nowNanos, memory, offset, length);
    }

    /** Where packets wait. */
    synchronized HoldQueue queue() {
        Call made = call();
        HoldQueue queue = made.queue;
        if (queue == null) {
            queue = snapshot.queue();
            made.queue = queue;
        }
        return queue;
    }

    /** Somebody else stands where it stood: it keeps no packet any more, and its bytes go. @return where packets wait; null: none came */
    synchronized @Nullable HoldQueue wake() {
        HoldQueue queue = call == null ? null : call.queue;
        call = Call.OVER;
        if (content instanceof byte[] folded) {
            Arrays.fill(folded, (byte) 0);
        }
        return queue;
    }
}
