package jumpvpn.core.gateway;

import java.util.Arrays;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.SecretAge;
import jumpvpn.core.data.Binding;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.KeyAgreement;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.security.Ratchet;
import jumpvpn.core.security.RekeyOutput;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.ReasonCode;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's side of the renewal of keys of one session's active binding (contract section 2, Keys). It can open packets under new keys before it answers, and
 * seals under them when the first such packet has come. A repeated REKEY gets the same answer; two agreements are at least the time apart that packets under the
 * older keys are given.
 */
final class Rekey {
    private static final long LATE_NANOS = 2_000_000_000L;

    private enum Timer {
        /** The secret is too old: the session ends. */
        EXPIRED,
        /** The binding's keys are too old: it is dead. */
        LIMIT,
        /** Packets under the older keys had their time. */
        FORGET
    }

    /**
     * A renewal that the client has not shown to have got.
     *
     * @param clientKey that was answered
     */
    private record Offer(byte[] clientKey, BindingMessage.RekeyAnswer answer, RekeyOutput output) {}

    private final GatewaySession session;
    private final Deadlines<Timer> deadlines = new Deadlines<>(Timer.class);
    private final SecretAge age = new SecretAge();
    private Ratchet ratchet;
    private @Nullable Offer offer;
    private @Nullable RekeyOutput output;
    private @Nullable RekeyOutput before;

    /** @param ratchet of the session's first binding */
    Rekey(GatewaySession session, Ratchet ratchet, long nowNanos) {
        this.session = session;
        this.ratchet = ratchet;
        alive(nowNanos);
    }

    private void alive(long nowNanos) {
        age.alive(nowNanos);
        deadlines.set(Timer.EXPIRED, age.expiresNanos());
        deadlines.set(Timer.LIMIT, session.active().keysEndNanos());
    }

    /** Takes a REKEY of the active binding. */
    void asked(long nowNanos, BindingMessage.Rekey ask) {
        look(nowNanos);
        Offer made = offer;
        if (made != null) {
            if (made.answer.phase() == ask.phase() && Arrays.equals(made.clientKey, ask.publicKey())) {
                session.send(nowNanos, session.active(), made.answer);
            }
        } else if (ask.phase() == ratchet.phase() + 1 && !session.active().hasOlder()) {
            agree(nowNanos, ask);
        }
    }

    private void agree(long nowNanos, BindingMessage.Rekey ask) {
        Crypto crypto = session.context.crypto();
        KeyPair own = KeyPair.generate(crypto);
        byte[] agreed;
        try {
            agreed = crypto.agreement().agree(own.privateKey(), ask.publicKey());
        } catch (KeyAgreement.InvalidKeyException e) {
            return; // a client that sends no key gets none: its binding ends when its keys do
        }
        Arrays.fill(own.privateKey(), (byte) 0);
        Ratchet.Step step = ratchet.step(agreed, ask.publicKey(), own.publicKey());
        Arrays.fill(agreed, (byte) 0);
        Binding active = session.active();
        active.expect(step.keys().gatewayToClient(), step.keys().clientToGateway(), nowNanos);
        step.keys().wipe();
        ratchet.wipe();
        ratchet = step.next();
        offer = new Offer(ask.publicKey(), new BindingMessage.RekeyAnswer(ask.phase(), own.publicKey()), step.output());
        session.send(nowNanos, active, offer.answer);
    }

    /** The binding is in use: the client may have shown that it has the new keys. */
    void look(long nowNanos) {
        Offer taken = offer;
        if (taken != null && session.active().newestOpened()) {
            offer = null;
            wipe(output);
            output = taken.output;
            session.active().sealNewest();
            deadlines.set(Timer.FORGET, nowNanos + LATE_NANOS);
            deadlines.set(Timer.LIMIT, session.active().keysEndNanos());
            session.journal.emit(
                    nowNanos,
                    EventType.KEY_ROTATED,
                    ReasonCode.REKEYED,
                    session.machine.version(),
                    session.pathName(),
                    new Detail("phase", (long) output.phase()));
        }
    }

    private static void wipe(@Nullable RekeyOutput old) {
        if (old != null) {
            old.wipe();
        }
    }

    /** The output of a renewal that a client may name; null if it is not held, or never was. */
    @Nullable
    RekeyOutput output(int epoch, int phase) {
        if (output != null && output.is(epoch, phase)) {
            return output;
        }
        if (before != null && before.is(epoch, phase)) {
            return before;
        }
        return offer != null && offer.output.is(epoch, phase) ? offer.output : null;
    }

    /** New Diffie-Hellman is in the secret, committed. */
    void entered(long nowNanos) {
        age.renewed(nowNanos);
        deadlines.set(Timer.EXPIRED, age.expiresNanos());
    }

    /** The binding is dead. */
    void died(long nowNanos) {
        age.dead(nowNanos);
        deadlines.set(Timer.EXPIRED, age.expiresNanos());
        deadlines.clear(Timer.LIMIT);
    }

    /**
     * A bind was committed: its binding has keys of its own. What the client named stays as long as that binding: the ACK may be lost, and the client name it again.
     *
     * @param named a copy of the output that is in the secret now; null: none
     */
    void bound(long nowNanos, Ratchet next, @Nullable RekeyOutput named) {
        wipeOutputs();
        before = named;
        ratchet.wipe();
        ratchet = next;
        deadlines.clear(Timer.FORGET);
        if (named != null) {
            age.renewed(nowNanos);
        }
        alive(nowNanos);
    }

    private void wipeOutputs() {
        wipe(output);
        wipe(before);
        wipe(offer == null ? null : offer.output);
        output = null;
        before = null;
        offer = null;
    }

    /** Does what is due. @return why the session must end, or null */
    @Nullable
    ReasonCode proceed(long nowNanos) {
        for (Timer due = deadlines.pollDue(nowNanos); due != null; due = deadlines.pollDue(nowNanos)) {
            switch (due) {
                case EXPIRED -> {
                    return ReasonCode.KEY_EXPIRED;
                }
                case LIMIT -> limit(nowNanos);
                case FORGET -> session.active().dropOlder();
            }
        }
        return null;
    }

    private void limit(long nowNanos) {
        look(nowNanos);
        if (session.machine.bindingAlive() && session.active().isExhausted(nowNanos)) {
            session.pathDead(nowNanos, ReasonCode.KEY_EXPIRED);
        }
    }

    long nextNanos() {
        return deadlines.next();
    }

    /** The session has ended. */
    void end() {
        deadlines.clearAll();
        wipeOutputs();
        ratchet.wipe();
    }
}
