package jumpvpn.core.agent;

import java.util.Arrays;
import java.util.List;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.HoldQueue;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.session.PolicyKey;
import org.jspecify.annotations.Nullable;

/** What becomes of the host's packets while the session has no binding: for a moment they ride behind the request, then they are held. */
final class HeldPackets {
    private static final long EARLY_NANOS = 300_000_000;

    private final ClientSession session;
    private final AgentContext context;
    private @Nullable HoldQueue queue;
    private @Nullable Binding early;
    private boolean earlyAllowed;

    HeldPackets(ClientSession session) {
        this.session = session;
        this.context = session.context;
    }

    /** The binding died: from here on packets wait, but for those that may ride behind the next request. */
    void begin() {
        queue = new HoldQueue(
                session.policy.get(PolicyKey.HOLD_BYTES_PER_SESSION),
                session.policy.get(PolicyKey.HOLD_MAX_AGE),
                context.drops());
        earlyAllowed = true;
        hold();
    }

    /** Packets wait. */
    void hold() {
        if (queue != null) {
            context.gate().hold(queue);
            forgetEarly();
        }
    }

    /** Data rides right behind the first request; the gateway delivers it only after the commit. */
    void rideEarly(long nowNanos, ReattachAttempt attempt) {
        if (!earlyAllowed) {
            return;
        }
        earlyAllowed = false;
        byte[] key = attempt.base.earlyKey(attempt.nonce.bytes());
        early = new Binding(
                context.crypto().aead(),
                new Binding.Parts(
                        context.gate(),
                        PacketLayout.EARLY_DATA,
                        session.active.epoch + 1,
                        session.suite,
                        key,
                        key,
                        attempt.nonce.high(),
                        attempt.nonce.high(),
                        attempt.path.id(),
                        attempt.path.remote(),
                        session.policy.count(PolicyKey.SECURITY_REPLAY_WINDOW),
                        nowNanos));
        Arrays.fill(key, (byte) 0);
        context.gate().forward(early);
        session.deadlines.set(ClientSession.Timer.EARLY_END, nowNanos + EARLY_NANOS);
    }

    private void forgetEarly() {
        if (early != null) {
            early.wipe();
            early = null;
        }
    }

    /** The session has ended. */
    void end() {
        forgetEarly();
    }

    /** A new binding is active: the gate turns to it, and what waited is given, oldest first. The gate opens first, so nothing can be left in the queue. */
    List<byte[]> release(long nowNanos) {
        session.deadlines.clear(ClientSession.Timer.EARLY_END);
        earlyAllowed = false;
        context.gate().forward(session.active);
        forgetEarly();
        HoldQueue waited = queue;
        queue = null;
        return waited == null ? List.of() : waited.drain(nowNanos);
    }
}
