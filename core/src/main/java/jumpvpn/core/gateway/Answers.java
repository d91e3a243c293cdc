package jumpvpn.core.gateway;

import java.util.List;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.control.ReattachMessage;
import jumpvpn.core.control.ReattachRequest;
import jumpvpn.core.data.Binding;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.observability.Journal;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.session.Fault;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.StateVersion;

/** Seals and sends the answers to reattach requests, and tells their events. */
final class Answers {
    private static final int MOST_ENDPOINTS = 8;
    private static final int LEAST_PAUSE_MILLIS = 300;
    private static final int MOST_PAUSE_MILLIS = 1_500;

    private final GatewayContext context;
    private final TicketOffice tickets;
    private final EventLimit unread = new EventLimit();

    Answers(GatewayContext context, TicketOffice tickets) {
        this.context = context;
        this.tickets = tickets;
    }

    byte[] seal(Asked asked, ReattachAnswer answer, byte[] random) {
        return ReattachMessage.answer(
                context.crypto().aead(), asked.proven(), asked.request().clientWireId(), random, answer);
    }

    void send(Asked asked, byte[] answer) {
        context.port().transmit(asked.socketId(), asked.from(), answer);
    }

    /** The answer will come, but late. */
    void waiting(long nowNanos, Asked asked, int pauseMillis) {
        byte[] random = context.crypto().entropy().bytes(Nonce.LENGTH);
        int bounded = Math.clamp(pauseMillis, LEAST_PAUSE_MILLIS, MOST_PAUSE_MILLIS);
        send(asked, seal(asked, new ReattachAnswer.Wait(bounded, tickets.token(nowNanos)), random));
    }

    /** Sends a kept answer once more. */
    void again(Asked asked, GatewaySession session, KeptAnswers.Kept kept) {
        byte[] answer = kept.answer();
        AckSeed seed = session.kept.ackSeed();
        ActivePath active = session.path.active();
        if (answer != null) {
            send(asked, answer);
        } else if (seed != null && active != null) {
            StateVersion version = StateVersion.of(active.binding.epoch, 0);
            send(asked, ack(session.record, version, active.binding, seed, kept.from(), kept.nanos()));
        }
    }

    /**
     * The ACK of a binding: the same bytes from the same arguments.
     *
     * @param version that the bind made
     * @param nanos of the bind
     */
    byte[] ack(SessionRecord record, StateVersion version, Binding binding, AckSeed seed, Endpoint from, long nanos) {
        ReattachAnswer.Ack ack = new ReattachAnswer.Ack(
                version, binding.localWireId, seed.generation(), seed.mixed(), from, tickets.token(nanos), List.of());
        return ReattachMessage.ack(
                context.crypto().aead(),
                binding.suite(),
                binding.peerWireId(),
                seed.random(),
                seed.answerKey(),
                ack,
                TicketOffice.count(record),
                (out, at) -> tickets.seal(record, version, seed, out, at));
    }

    /** The request was received, and passed these gates. */
    void received(long nowNanos, Asked asked, GatewaySession session, List<String> gatesPassed) {
        ReattachRequest request = asked.request();
        ReasonCode why = request.cause() == BindCause.DEAD
                ? ReasonCode.PEER_REPORTED
                : request.cause().ownerReason();
        session.journal.emit(
                nowNanos,
                EventType.REATTACH_REQUEST_RECEIVED,
                why,
                session.machine.version(),
                asked.pathName(),
                new Detail("gates", gatesPassed),
                new Detail("client_address", request.local().address().toString()),
                new Detail("link", request.kind().text()));
    }

    /** The event of a refusal. */
    void refused(long nowNanos, Asked asked, GatewaySession session, ReasonCode reason) {
        session.journal.emit(
                nowNanos, EventType.REATTACH_REJECT, said(reason), session.machine.version(), asked.pathName());
    }

    private ReasonCode said(ReasonCode reason) {
        return context.has(Fault.WRONG_REASON) && reason != ReasonCode.TRANSPORT_NOT_ALLOWED
                ? ReasonCode.TRANSPORT_NOT_ALLOWED
                : reason;
    }

    /** Refuses over a session's record, with a fresh token and, where its secret is known, a fresh ticket. @return what was sent */
    byte[] reject(long nowNanos, Asked asked, GatewaySession session, ReasonCode reason) {
        SessionSecret known = session.isGone()
                ? null
                : session.record.secret(asked.proven().ticket().generation());
        byte[] random = context.crypto().entropy().bytes(Nonce.LENGTH);
        List<byte[]> fresh = known == null ? List.of() : tickets.tickets(session.record, known, 1, random);
        return reject(nowNanos, asked, session.machine.version(), reason, random, fresh);
    }

    /** Refuses without a record. */
    void rejectUnread(long nowNanos, Asked asked, ReasonCode reason) {
        if (unread.tell(nowNanos)) {
            new Journal(context.events(), Role.GATEWAY, asked.id(), 0)
                    .emit(
                            nowNanos,
                            EventType.REATTACH_REJECT,
                            said(reason),
                            StateVersion.BIRTH,
                            "from " + asked.from(),
                            new Detail("count", unread.count()));
        }
        byte[] random = context.crypto().entropy().bytes(Nonce.LENGTH);
        reject(nowNanos, asked, StateVersion.BIRTH, reason, random, List.of());
    }

    private byte[] reject(
            long nowNanos, Asked asked, StateVersion version, ReasonCode reason, byte[] random, List<byte[]> fresh) {
        List<Endpoint> elsewhere = reason == ReasonCode.NOT_OWNER ? elsewhere(asked.id()) : List.of();
        ReattachAnswer.Reject reject =
                new ReattachAnswer.Reject(said(reason), version, tickets.token(nowNanos), fresh, elsewhere);
        byte[] answer = seal(asked, reject, random);
        send(asked, answer);
        return answer;
    }

    /** The owner's endpoints where the id tells it, else everybody's. */
    private List<Endpoint> elsewhere(SessionId id) {
        Cluster cluster = context.config().cluster();
        List<Endpoint> owner = cluster.placement().endpoints(id);
        List<Endpoint> told = owner.isEmpty() ? cluster.endpoints() : owner;
        return told.subList(0, Math.min(MOST_ENDPOINTS, told.size()));
    }
}
