package jumpvpn.core.gateway;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.control.ReattachMessage;
import jumpvpn.core.control.ReattachMessage.Proven;
import jumpvpn.core.control.ReattachRequest;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.observability.Journal;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable.Reading;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.session.Fault;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;

/**
 * The gateway's side of the reattach exchange: proof first, then a kept answer, then the gates over one reading of the record, then a bind or a refusal (contract
 * section 2).
 */
final class ReattachServer {
    private static final int MOST_READINGS = 4096;

    private final GatewayContext context;
    private final LiveSessions sessions;
    private final TableClient table;
    private final Ownership ownership;
    private final TicketOffice tickets;
    private final Answers answers;
    private final Binder binder;
    private final Gates gates;
    private final Journal journal;
    private final byte[] body = new byte[MessageType.REQUEST_LENGTH];
    private final TreeSet<SessionId> readings = new TreeSet<>();
    private final Pace pace = new Pace();
    private final EventLimit badProofs = new EventLimit();
    private final EventLimit repeats = new EventLimit();
    private final EventLimit stale = new EventLimit();
    private final EventLimit forks = new EventLimit();

    ReattachServer(
            GatewayContext context,
            LiveSessions sessions,
            TableClient table,
            Ownership ownership,
            TicketOffice tickets,
            Answers answers,
            Binder binder,
            Gates gates) {
        this.context = context;
        this.sessions = sessions;
        this.table = table;
        this.ownership = ownership;
        this.tickets = tickets;
        this.answers = answers;
        this.binder = binder;
        this.gates = gates;
        this.journal = new Journal(context.events(), Role.GATEWAY, null, 0);
    }

    /** Takes a PROBE: answered without state, binds nothing. */
    void probe(long nowNanos, int socketId, Endpoint from, byte[] datagram) {
        Proven<Long> proven = ReattachMessage.openProbe(context.crypto().aead(), tickets.sealer(), datagram);
        if (proven == null || tickets.isExpired(nowNanos, proven.ticket())) {
            badProof(nowNanos, from);
            return;
        }
        byte[] random = context.crypto().entropy().bytes(Nonce.LENGTH);
        ReattachMessage.ProbeAnswer answer = new ReattachMessage.ProbeAnswer(tickets.token(nowNanos), from);
        context.port()
                .transmit(
                        socketId,
                        from,
                        ReattachMessage.probeAnswer(context.crypto().aead(), proven, random, answer));
    }

    /** Takes a REATTACH_REQUEST. */
    void request(long nowNanos, int socketId, Endpoint from, byte[] datagram) {
        Proven<ReattachRequest> proven =
                ReattachMessage.openRequest(context.crypto().aead(), tickets.sealer(), datagram, body);
        if (proven == null || tickets.isExpired(nowNanos, proven.ticket())) {
            badProof(nowNanos, from);
            return;
        }
        Asked asked = new Asked(socketId, from, datagram, proven);
        GatewaySession session = sessions.get(asked.id());
        if (session == null || !ownership.isReady(nowNanos)) {
            absent(nowNanos, asked);
        } else {
            present(nowNanos, asked, session);
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

    /** Not in this gateway's memory: the table knows, if it can be read. Of all that wait for it one request a session is kept, for as long as the read takes. */
    private void absent(long nowNanos, Asked asked) {
        ReasonCode notOurs = ownership.notOurs(asked.id());
        if (notOurs != null && !context.has(Fault.SKIP_GATE_E)) {
            answers.rejectUnread(nowNanos, asked, notOurs);
        } else if (!ownership.isReady(nowNanos)) {
            answers.rejectUnread(nowNanos, asked, ReasonCode.STORE_UNAVAILABLE);
        } else if (isBusy()
                && !gates.isYoung(nowNanos, asked.request(), context.config().policy())) {
            answers.rejectUnread(nowNanos, asked, ReasonCode.STALE_REQUEST); // it would be told so anyway, after a read
        } else {
            readThenJudge(nowNanos, asked);
        }
    }

    private void readThenJudge(long nowNanos, Asked asked) {
        tellToWait(nowNanos, asked);
        if (readings.size() < MOST_READINGS && readings.add(asked.id())) {
            table.read(asked.id(), (at, reading) -> {
                if (!(reading instanceof Reading.Unavailable)) { // a store that is gone is not a fast one
                    pace.ended(at, table.underWay());
                }
                readings.remove(asked.id());
                judgeRead(at, asked, reading);
            });
        }
    }

    private void tellToWait(long nowNanos, Asked asked) {
        if (isBusy()) {
            answers.waiting(nowNanos, asked, (int) (pace.waitNanos(table.underWay()) / 1_000_000));
        }
    }

    private boolean isBusy() {
        return pace.isLate(table.underWay());
    }

    private void judgeRead(long nowNanos, Asked asked, Reading reading) {
        if (!ownership.isReady(nowNanos)) { // no longer
            answers.rejectUnread(nowNanos, asked, ReasonCode.STORE_UNAVAILABLE);
            return;
        }
        GatewaySession known = sessions.get(asked.id());
        switch (reading) {
            case Reading.Unavailable _ -> answers.rejectUnread(nowNanos, asked, ReasonCode.STORE_UNAVAILABLE);
            case Reading.None _ -> answers.rejectUnread(nowNanos, asked, ReasonCode.SESSION_NOT_FOUND);
            case Reading.Found found -> {
                SessionRecord record = found.record();
                if (!record.isLive() || sessions.isBuried(record.id())) { // or it was, when it was read
                    answers.rejectUnread(nowNanos, asked, ReasonCode.SESSION_NOT_FOUND);
                } else if (known != null && record.version().compareTo(known.record.version()) <= 0) {
                    judgeUnlessAnswered(nowNanos, asked, known);
                } else {
                    if (known != null) {
                        sessions.forget(
                                nowNanos,
                                known,
                                ReasonCode.NOT_OWNER,
                                record.owner().gateway());
                    }
                    judge(nowNanos, asked, sessions.restored(found, nowNanos), false);
                }
            }
        }
    }

    private void present(long nowNanos, Asked asked, GatewaySession session) {
        boolean ahead = Integer.compareUnsigned(
                        asked.request().expectedEpoch(),
                        session.record.version().epoch())
                > 0;
        if (!ahead) {
            judgeUnlessAnswered(nowNanos, asked, session);
        } else if (!isAnswered(
                nowNanos, asked,
                session)) { // either it was bound elsewhere and nobody told us yet, or it contradicts the record
            readThenJudge(nowNanos, asked);
        }
    }

    /** The same request may have come before, also while a record was read for it. */
    private void judgeUnlessAnswered(long nowNanos, Asked asked, GatewaySession session) {
        if (!isAnswered(nowNanos, asked, session)) {
            judge(nowNanos, asked, session, session.kept.get(asked.nonce()) != null);
        }
    }

    /** Whether the gates need not look at it: it has its answer, will have it, or no more can be kept. */
    private boolean isAnswered(long nowNanos, Asked asked, GatewaySession session) {
        session.expireKept(nowNanos);
        KeptAnswers.Kept kept = session.kept.get(asked.nonce());
        if (kept != null
                && kept.requestHash() == Arrays.hashCode(asked.datagram())
                && !context.has(Fault.ACCEPT_USED_NONCE)) {
            repeat(nowNanos, asked, session, kept);
            return true;
        }
        if (asked.nonce().equals(session.binding)) { // its commit is under way: the answer will come
            tellToWait(nowNanos, asked);
            return true;
        }
        if (session.kept.isFull()) {
            answers.reject(nowNanos, asked, session, ReasonCode.SWITCH_RATE_LIMITED);
            if (stale.tell(nowNanos)) {
                answers.refused(nowNanos, asked, session, ReasonCode.SWITCH_RATE_LIMITED);
            }
            return true;
        }
        return false;
    }

    private void repeat(long nowNanos, Asked asked, GatewaySession session, KeptAnswers.Kept kept) {
        if (!kept.from().equals(asked.from()) && repeats.tell(nowNanos)) {
            session.journal.emit(
                    nowNanos,
                    EventType.SECURITY,
                    ReasonCode.ANSWER_REPEATED,
                    session.machine.version(),
                    "from " + asked.from(),
                    new Detail("first_from", kept.from().toString()),
                    new Detail("count", repeats.count()));
        }
        answers.again(asked, session, kept);
    }

    private void judge(long nowNanos, Asked asked, GatewaySession session, boolean nonceUsed) {
        ReattachRequest request = asked.request();
        SessionRecord record = session.record;
        SessionSecret base = record.secret(request.generation());
        Gates.Facts facts = new Gates.Facts(
                record.version().epoch(),
                isBegunByOneOf(request.unanswered(), record),
                !nonceUsed && isBegunBy(asked.nonce(), record),
                base != null,
                record.lifetimeEndNanos(),
                session.lossEndNanos(),
                nonceUsed,
                ownership.notOurs(record.id()),
                session.rows.isFrozen() || session.ending != null || isBesideOneThatEnds(session),
                session.switches,
                session.policy());
        Gates.Verdict verdict = gates.check(nowNanos, request, facts);
        if (verdict.refusal() != null) {
            refuse(nowNanos, asked, session, verdict, verdict.refusal());
        } else if (base != null) {
            binder.bind(
                    nowNanos,
                    asked,
                    session,
                    base,
                    verdict.passed(),
                    (at, reason) -> refuse(at, asked, session, verdict, reason));
        }
    }

    /** What has ended here is to be told before another session of its client's is taken over. */
    private boolean isBesideOneThatEnds(GatewaySession session) {
        if (sessions.get(session.id()) == session) {
            return false;
        }
        GatewaySession other = sessions.ofClient(session.record.clientKey());
        return other != null && other.ending != null;
    }

    private static boolean isBegunByOneOf(List<Nonce> unanswered, SessionRecord record) {
        for (int i = 0; i < unanswered.size(); i++) {
            if (isBegunBy(unanswered.get(i), record)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isBegunBy(Nonce nonce, SessionRecord record) {
        String text = record.bindNonce();
        return !text.isEmpty()
                && HexFormat.fromHexDigitsToLong(text, 0, 16) == nonce.high()
                && HexFormat.fromHexDigitsToLong(text, 16, 32) == nonce.low();
    }

    private void refuse(long nowNanos, Asked asked, GatewaySession session, Gates.Verdict verdict, ReasonCode reason) {
        boolean pastC = verdict.isPast(Gates.Gate.C);
        boolean young = pastC || gates.isYoung(nowNanos, asked.request(), session.policy());
        if (young || stale.tell(nowNanos)) { // an old one may be anybody's recording
            answers.received(nowNanos, asked, session, verdict.passed());
            answers.refused(nowNanos, asked, session, reason);
        }
        byte[] answer = answers.reject(nowNanos, asked, session, reason);
        boolean isFirst = session.kept.get(asked.nonce()) == null;
        if (young && isFirst && reason == ReasonCode.STALE_STATE_VERSION) {
            fork(nowNanos, asked, session);
        }
        if (young && isFirst && isKept(reason)) {
            session.kept.keep(asked.nonce(), asked.datagram(), asked.from(), answer, nowNanos);
            session.expireKept(nowNanos);
            sessions.reschedule(session);
        }
        boolean counts = young
                && isFirst
                && (reason == ReasonCode.STALE_STATE_VERSION || reason == ReasonCode.TRANSPORT_NOT_ALLOWED);
        session.rejects += counts ? 1 : 0;
        if (reason == ReasonCode.OWNERSHIP_AMBIGUOUS) {
            sessions.end(nowNanos, session, reason);
        } else if (counts
                && session.rejects >= session.policy().count(PolicyKey.SWITCHING_MAX_REJECTS)
                && session.machine.state() == SessionState.RECOVERING) {
            sessions.end(nowNanos, session, ReasonCode.POLICY_EXCEEDED);
        } else if (session.record.version().epoch() == Gates.LAST_EPOCH) {
            sessions.end(nowNanos, session, ReasonCode.SECURITY_FAILURE);
        }
    }

    /** Who was bound before and waits for no answer is behind the record only where somebody else has used its secret, or it a copy of its state from before. */
    private void fork(long nowNanos, Asked asked, GatewaySession session) {
        ReattachRequest request = asked.request();
        int epoch = session.record.version().epoch();
        boolean isBehind = Integer.compareUnsigned(request.expectedEpoch(), epoch) < 0;
        if (isBehind && request.unanswered().isEmpty() && forks.tell(nowNanos)) {
            session.journal.emit(
                    nowNanos,
                    EventType.SECURITY,
                    ReasonCode.STALE_STATE_VERSION,
                    session.machine.version(),
                    "from " + asked.from(),
                    new Detail("expected_epoch", Integer.toUnsignedLong(request.expectedEpoch())),
                    new Detail("count", forks.count()));
        }
    }

    /** Not where the nonce has an answer already, and not where it is not spent: the same request may be judged again. */
    private static boolean isKept(ReasonCode reason) {
        return reason != ReasonCode.REPLAY_DETECTED
                && reason != ReasonCode.DUAL_ACTIVE_FORBIDDEN
                && reason != ReasonCode.STORE_UNAVAILABLE;
    }
}
