package jumpvpn.lab.explore;

import java.util.List;
import java.util.Objects;
import jumpvpn.core.agent.AgentStatus;
import jumpvpn.core.data.Forwarding;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.data.Resting;
import jumpvpn.core.gateway.SessionStatus;
import jumpvpn.core.session.SessionState;
import org.jspecify.annotations.Nullable;

/**
 * What a process shows after an input.
 *
 * @param nextNanos when it has something to do
 * @param client the client's session; null at a gateway
 * @param gate the client's
 * @param sessions a gateway's
 * @param receiving a gateway's bindings, current and old, that still receive
 */
record Shown(long nextNanos, @Nullable AgentStatus client, Gate gate, List<Held> sessions, List<Receiving> receiving) {
    /** What becomes of packets. */
    enum Kind {
        FORWARD,
        HOLD,
        DROP,
        /** There is no gate. */
        MISSING
    }

    /**
     * A forwarding gate.
     *
     * @param epoch of the binding that it forwards on
     * @param early whether what it sends is data before the binding's confirmation
     */
    record Gate(Kind kind, int epoch, boolean early) {
        static final Gate MISSING = new Gate(Kind.MISSING, 0, false);

        /** Whether it does what a session in this state and epoch wants. */
        boolean fits(SessionState state, int wanted) {
            return switch (state) {
                case ATTACHED, VOLATILE -> kind == Kind.FORWARD && epoch == wanted && !early;
                case DEGRADED, RECOVERING -> kind == Kind.FORWARD || kind == Kind.HOLD;
                case BIRTH, TERMINATED -> kind == Kind.DROP;
            };
        }

        static Gate of(@Nullable Forwarding forwarding) {
            return switch (forwarding) {
                case null -> MISSING;
                case Forwarding.Forward(var to) -> new Gate(Kind.FORWARD, to.epoch, to.dataType() != PacketLayout.DATA);
                case Forwarding.Hold _ -> new Gate(Kind.HOLD, 0, false);
                case Forwarding.Drop _, Forwarding.Relay _, Resting _ -> new Gate(Kind.DROP, 0, false);
            };
        }
    }

    /** A gateway's session. */
    record Held(SessionStatus status, Gate gate) {}

    /** A binding that receives until then. */
    record Receiving(int epoch, long untilNanos) {}

    AgentStatus status() {
        return Objects.requireNonNull(client);
    }
}
