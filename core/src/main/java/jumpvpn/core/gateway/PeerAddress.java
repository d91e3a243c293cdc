package jumpvpn.core.gateway;

import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import org.jspecify.annotations.Nullable;

/**
 * The client's outer address, an attribute of one binding: it moves only to where an authentic answer came from (contract section 2). A new
 * binding's is where the request came from, since the ACK that goes there is its challenge; every other source is challenged before anything moves.
 */
final class PeerAddress {
    private static final long CHALLENGE_NANOS = 2_000_000_000L;

    private final GatewaySession session;
    private final Binding binding;
    private long challenge;
    private @Nullable Endpoint challenged;

    PeerAddress(GatewaySession session, Binding binding) {
        this.session = session;
        this.binding = binding;
    }

    /** Challenges the source of the newest packet, if it is a new one. */
    void follow(long nowNanos) {
        Endpoint roamed = binding.roamedTo();
        if (roamed != null && !roamed.equals(challenged)) {
            challenged = roamed;
            challenge = session.context.crypto().entropy().nextLong();
            byte[] question =
                    binding.sealed(PacketLayout.CONTROL, new BindingMessage.Challenge(challenge).encode(), nowNanos);
            session.transmit(binding, roamed, question);
            session.deadlines.set(GatewaySession.Timer.CHALLENGE, nowNanos + CHALLENGE_NANOS);
        }
    }

    /** A challenge was answered. */
    void answered(long nowNanos, Endpoint from, long value) {
        if (from.equals(challenged) && value == challenge) {
            moveTo(nowNanos, from);
        }
    }

    private void moveTo(long nowNanos, Endpoint to) {
        Endpoint before = binding.peer();
        binding.peer(to);
        challenged = null;
        session.deadlines.clear(GatewaySession.Timer.CHALLENGE);
        session.journal.emit(
                nowNanos,
                EventType.TRANSPORT_SWITCH,
                ReasonCode.NAT_REBIND,
                session.machine.version(),
                session.pathName(),
                new Detail("before", before.toString()));
    }

    /** The challenge's time is over: sending stays where it was. */
    void unanswered(long nowNanos) {
        Endpoint silent = challenged;
        if (silent != null) {
            challenged = null;
            binding.peer(binding.peer());
            session.journal.emit(
                    nowNanos,
                    EventType.SECURITY,
                    ReasonCode.ADDRESS_UNPROVEN,
                    session.machine.version(),
                    session.pathName(),
                    new Detail("address", silent.toString()));
        }
    }
}
