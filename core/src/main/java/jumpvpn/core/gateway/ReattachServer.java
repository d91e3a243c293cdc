package jumpvpn.core.gateway;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.control.ReattachMessage;
import jumpvpn.core.control.ReattachMessage.Proven;
import jumpvpn.core.control.ReattachRequest;
import jumpvpn.core.control.Token;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.observability.Journal;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.security.BindingKeys;
import jumpvpn.core.security.Freshness;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.security.Ticket;
import jumpvpn.core.security.TicketSealer;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.jspecify.annotations.Nullable;

/** The gateway's side of the reattach exchange: proof first, then a kept answer, then the gates, then one commit, then the answer (contract section 2). */
final class ReattachServer {
    private static final int MOST_TICKETS = 8;
    private static final int MOST_SECRETS = 3;

    /** What the server needs of its gateway. */
    interface Owner {
        /** The live session, or null. */
        @Nullable
        GatewaySession session(SessionId id);

        /** Commits; the outcome is never UNKNOWN. */
        void commit(SessionTable.Change change, long commitId, Consumer<Boolean> committed);

        /** Ends a session by a gate's verdict. */
        void end(long nowNanos, GatewaySession session, ReasonCode reason);

        /** The session has something new to wait for. */
        void reschedule(GatewaySession session);
    }

    private final GatewayContext context;
    private final Owner owner;
    private final Gates gates;
    private final long incarnation;
    private final Supplier<TicketSealer> tickets;
    private final Journal journal;
    private final EventLimit badProofs = new EventLimit();
    private final EventLimit unknowns = new EventLimit();
    private final EventLimit repeats = new EventLimit();
    private final EventLimit stale = new EventLimit();

    ReattachServer(GatewayContext context, Owner owner, long incarnation, Supplier<TicketSealer> tickets) {
        this.context = context;
        this.owner = owner;
        this.incarnation = incarnation;
        this.gates = new Gates(incarnation);
        this.tickets = tickets;
        this.journal = new Journal(context.events(), Role.GATEWAY, null, 0);
    }

    Token token(long nowNanos) {
        return new Token(incarnation, nowNanos);
    }

    /** As many tickets as one message brings, for this generation. */
    List<byte[]> tickets(SessionRecord record, SessionSecret secret, int most) {
        List<byte[]> sealed = new ArrayList<>();
        int count = Math.min(most, Math.min(MOST_TICKETS, record.policy().count(PolicyKey.TRANSPORT_MAX_CANDIDATES)));
        for (int i = 0; i < count; i++) {
            sealed.add(tickets.get()
                    .seal(new Ticket(
                            record.id().bytes(),
                            context.config().ownerId(),
                            record.version().epoch(),
                            secret.generation(),
                            secret.proofKey(),
                            Long.MAX_VALUE)));
        }
        return sealed;
    }

    /** Takes a PROBE: answered without state, binds nothing. */
    void probe(long nowNanos, int socketId, Endpoint from, byte[] datagram) {
        Proven<Long> proven = ReattachMessage.openProbe(context.crypto().aead(), tickets.get(), datagram);
        if (proven == null) {
            badProof(nowNanos, from);
            return;
        }
        byte[] random = context.crypto().entropy().bytes(Nonce.LENGTH);
        ReattachMessage.ProbeAnswer answer = new ReattachMessage.ProbeAnswer(token(nowNanos), from);
        context.port()
                .transmit(
                        socketId,
                        from,
                        ReattachMessage.probeAnswer(context.crypto().aead(), proven, random, answer));
    }

    /** Takes a REATTACH_REQUEST. */
    void request(long nowNanos, int socketId, Endpoint from, byte[] datagram) {
        Proven<ReattachRequest> proven =
                ReattachMessage.openRequest(context.crypto().aead(), tickets.get(), datagram);
        if (proven == null) {
            badProof(nowNanos, from);
            return;
        }
        Asked asked = new Asked(nowNanos, socketId, from, datagram, proven);
        GatewaySession session = owner.session(SessionId.of(proven.ticket().sessionId()));
        if (session == null) {
            unknown(asked);
            return;
        }
        KeptAnswers.Kept kept = session.kept.get(proven.nonce());
        if (kept != null && kept.requestHash() == Arrays.hashCode(datagram)) {
            repeat(asked, session, kept);
            return;
        }
        session.kept.expire(nowNanos, session.policy().get(PolicyKey.SECURITY_REATTACH_MAX_AGE));
        if (session.kept.turnsAway(nowNanos)) {
            answer(asked, reject(asked, session, ReasonCode.SWITCH_RATE_LIMITED));
            if (stale.tell(nowNanos)) {
                rejected(asked, session, ReasonCode.SWITCH_RATE_LIMITED);
            }
            return;
        }
        judge(asked, session, kept != null);
    }

    /** A proven request and where it came from. */
    private record Asked(long nowNanos, int socketId, Endpoint from, byte[] datagram, Proven<ReattachRequest> proven) {
        ReattachRequest request() {
            return proven.body();
        }
    }

    private void badProof(long nowNanos, Endpoint from) {
        if (badProofs.tell(nowNanos)) {
            journal.emit(
                    nowNanos,
                    EventType.SECURITY,
                    ReasonCode.BAD_PROOF,
                    StateVersion.BIRTH,
                    "from " + from,
                    new Detail("count", badProofs.count()));
        }
    }

    /** The ticket is ours, so it speaks for a session that was; this gateway's table, read now, has none. */
    private void unknown(Asked asked) {
        ReattachAnswer.Reject reject = new ReattachAnswer.Reject(
                ReasonCode.SESSION_NOT_FOUND, StateVersion.BIRTH, token(asked.nowNanos), List.of(), List.of());
        if (unknowns.tell(asked.nowNanos)) {
            SessionId id = SessionId.of(asked.proven.ticket().sessionId());
            new Journal(context.events(), Role.GATEWAY, id, 0)
                    .emit(
                            asked.nowNanos,
                            EventType.REATTACH_REJECT,
                            reject.reason(),
                            StateVersion.BIRTH,
                            "from " + asked.from,
                            new Detail("count", unknowns.count()));
        }
        answer(asked, reject);
    }

    private void repeat(Asked asked, GatewaySession session, KeptAnswers.Kept kept) {
        if (!kept.from().equals(asked.from) && repeats.tell(asked.nowNanos)) {
            session.journal.emit(
                    asked.nowNanos,
                    EventType.SECURITY,
                    ReasonCode.ANSWER_REPEATED,
                    session.machine.version(),
                    "from " + asked.from,
                    new Detail("first_from", kept.from().toString()),
                    new Detail("count", repeats.count()));
        }
        context.port().transmit(asked.socketId, asked.from, kept.answer().clone());
    }

    private void judge(Asked asked, GatewaySession session, boolean nonceUsed) {
        ReattachRequest request = asked.request();
        SessionRecord record = session.record;
        boolean begunByUnanswered = request.unanswered().stream()
                .anyMatch(nonce -> ReattachServer.text(nonce).equals(record.bindNonce()));
        Gates.Facts facts = new Gates.Facts(
                record.version().epoch(),
                begunByUnanswered,
                base(record, request.generation()) != null,
                record.lifetimeEndNanos(),
                session.lossEndNanos(),
                nonceUsed,
                session.kept.turnedAwayNanos(),
                true,
                session.bindPending);
        Gates.Verdict verdict = gates.check(asked.nowNanos, request, facts, session.history, session.policy());
        if (verdict.refusal() == null) {
            bind(asked, session, verdict);
        } else {
            refuse(asked, session, verdict, verdict.refusal());
        }
    }

    private static String text(Nonce nonce) {
        return java.util.HexFormat.of().formatHex(nonce.bytes());
    }

    private static @Nullable SessionSecret base(SessionRecord record, int generation) {
        for (SessionSecret secret : record.secrets()) {
            if (secret.generation() == generation) {
                return secret;
            }
        }
        return null;
    }

    private void received(Asked asked, GatewaySession session, List<String> gatesPassed) {
        ReattachRequest request = asked.request();
        ReasonCode why = request.cause() == BindCause.DEAD
                ? ReasonCode.PEER_REPORTED
                : request.cause().ownerReason();
        session.journal.emit(
                asked.nowNanos,
                EventType.REATTACH_REQUEST_RECEIVED,
                why,
                session.machine.version(),
                GatewaySession.pathName(request.protocol(), asked.from),
                new Detail("gates", gatesPassed),
                new Detail("client_address", request.local().address().toString()),
                new Detail("link", request.kind().name().toLowerCase(java.util.Locale.ROOT)));
    }

    private ReattachAnswer.Reject reject(Asked asked, GatewaySession session, ReasonCode reason) {
        SessionSecret known = base(session.record, asked.proven.ticket().generation());
        List<byte[]> fresh = known == null ? List.of() : tickets(session.record, known, 1);
        return new ReattachAnswer.Reject(reason, session.machine.version(), token(asked.nowNanos), fresh, List.of());
    }

    private static void rejected(Asked asked, GatewaySession session, ReasonCode reason) {
        session.journal.emit(
                asked.nowNanos,
                EventType.REATTACH_REJECT,
                reason,
                session.machine.version(),
                GatewaySession.pathName(asked.request().protocol(), asked.from));
    }

    private void refuse(Asked asked, GatewaySession session, Gates.Verdict verdict, ReasonCode reason) {
        boolean young = gates.isYoung(asked.nowNanos, asked.request(), session.policy());
        if (young || stale.tell(asked.nowNanos)) { // an old one may be anybody's recording
            received(asked, session, verdict.passed());
            rejected(asked, session, reason);
        }
        byte[] answer = answer(asked, reject(asked, session, reason));
        if (young && reason != ReasonCode.REPLAY_DETECTED) { // that nonce's own answer stays
            session.kept.keep(asked.proven.nonce(), asked.datagram, asked.from, answer, asked.nowNanos);
        }
        boolean counts =
                young && (reason == ReasonCode.STALE_STATE_VERSION || reason == ReasonCode.TRANSPORT_NOT_ALLOWED);
        session.rejects += counts ? 1 : 0;
        if (reason == ReasonCode.OWNERSHIP_AMBIGUOUS) {
            owner.end(asked.nowNanos, session, reason);
        } else if (counts
                && session.rejects >= session.policy().count(PolicyKey.SWITCHING_MAX_REJECTS)
                && session.machine.state() == SessionState.RECOVERING) {
            owner.end(asked.nowNanos, session, ReasonCode.POLICY_EXCEEDED);
        }
    }

    private byte[] answer(Asked asked, ReattachAnswer answer) {
        return answer(asked, answer, context.crypto().entropy().bytes(Nonce.LENGTH));
    }

    private byte[] answer(Asked asked, ReattachAnswer answer, byte[] random) {
        byte[] datagram = ReattachMessage.answer(
                context.crypto().aead(), asked.proven, asked.request().clientWireId(), random, answer);
        context.port().transmit(asked.socketId, asked.from, datagram.clone());
        return datagram;
    }

    /** All gates passed: one commit makes the rows, the epoch and the keys; only then anything changes. */
    private void bind(Asked asked, GatewaySession session, Gates.Verdict verdict) {
        SessionRecord before = session.record;
        SessionSecret base =
                java.util.Objects.requireNonNull(base(before, asked.request().generation()));
        byte[] random = context.crypto().entropy().bytes(Nonce.LENGTH);
        Freshness freshness = new Freshness(asked.proven.nonce().bytes(), random);
        StateVersion version = before.version().nextEpoch();
        SessionSecret stepped = new SessionSecret(
                before.secret().generation() + 1,
                base.next(freshness, version.epoch()).key());
        long commitId = context.crypto().entropy().nextLong();
        SessionRecord after = new SessionRecord(
                before.id(),
                before.clientKey(),
                before.clientName(),
                before.owner(),
                commitId,
                List.of(new SessionRecord.Row(
                        version, SessionState.RECOVERING, SessionState.ATTACHED, ReasonCode.REATTACH_ACCEPT)),
                retain(before, base, stepped),
                text(asked.proven.nonce()),
                before.inner(),
                before.policy(),
                before.lifetimeEndNanos(),
                asked.nowNanos,
                before.switches());
        session.bindPending = true;
        owner.commit(new SessionTable.Change(before.id(), before.version().epoch(), after), commitId, committed -> {
            session.bindPending = false;
            if (committed && session.machine.state().isLive()) {
                bound(asked, session, verdict, after, base, freshness);
            } else {
                refuse(asked, session, verdict, ReasonCode.DUAL_ACTIVE_FORBIDDEN);
            }
        });
    }

    /** What the client named, what it may have missed, and the newest. */
    private static List<SessionSecret> retain(SessionRecord before, SessionSecret base, SessionSecret stepped) {
        List<SessionSecret> secrets = new ArrayList<>();
        secrets.add(base);
        if (before.secret().generation() != base.generation() && secrets.size() < MOST_SECRETS - 1) {
            secrets.add(before.secret());
        }
        secrets.add(stepped);
        return List.copyOf(secrets);
    }

    private void bound(
            Asked asked,
            GatewaySession session,
            Gates.Verdict verdict,
            SessionRecord after,
            SessionSecret base,
            Freshness freshness) {
        ReattachRequest request = asked.request();
        long nowNanos = asked.nowNanos;
        intoRecovering(nowNanos, session, request.cause());
        received(asked, session, verdict.passed());
        Binding binding = binding(
                asked, session, base.bindingKeys(freshness, after.version().epoch()), after);
        session.bind(nowNanos, after, binding, early(asked, session, base, after), request.protocol());
        session.history.bound(nowNanos, request.cause().isElective());
        session.rejects = 0;
        session.journal.emit(
                nowNanos, EventType.TRANSPORT_SWITCH, ReasonCode.BOUND, after.version(), session.pathName());
        session.step(nowNanos, ReasonCode.REATTACH_ACCEPT);
        ReattachAnswer.Ack ack = new ReattachAnswer.Ack(
                after.version(),
                binding.localWireId,
                after.secret().generation(),
                asked.from,
                token(nowNanos),
                tickets(after, after.secret(), MOST_TICKETS));
        byte[] answer = answer(asked, ack, freshness.gateway());
        session.kept.keep(asked.proven.nonce(), asked.datagram, asked.from, answer, nowNanos);
        session.kept.bound(asked.proven.nonce());
        session.journal.emit(
                nowNanos,
                EventType.REATTACH_ACK_SENT,
                ReasonCode.REATTACH_ACCEPT,
                session.machine.version(),
                session.pathName());
        session.release(nowNanos);
        owner.reschedule(session);
    }

    /** A request that finds the record not in RECOVERING first makes it so, with the request's cause as the reason. */
    private static void intoRecovering(long nowNanos, GatewaySession session, BindCause cause) {
        if (session.machine.state() == SessionState.RECOVERING) {
            return;
        }
        if (!session.machine.bindingAlive()) {
            session.step(nowNanos, ReasonCode.CANDIDATE_APPEARED);
            return;
        }
        if (cause == BindCause.DEAD) {
            session.journal.emit(
                    nowNanos,
                    EventType.TRANSPORT_DEAD,
                    ReasonCode.PEER_REPORTED,
                    session.machine.version(),
                    session.pathName());
        }
        session.step(nowNanos, cause.ownerReason());
    }

    private Binding binding(Asked asked, GatewaySession session, BindingKeys keys, SessionRecord after) {
        return new Binding(
                context.crypto().aead(),
                new Binding.Parts(
                        session.gate,
                        PacketLayout.DATA,
                        after.version().epoch(),
                        asked.proven.suite(),
                        keys.gatewayToClient(),
                        keys.clientToGateway(),
                        context.crypto().entropy().nextLong(),
                        asked.request().clientWireId(),
                        asked.socketId,
                        asked.from));
    }

    private Binding early(Asked asked, GatewaySession session, SessionSecret base, SessionRecord after) {
        byte[] key = base.earlyKey(asked.proven.nonce().bytes());
        return new Binding(
                context.crypto().aead(),
                new Binding.Parts(
                        session.gate,
                        PacketLayout.EARLY_DATA,
                        after.version().epoch(),
                        asked.proven.suite(),
                        key,
                        key,
                        asked.proven.nonce().high(),
                        asked.proven.nonce().high(),
                        asked.socketId,
                        asked.from));
    }
}
