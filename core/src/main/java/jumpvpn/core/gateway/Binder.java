package jumpvpn.core.gateway;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.data.TakeOver;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.BindingKeys;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.Freshness;
import jumpvpn.core.security.Hkdf;
import jumpvpn.core.security.Ratchet;
import jumpvpn.core.security.RekeyOutput;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.session.Fault;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionMachine.Step;
import jumpvpn.core.session.SessionState;
import org.jspecify.annotations.Nullable;

/** Binds a session after all gates: one commit makes rows, epoch, keys and owner; nothing is answered or changed until it is settled (contract section 2). */
final class Binder {
    private final GatewayContext context;
    private final Crypto crypto;
    private final LiveSessions sessions;
    private final TableClient table;
    private final TicketOffice tickets;
    private final Answers answers;
    private final HandOvers handOvers;
    private final Owner self;
    private final Hkdf work = new Hkdf();

    Binder(
            GatewayContext context,
            Crypto crypto,
            LiveSessions sessions,
            TableClient table,
            TicketOffice tickets,
            Answers answers,
            HandOvers handOvers,
            Owner self) {
        this.context = context;
        this.crypto = crypto;
        this.sessions = sessions;
        this.table = table;
        this.tickets = tickets;
        this.answers = answers;
        this.handOvers = handOvers;
        this.self = self;
    }

    /** Who hears that a bind came to nothing, and why. */
    @FunctionalInterface
    interface Refused {
        void refused(long nowNanos, ReasonCode reason);
    }

    static String text(Nonce nonce) {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(nonce.high()) + hex.toHexDigits(nonce.low());
    }

    /**
     * Binds.
     *
     * @param session in memory, or known from its record only
     * @param base the generation of the secret that the request names
     * @param gatesPassed for the events
     */
    void bind(
            long nowNanos,
            Asked asked,
            GatewaySession session,
            SessionSecret base,
            List<String> gatesPassed,
            Refused refused) {
        Bind bind = new Bind(nowNanos, asked, session, base, gatesPassed);
        session.visiting = sessions.get(asked.id()) != session;
        if (session.visiting) {
            sessions.add(session);
            bind.taking = handOvers.expect(session, bind.after.commitId());
        }
        session.rows.freeze();
        session.binding = asked.nonce();
        if (context.has(Fault.ANSWER_BEFORE_DURABLE)) {
            answers.send(asked, bind.ack(nowNanos, bind.seed()));
        }
        SessionRecord before = session.record;
        SessionTable.Change change =
                new SessionTable.Change(before.id(), before.version().epoch(), bind.after);
        table.commit(bind.after.commitId(), List.of(change), (at, outcome) -> {
            session.binding = null;
            session.thaw(at);
            if (outcome == SessionTable.Outcome.COMMITTED) {
                bind.committed(at);
            } else {
                bind.refused(at, outcome, refused);
            }
            sessions.settled(at, session);
        });
    }

    /** One bind, from the gates to the answer. */
    private final class Bind {
        private final Asked asked;
        private final GatewaySession session;
        private final List<String> gatesPassed;
        private final Freshness freshness;
        private final List<Step> rows;
        private final SessionRecord after;
        private final Binding binding;
        private final Binding early;
        private final Ratchet ratchet;
        private final @Nullable RekeyOutput entered;
        /** What the gateway before hands over meanwhile; null: there is none. */
        private @Nullable TakeOver taking;

        Bind(long nowNanos, Asked asked, GatewaySession session, SessionSecret named, List<String> gatesPassed) {
            this.asked = asked;
            this.session = session;
            this.gatesPassed = gatesPassed;
            ByteBuffer fresh = ByteBuffer.wrap(
                    crypto.entropy().bytes(Nonce.LENGTH + 2 * Long.BYTES)); // asking costs more than the bytes
            byte[] random = new byte[Nonce.LENGTH];
            fresh.get(random);
            long wireId = context.config().cluster().routed(fresh.getLong());
            long commitId = crypto == context.crypto() // a planted one repeats itself, and no commit's id may
                    ? fresh.getLong()
                    : context.crypto().entropy().nextLong();
            freshness = new Freshness(asked.nonce().bytes(), random);
            rows = session.rows.plan(reasons());
            entered = session.rekey.copyOf(
                    asked.request().expectedEpoch(), asked.request().phase());
            SessionSecret base = entered == null ? named.copy() : named.mixed(entered);
            SessionSecret.Bound bound =
                    base.bound(work, freshness, rows.getLast().version().epoch());
            base.wipe();
            after = after(nowNanos, commitId, named, bound.next());
            ratchet = bound.ratchet();
            BindingKeys keys = bound.keys();
            binding = binding(
                    crypto.aead(),
                    nowNanos,
                    PacketLayout.DATA,
                    keys.gatewayToClient(),
                    keys.clientToGateway(),
                    wireId,
                    asked.request().clientWireId());
            keys.wipe();
            long earlyId = asked.nonce().high();
            AeadPort earlyAead = new EarlyAead(crypto.aead(), freshness.client());
            early = binding(earlyAead, nowNanos, PacketLayout.EARLY_DATA, named.key(), named.key(), earlyId, earlyId);
        }

        void refused(long nowNanos, SessionTable.Outcome outcome, Refused hears) {
            boolean isTaken = outcome == SessionTable.Outcome.REFUSED;
            if (!session.isGone()) { // else what is known of it here is old
                hears.refused(nowNanos, isTaken ? ReasonCode.DUAL_ACTIVE_FORBIDDEN : ReasonCode.STORE_UNAVAILABLE);
            }
            forget();
            endTaking();
            after.secret().wipe();
            if (session.visiting) {
                sessions.drop(session);
            } else if (isTaken) {
                // the table has another record, whose rows may be those that were planned here: none may be taken on
                // what is known here
                sessions.forget(nowNanos, session, ReasonCode.NOT_OWNER);
            }
        }

        private void endTaking() {
            if (taking != null) {
                handOvers.end(taking);
            }
        }

        /** Nothing comes of it, or nothing that packets could use. */
        void forget() {
            binding.wipe();
            early.wipe();
            ratchet.wipe();
            if (entered != null) {
                entered.wipe();
            }
        }

        /** A request that finds the record not in RECOVERING first makes it so, with the request's cause as the reason. */
        private List<ReasonCode> reasons() {
            if (session.rows.lacksFirst() || session.machine.state() == SessionState.RECOVERING) {
                return List.of(ReasonCode.REATTACH_ACCEPT);
            }
            ReasonCode into = session.machine.bindingAlive()
                    ? asked.request().cause().ownerReason()
                    : ReasonCode.CANDIDATE_APPEARED;
            return List.of(into, ReasonCode.REATTACH_ACCEPT);
        }

        private SessionRecord after(long nowNanos, long commitId, SessionSecret named, SessionSecret next) {
            SessionRecord before = session.record;
            SessionSecret stepped = next.numbered(before.secret().generation() + 1);
            return new SessionRecord(
                    before.id(),
                    before.clientKey(),
                    before.clientName(),
                    self,
                    commitId,
                    session.rows.kept(rows),
                    before.generations(named, stepped),
                    text(asked.nonce()),
                    before.inner(),
                    before.policy(),
                    before.lifetimeEndNanos(),
                    nowNanos,
                    session.switches.bound(nowNanos, asked.request().cause().isElective()));
        }

        private Binding binding(
                AeadPort aead,
                long bornNanos,
                byte type,
                byte[] sealKey,
                byte[] openKey,
                long localWireId,
                long peerWireId) {
            return new Binding(
                    aead,
                    new Binding.Parts(
                            session.path.gate,
                            type,
                            after.version().epoch(),
                            asked.proven().suite(),
                            sealKey,
                            openKey,
                            localWireId,
                            peerWireId,
                            asked.socketId(),
                            asked.from(),
                            session.policy().count(PolicyKey.SECURITY_REPLAY_WINDOW),
                            bornNanos));
        }

        private byte[] ack(long nowNanos, AckSeed seed) {
            return answers.ack(after, after.version(), binding, seed, asked.from(), nowNanos);
        }

        private AckSeed seed() {
            return new AckSeed(
                    freshness.gateway(),
                    asked.proven().proof().answerKey(freshness.gateway()),
                    after.secret().proofKey(work),
                    after.secret().generation(),
                    entered != null,
                    tickets.sealer().currentKey());
        }

        void committed(long nowNanos) {
            if (session.isGone()) { // whoever has it now says these rows again
                forget();
                endTaking();
                return;
            }
            boolean isTakenOver = session.visiting;
            if (isTakenOver) {
                sessions.taken(nowNanos, session);
                takenOver(nowNanos);
            }
            intoRecovering(nowNanos);
            answers.received(nowNanos, asked, session, gatesPassed);
            if (session.path.isStopped()) { // it was to end meanwhile: bound all the same, but nothing passes any more
                session.record(after);
                if (isTakenOver) {
                    session.place(); // packets to it meet a closed gate
                }
                attached(nowNanos);
                forget();
                endTaking();
                return;
            }
            session.switches =
                    session.switches.bound(nowNanos, asked.request().cause().isElective());
            session.bind(nowNanos, after, binding, early, asked.request().protocol());
            Objects.requireNonNull(session.path.active()).named(asked.pathName());
            session.rekey.bound(nowNanos, binding, ratchet, entered);
            attached(nowNanos);
            acknowledge(nowNanos);
            session.open(nowNanos);
            if (taking != null) {
                handOvers.bound(nowNanos, taking);
            }
        }

        private void attached(long nowNanos) {
            session.journal.emit(
                    nowNanos, EventType.TRANSPORT_SWITCH, ReasonCode.BOUND, after.version(), session.pathName());
            session.take(nowNanos, rows.getLast(), session.innerDetail());
        }

        private void takenOver(long nowNanos) {
            session.rows.tellAgain(nowNanos);
            if (session.record.owner().gateway()
                    == self.gateway()) { // nobody else had it: its lease was gone for a while
                return;
            }
            session.journal.emit(
                    nowNanos,
                    EventType.OWNERSHIP_CHANGE,
                    ReasonCode.REATTACH_ACCEPT,
                    session.machine.version(),
                    asked.pathName(),
                    new Detail(
                            "from_gateway",
                            Long.toHexString(session.record.owner().gateway())),
                    new Detail("to_gateway", Long.toHexString(self.gateway())));
        }

        private void intoRecovering(long nowNanos) {
            if (rows.getFirst().reason() == ReasonCode.PEER_REPORTED) {
                session.journal.emit(
                        nowNanos,
                        EventType.TRANSPORT_DEAD,
                        ReasonCode.PEER_REPORTED,
                        session.machine.version(),
                        session.pathName());
            }
            rows.subList(0, rows.size() - 1).forEach(row -> session.take(nowNanos, row));
        }

        private void acknowledge(long nowNanos) {
            AckSeed seed = seed();
            byte[] answer = ack(nowNanos, seed);
            answers.send(asked, answer);
            session.kept.keep(asked.nonce(), asked.datagram(), asked.from(), answer, nowNanos);
            session.kept.bound(asked.nonce(), seed);
            session.expireKept(nowNanos);
            session.journal.emit(
                    nowNanos,
                    EventType.REATTACH_ACK_SENT,
                    ReasonCode.REATTACH_ACCEPT,
                    session.machine.version(),
                    session.pathName());
        }
    }
}
