package jumpvpn.core.agent;

import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Delivery;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.KeepaliveInterval;

/** Keeps what routers know of the active path fresh while there is no traffic, and finds out how seldom it may say something ({@link KeepaliveInterval}). */
final class Keepalives {
    /** QUIC and TCP acknowledge each packet on the wire, an answer too: so most keepalives there ask for none, and they come less often. */
    private static final long CONNECTION_NANOS = 28_000_000_000L;

    private static final int CONNECTION_ASKS_EVERY = 8;
    private static final long SECOND_NANOS = 1_000_000_000L;
    /** How much later than asked for the gateway's word may be here. */
    private static final long LATE_NANOS = 2 * SECOND_NANOS;

    private final ClientSession session;
    private int said;
    /** How long the quiet is that is being tried, 0: none is. */
    private long trialNanos;

    private long trialSinceNanos;

    Keepalives(ClientSession session) {
        this.session = session;
    }

    /** The session is on another path, or on its first. */
    void bound(long nowNanos) {
        trialNanos = 0;
        at(nowNanos + intervalNanos());
    }

    /** Nothing is under way in the active binding any more. */
    void calm() {
        Delivery delivery = session.active.delivery;
        if (isTrying(delivery)) {
            at(trialSinceNanos + trialNanos + LATE_NANOS);
        } else {
            at(Math.max(delivery.sentNanos(), delivery.receivedNanos()) + intervalNanos());
        }
    }

    /** A packet came or went while nobody watched. The gateway's word is answered at once: many routers remember only who speaks himself. */
    void woken(long nowNanos) {
        if (isTrying(session.active.delivery) && isHeard(session.active.delivery)) {
            due(nowNanos);
        }
    }

    /** Nothing was said for long: say something. */
    void due(long nowNanos) {
        if (!session.machine.bindingAlive()) {
            return;
        }
        learn(nowNanos);
        said++;
        if (isConnection() && said % CONNECTION_ASKS_EVERY != 0) {
            saySomething(nowNanos);
            at(nowNanos + CONNECTION_NANOS);
            return;
        }
        trialNanos = isConnection() ? 0 : learnt().trialNanos(nowNanos);
        trialSinceNanos = nowNanos;
        session.send(
                nowNanos,
                trialNanos == 0
                        ? new BindingMessage.Ping()
                        : new BindingMessage.EchoAfter((int) (trialNanos / SECOND_NANOS)));
        session.watch(nowNanos);
        at(nowNanos + (trialNanos == 0 ? intervalNanos() : trialNanos + LATE_NANOS));
    }

    /** Nobody looks at a binding in which nothing is asked, so whether its keys are due is looked at here; if they are, that says enough. */
    private void saySomething(long nowNanos) {
        Binding active = session.active;
        long before = active.sealed();
        session.rekey.look(nowNanos);
        if (active.sealed() == before) {
            session.transmit(active, active.sealed(active.dataType(), new byte[0], nowNanos));
        }
    }

    /** Ends the trial. Time in which this process slept tells nothing. */
    private void learn(long nowNanos) {
        Delivery delivery = session.active.delivery;
        long quiet = trialNanos;
        if (isTrying(delivery) && nowNanos - trialSinceNanos < quiet + 2 * LATE_NANOS) {
            if (isHeard(delivery)) {
                learnt().heard(nowNanos, quiet);
            } else {
                learnt().missed(nowNanos, quiet);
            }
        }
        trialNanos = 0;
    }

    /** Whether a trial is on in which nothing was said since its question, but for what that took. */
    private boolean isTrying(Delivery delivery) {
        return trialNanos > 0 && delivery.sentNanos() - trialSinceNanos < SECOND_NANOS;
    }

    /** Whether the gateway was heard after as long a quiet as is being tried; clocks of both ends drift. */
    private boolean isHeard(Delivery delivery) {
        return delivery.receivedNanos() - delivery.sentNanos() > trialNanos - SECOND_NANOS;
    }

    private KeepaliveInterval learnt() {
        return session.candidates.networks.of(session.path).keepalive;
    }

    private long intervalNanos() {
        return isConnection() ? CONNECTION_NANOS : learnt().intervalNanos();
    }

    private boolean isConnection() {
        return session.path.protocol() != Protocol.UDP;
    }

    private void at(long nanos) {
        session.deadlines.set(ClientSession.Timer.KEEPALIVE, nanos);
    }
}
