package jumpvpn.core.gateway;

import java.nio.ByteBuffer;
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
    private static final Timer[] TIMERS = Timer.values();

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

    /** The active binding and its chain. */
    private record Active(Binding binding, Ratchet ratchet) {}

    private final GatewaySession session;
    private final Deadlines<Timer> deadlines = new Deadlines<>(TIMERS);
    private final SecretAge age = new SecretAge();
    private @Nullable Active active;
    private @Nullable Offer offer;
    private @Nullable RekeyOutput output;
    private @Nullable RekeyOutput before;
    /** The last answer to a RENEW of this binding. */
    BindingMessage.@Nullable Renewed renewed;
    /** Whether a generation of the secret is being committed. */
    boolean renewing;

    Rekey(GatewaySession session) {
        this.session = session;
    }

    /** Takes a REKEY of the active binding. */
    void asked(long nowNanos, BindingMessage.Rekey ask) {
        look(nowNanos);
        Active now = active;
        Offer made = offer;
        if (now == null) {
            return;
        }
        if (made != null) {
            if (made.answer.phase() == ask.phase() && Arrays.equals(made.clientKey, ask.publicKey())) {
                session.path.send(nowNanos, now.binding, made.answer);
            }
        } else if (ask.phase() == now.ratchet.phase() + 1 && !now.binding.hasOlder()) {
            agree(nowNanos, now, ask);
        }
    }

    private void agree(long nowNanos, Active now, BindingMessage.Rekey ask) {
        Crypto crypto = session.context.crypto();
        KeyPair own = KeyPair.generate(crypto);
        byte[] agreed;
        try {
            agreed = crypto.agreement().agree(own.privateKey(), ask.publicKey());
        } catch (KeyAgreement.InvalidKeyException e) {
            return; // a client that sends no key gets none: its binding ends when its keys do
        }
        Arrays.fill(own.privateKey(), (byte) 0);
        Ratchet.Step step = now.ratchet.step(agreed, ask.publicKey(), own.publicKey());
        Arrays.fill(agreed, (byte) 0);
        now.binding.expect(step.keys().gatewayToClient(), step.keys().clientToGateway(), nowNanos);
        step.keys().wipe();
        now.ratchet.wipe();
        active = new Active(now.binding, step.next());
        offer = new Offer(ask.publicKey(), new BindingMessage.RekeyAnswer(ask.phase(), own.publicKey()), step.output());
        session.path.send(nowNanos, now.binding, offer.answer);
    }

    /** The binding is in use: the client may have shown that it has the new keys. */
    void look(long nowNanos) {
        Active now = active;
        Offer taken = offer;
        if (now != null && taken != null && now.binding.newestOpened()) {
            offer = null;
            wipe(output);
            output = taken.output;
            now.binding.sealNewest();
            deadlines.set(Timer.FORGET, nowNanos + LATE_NANOS);
            deadlines.set(Timer.LIMIT, now.binding.keysEndNanos());
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

    /** A copy of the output of a renewal that a client names; null if it is not held, or never was. */
    @Nullable
    RekeyOutput copyOf(int epoch, int phase) {
        if (output != null && output.is(epoch, phase)) {
            return output.copy();
        }
        if (before != null && before.is(epoch, phase)) {
            return before.copy();
        }
        return offer != null && offer.output.is(epoch, phase) ? offer.output.copy() : null;
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
     * @param entered the output that is in the secret now, this object's from here on; null: none
     */
    void bound(long nowNanos, Binding binding, Ratchet ratchet, @Nullable RekeyOutput entered) {
        wipeOutputs();
        before = entered;
        active = new Active(binding, ratchet);
        renewed = null;
        deadlines.clear(Timer.FORGET);
        if (entered != null) {
            age.renewed(nowNanos);
        }
        age.alive(nowNanos);
        deadlines.set(Timer.EXPIRED, age.expiresNanos());
        deadlines.set(Timer.LIMIT, binding.keysEndNanos());
    }

    private void wipeOutputs() {
        wipe(output);
        wipe(before);
        wipe(offer == null ? null : offer.output);
        output = null;
        before = null;
        offer = null;
        if (active != null) {
            active.ratchet.wipe();
        }
    }

    /** Does what is due. @return why the session must end, or null */
    @Nullable
    ReasonCode proceed(long nowNanos) {
        for (Timer due = deadlines.pollDue(nowNanos); due != null; due = deadlines.pollDue(nowNanos)) {
            switch (due) {
                case EXPIRED -> {
                    return ReasonCode.KEY_EXPIRED;
                }
                case LIMIT -> session.path.look(nowNanos);
                case FORGET -> {
                    if (active != null) {
                        active.binding.dropOlder();
                    }
                }
            }
        }
        return null;
    }

    long nextNanos() {
        return deadlines.next();
    }

    /** Whether the session can rest: no renewal waits for a word of the client or of the table. */
    boolean isAtRest() {
        return offer == null && !renewing;
    }

    /** Writes it, times as passed since then. Secret. */
    void encode(ByteBuffer out, long sinceNanos) {
        age.encode(out, sinceNanos);
        out.put((byte) ((active == null ? 0 : 1)
                | (output == null ? 0 : 2)
                | (before == null ? 0 : 4)
                | (renewed == null ? 0 : 8)));
        if (active != null) {
            active.ratchet.encode(out);
        }
        if (output != null) {
            output.encode(out);
        }
        if (before != null) {
            before.encode(out);
        }
        if (renewed != null) {
            out.putInt(renewed.generation()).putInt(renewed.phase()).putInt(renewed.made());
        }
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @param newest the session's newest binding; null if there was none
     */
    void decode(ByteBuffer in, long sinceNanos, @Nullable Binding newest) {
        age.decode(in, sinceNanos);
        byte has = in.get();
        active = (has & 1) == 0 || newest == null ? null : new Active(newest, Ratchet.decode(in));
        output = (has & 2) == 0 ? null : RekeyOutput.decode(in);
        before = (has & 4) == 0 ? null : RekeyOutput.decode(in);
        renewed = (has & 8) == 0 ? null : new BindingMessage.Renewed(in.getInt(), in.getInt(), in.getInt());
        deadlines.set(Timer.EXPIRED, age.expiresNanos());
        if (newest != null && session.machine.bindingAlive()) {
            deadlines.set(Timer.LIMIT, newest.keysEndNanos());
        }
    }

    /** The session has ended. */
    void end() {
        deadlines.clearAll();
        wipeOutputs();
        active = null;
    }
}
