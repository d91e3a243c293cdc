package jumpvpn.core.gateway;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.data.Roamed;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.Fault;
import jumpvpn.core.session.ReasonCode;

/**
 * The client's outer address, an attribute of one binding: it moves only to where an authentic answer came from (contract section 2). A new
 * binding's is where the request came from, since the ACK that goes there is its challenge; every other source is challenged before anything moves. Several may be under challenge
 * at once, so that whoever races the client with a copy of its packet does not keep it from answering.
 */
final class PeerAddress {
    private static final int MOST = 4;
    private static final long CHALLENGE_NANOS = 2_000_000_000L;
    private static final long REPEAT_NANOS =
            150_000_000L; // once: two challenges are less than 3 × the smallest packet that came from there

    private final GatewaySession session;
    private final Binding binding;
    private final List<Challenge> challenges = new ArrayList<>();

    /** What an address was asked. */
    private static final class Challenge {
        final Endpoint at;
        final long value;
        final long endNanos;
        boolean repeated;
        boolean overtaken;

        Challenge(Endpoint at, long value, long endNanos) {
            this.at = at;
            this.value = value;
            this.endNanos = endNanos;
        }

        long dueNanos() {
            return repeated || overtaken ? endNanos : endNanos - CHALLENGE_NANOS + REPEAT_NANOS;
        }
    }

    PeerAddress(GatewaySession session, Binding binding) {
        this.session = session;
        this.binding = binding;
    }

    /** Challenges the source of the newest packet, if it is a new one. */
    void follow(long nowNanos) {
        Roamed noted = binding.roamed();
        if (noted == null) {
            return;
        }
        Endpoint roamed = noted.at;
        if (session.context.has(Fault.REBIND_WITHOUT_CHALLENGE)) {
            moveTo(nowNanos, roamed);
            return;
        }
        challenges.removeIf(other -> other.overtaken && other.at.equals(roamed));
        if (challenges.size() < MOST && challenges.stream().noneMatch(other -> other.at.equals(roamed))) {
            long value = session.context.crypto().entropy().nextLong();
            Challenge challenge = new Challenge(roamed, value, nowNanos + CHALLENGE_NANOS);
            challenges.add(challenge);
            ask(nowNanos, challenge);
            wakeUp();
        }
    }

    private void ask(long nowNanos, Challenge challenge) {
        byte[] question =
                binding.sealed(PacketLayout.CONTROL, new BindingMessage.Challenge(challenge.value).encode(), nowNanos);
        if (question != null) {
            session.context.port().transmit(binding.pathId, challenge.at, question);
        }
    }

    private void wakeUp() {
        long next = Deadlines.NEVER;
        for (Challenge challenge : challenges) {
            next = Math.min(next, challenge.dueNanos());
        }
        session.deadlines.set(GatewaySession.Timer.CHALLENGE, next);
    }

    /** Whether an address has yet to answer. */
    boolean isAsking() {
        return !challenges.isEmpty();
    }

    /** A challenge was answered. */
    void answered(long nowNanos, Endpoint from, long value) {
        for (Challenge challenge : List.copyOf(challenges)) {
            if (challenge.value == value && challenge.at.equals(from)) {
                challenges.remove(challenge);
                if (!challenge.overtaken) {
                    moveTo(nowNanos, from);
                }
            }
        }
        wakeUp();
    }

    /** A late answer from elsewhere, where the client was before, moves nothing back. */
    private void moveTo(long nowNanos, Endpoint to) {
        Endpoint before = binding.peer();
        binding.peer(to);
        challenges.forEach(other -> other.overtaken = true);
        session.journal.emit(
                nowNanos,
                EventType.TRANSPORT_SWITCH,
                ReasonCode.NAT_REBIND,
                session.machine.version(),
                session.pathName(),
                new Detail("before", before.toString()));
    }

    /** Asks once more, or gives up: then sending stays where it was. */
    void proceed(long nowNanos) {
        for (Challenge challenge : List.copyOf(challenges)) {
            if (challenge.endNanos <= nowNanos) {
                challenges.remove(challenge);
                unanswered(nowNanos, challenge);
            } else if (challenge.dueNanos() <= nowNanos) {
                challenge.repeated = true;
                ask(nowNanos, challenge);
            }
        }
        wakeUp();
    }

    private void unanswered(long nowNanos, Challenge challenge) {
        Roamed noted = binding.roamed();
        if (noted != null && noted.at.equals(challenge.at)) {
            binding.peer(binding.peer());
        }
        session.journal.emit(
                nowNanos,
                EventType.SECURITY,
                ReasonCode.ADDRESS_UNPROVEN,
                session.machine.version(),
                session.pathName(),
                new Detail("address", challenge.at.toString()));
    }
}
