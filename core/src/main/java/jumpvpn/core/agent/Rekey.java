package jumpvpn.core.agent;

import java.util.Arrays;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.SecretAge;
import jumpvpn.core.data.Binding;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.security.KeyAgreement;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.security.Ratchet;
import jumpvpn.core.security.RekeyOutput;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of the renewal of keys (contract section 2, Keys). It asks for new keys of its binding, by time or count, repeats until they are there, and seals
 * under them at once: whoever answered can open them. It asks for the output to be entered into the secret when no bind has done that for long.
 */
final class Rekey {
    private static final long FIRST_REPEAT_NANOS = 250_000_000;
    private static final long MOST_REPEAT_NANOS = 1_000_000_000;
    private static final long MOST_RENEW_REPEAT_NANOS = 60_000_000_000L;
    private static final long LATE_NANOS = 2_000_000_000L;
    private static final long ENTER_AFTER_NANOS = 3_300_000_000_000L;

    private enum Timer {
        /** The secret is too old: the session ends. */
        EXPIRED,
        /** The binding's keys are too old: it is dead. */
        LIMIT,
        /** REKEY was not answered. */
        ASK,
        /** Packets under the older keys had their time. */
        FORGET,
        /** An output waits too long for a bind, or RENEW was not answered. */
        RENEW
    }

    private final ClientSession session;
    private final Deadlines<Timer> deadlines = new Deadlines<>(Timer.values());
    private final SecretAge age = new SecretAge();
    private Ratchet ratchet;
    private @Nullable KeyPair asked;
    private BindingMessage.@Nullable Renew renewing;
    private @Nullable RekeyOutput entering;
    private long agreedNanos;
    private long askPauseNanos;
    private long renewPauseNanos;

    /** @param agreedNanos when the handshake was answered */
    Rekey(ClientSession session, Ratchet ratchet, long agreedNanos) {
        this.session = session;
        this.ratchet = ratchet;
        this.agreedNanos = agreedNanos;
        alive(agreedNanos);
    }

    private void alive(long nowNanos) {
        age.alive(nowNanos);
        deadlines.set(Timer.EXPIRED, age.expiresNanos());
        deadlines.set(Timer.LIMIT, session.active.keysEndNanos());
    }

    /** The binding is in use: its keys may be due, or the older ones done with. */
    void look(long nowNanos) {
        Binding active = session.active;
        if (active.hasOlder()) {
            if (active.newestOpened()) {
                deadlines.set(Timer.FORGET, Math.min(deadlines.at(Timer.FORGET), nowNanos + LATE_NANOS));
            }
        } else if (asked == null && isDue(nowNanos)) {
            asked = KeyPair.generate(session.context.crypto());
            askPauseNanos = Math.max(FIRST_REPEAT_NANOS, 2 * session.rttNanos());
            ask(nowNanos, asked);
        }
    }

    private boolean isDue(long nowNanos) {
        return nowNanos - agreedNanos >= session.policy.get(PolicyKey.SECURITY_REKEY_AFTER) || session.active.isWorn();
    }

    private void ask(long nowNanos, KeyPair own) {
        session.send(nowNanos, new BindingMessage.Rekey(ratchet.phase() + 1, own.publicKey()));
        deadlines.set(Timer.ASK, nowNanos + askPauseNanos);
        askPauseNanos = Math.min(2 * askPauseNanos, MOST_REPEAT_NANOS);
    }

    /** Takes the gateway's key; ignored if nothing was asked in this binding, or it was answered. */
    void answered(long nowNanos, Binding binding, BindingMessage.RekeyAnswer answer) {
        KeyPair own = asked;
        if (own == null || binding != session.active || answer.phase() != ratchet.phase() + 1) {
            return;
        }
        byte[] agreed;
        try {
            agreed = session.context.crypto().agreement().agree(own.privateKey(), answer.publicKey());
        } catch (KeyAgreement.InvalidKeyException e) {
            return; // the gateway itself sent no key: the binding ends when its keys do
        }
        Ratchet.Step step = ratchet.step(agreed, own.publicKey(), answer.publicKey());
        Arrays.fill(agreed, (byte) 0);
        forgetAsked();
        binding.expect(step.keys().clientToGateway(), step.keys().gatewayToClient(), nowNanos);
        binding.sealNewest();
        step.keys().wipe();
        ratchet.wipe();
        ratchet = step.next();
        agreedNanos = nowNanos;
        session.credentials.agreed(step.output());
        deadlines.set(Timer.FORGET, binding.olderEndNanos());
        deadlines.set(Timer.LIMIT, binding.keysEndNanos());
        if (!deadlines.isSet(Timer.RENEW)) {
            deadlines.set(Timer.RENEW, nowNanos + ENTER_AFTER_NANOS);
        }
        say(nowNanos, ReasonCode.REKEYED, new Detail("phase", (long) ratchet.phase()));
        session.send(nowNanos, new BindingMessage.Ping()); // shows the gateway that it may seal under them too
        session.watch(nowNanos);
    }

    private void say(long nowNanos, ReasonCode reason, Detail detail) {
        session.journal.emit(
                nowNanos, EventType.KEY_ROTATED, reason, session.machine.version(), session.path.name(), detail);
    }

    private void forgetAsked() {
        if (asked != null) {
            Arrays.fill(asked.privateKey(), (byte) 0);
            asked = null;
        }
        deadlines.clear(Timer.ASK);
    }

    private void renew(long nowNanos) {
        RekeyOutput output = session.credentials.output();
        if (!session.machine.bindingAlive() || output == null) {
            return;
        }
        if (renewing == null) {
            entering = output.copy();
            renewing = new BindingMessage.Renew(session.credentials.secret().generation(), output.phase());
            renewPauseNanos = FIRST_REPEAT_NANOS;
        }
        session.send(nowNanos, renewing);
        renewPauseNanos = Math.min(2 * renewPauseNanos, MOST_RENEW_REPEAT_NANOS);
        deadlines.set(Timer.RENEW, nowNanos + renewPauseNanos);
        session.watch(nowNanos);
    }

    /** The gateway has committed the generation that was asked for; ignored if it was another. */
    void renewed(long nowNanos, Binding binding, BindingMessage.Renewed message) {
        RekeyOutput output = entering;
        if (output == null
                || binding != session.active
                || !new BindingMessage.Renew(message.generation(), message.phase()).equals(renewing)) {
            return;
        }
        session.credentials.enter(output, message.made());
        forgetRenewing();
        if (ratchet.phase() > message.phase()) {
            deadlines.set(Timer.RENEW, nowNanos + ENTER_AFTER_NANOS);
        }
        age.renewed(nowNanos);
        deadlines.set(Timer.EXPIRED, age.expiresNanos());
        say(nowNanos, ReasonCode.SECRET_RENEWED, new Detail("generation", (long) message.made()));
    }

    private void forgetRenewing() {
        if (entering != null) {
            entering.wipe();
        }
        entering = null;
        renewing = null;
        deadlines.clear(Timer.RENEW);
    }

    /** The binding is dead: what was asked in it is not answered any more. */
    void died(long nowNanos) {
        forgetAsked();
        deadlines.clear(Timer.LIMIT);
        age.dead(nowNanos);
        deadlines.set(Timer.EXPIRED, age.expiresNanos());
    }

    /**
     * A bind was committed: its binding has keys of its own.
     *
     * @param mixed whether the newest output that we named is in the secret now
     */
    void bound(long nowNanos, Ratchet next, boolean mixed) {
        forgetAsked();
        forgetRenewing();
        deadlines.clear(Timer.FORGET);
        if (mixed) {
            age.renewed(nowNanos);
        } else if (ratchet.phase() > 0) {
            agreedNanos =
                    nowNanos - session.policy.get(PolicyKey.SECURITY_REKEY_AFTER); // its outputs are lost: agree anew
        }
        ratchet.wipe();
        ratchet = next;
        alive(nowNanos);
    }

    /** Does what is due. */
    void proceed(long nowNanos) {
        for (Timer due = deadlines.pollDue(nowNanos); due != null; due = deadlines.pollDue(nowNanos)) {
            switch (due) {
                case EXPIRED -> {
                    session.end(nowNanos, ReasonCode.KEY_EXPIRED);
                    return;
                }
                case LIMIT -> {
                    if (session.active.isExhausted(nowNanos)) {
                        session.recovery.pathDead(nowNanos, ReasonCode.KEY_EXPIRED);
                    }
                }
                case ASK -> {
                    if (asked != null) {
                        ask(nowNanos, asked);
                    }
                }
                case FORGET -> session.active.dropOlder();
                case RENEW -> renew(nowNanos);
            }
        }
    }

    long nextNanos() {
        return deadlines.next();
    }

    /** The session has ended. */
    void end() {
        forgetAsked();
        forgetRenewing();
        ratchet.wipe();
        deadlines.clearAll();
    }
}
