package jumpvpn.core.agent;

import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.HealthWatch;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Delivery;
import jumpvpn.core.data.Halving;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.transport.PathMtu;

/** Looks at the client's active binding while there is traffic. */
final class BindingWatch {
    private final ClientSession session;
    private HealthWatch health;
    /** The inner MTU that the port was told, bytes; 0: none yet. */
    private int innerMtu;

    /** @param rttNanos the handshake's round trip, 0 if unknown */
    BindingWatch(ClientSession session, long rttNanos) {
        this.session = session;
        this.health = health(rttNanos);
    }

    private HealthWatch health(long rttNanos) {
        HealthWatch made = new HealthWatch(session.policy, PathMtu.of(session.path.protocol(), most()), rttNanos);
        session.active.halving.longest(made.longest(), made.found());
        return made;
    }

    /** Bytes of the longest datagram that would be sent. */
    private int most() {
        return session.grant.mtu() + PacketLayout.OVERHEAD;
    }

    /** Another binding is the active one. */
    void turn(long nowNanos, long rttNanos) {
        health = health(rttNanos);
        wake(nowNanos);
    }

    /** The active binding is about to be none: what it told of its path stays known. */
    void leave() {
        if (session.machine.bindingAlive()) {
            session.candidates.heard(session.path.id(), session.lastHeardNanos(), health.rttNanos());
        }
    }

    /** There is traffic: look until it is calm. */
    void wake(long nowNanos) {
        session.active.claimWatch();
        session.deadlines.set(ClientSession.Timer.LOOK, nowNanos);
    }

    /** A look is due. */
    void look(long nowNanos) {
        Binding active = session.active;
        if (!session.machine.bindingAlive()) {
            return;
        }
        if (active.isExhausted(nowNanos)) {
            session.recovery.pathDead(nowNanos, ReasonCode.KEY_EXPIRED);
            return;
        }
        HealthWatch.Finding finding = health.look(
                nowNanos,
                session.machine.state(),
                active.delivery.counts(),
                active.sealed(),
                active.halving.takeHalved() || isNarrowed());
        limit();
        if (finding.reason() != null) {
            signal(nowNanos, finding.reason());
        }
        if (finding.dead()) {
            session.recovery.pathDead(nowNanos, ReasonCode.NO_DELIVERY_WINDOW);
            return;
        }
        if (finding.askBytes() > 0) {
            session.send(nowNanos, new BindingMessage.Length(finding.askBytes() - PacketLayout.OVERHEAD));
        }
        if (finding.ping() || finding.askBytes() > 0) {
            session.send(nowNanos, new BindingMessage.Ping());
        } else if (finding.acknowledge()) {
            session.transmit(active, active.sealed(active.dataType(), new byte[0], nowNanos));
        }
        session.departure.looked(nowNanos, finding.worse());
        session.rekey.look(nowNanos);
        lookAgain(finding);
    }

    /** A datagram of the active binding that had this message arrived. */
    void arrived(BindingMessage.LengthSeen seen) {
        health.arrived(seen.bytes() + PacketLayout.OVERHEAD);
        limit();
    }

    /** Whether what wants a wider path is no longer sent, because the inner MTU follows. */
    private boolean isNarrowed() {
        return innerMtu > 0 && innerMtu < session.grant.mtu();
    }

    private void limit() {
        int found = health.found();
        session.active.halving.longest(health.longest(), found);
        int mtu = found == 0 ? innerMtu : Halving.innerMtu(Math.min(found, most()));
        if (mtu != innerMtu) {
            innerMtu = mtu;
            session.context.port().innerMtu(mtu);
        }
    }

    private void signal(long nowNanos, ReasonCode reason) {
        if (session.machine.state() == SessionState.ATTACHED) {
            session.journal.emit(
                    nowNanos, EventType.VOLATILITY_SIGNAL, reason, session.machine.version(), session.path.name());
        }
        session.step(nowNanos, reason);
        if (session.machine.state() == SessionState.VOLATILE) {
            session.departure.shaken(nowNanos, reason);
        } else if (session.machine.state() == SessionState.ATTACHED) {
            session.departure.calmed();
        }
    }

    private void lookAgain(HealthWatch.Finding finding) {
        Binding active = session.active;
        boolean calm = finding.calm();
        if (calm) {
            Delivery delivery = active.delivery;
            session.keepalives.calm();
            active.rest();
            active.releaseWatch();
            boolean quiet = delivery.acked() >= delivery.sentAsking() && delivery.askedNanos() <= delivery.sentNanos();
            calm = quiet || !active.claimWatch(); // sent or received in between?
        }
        if (!calm) {
            session.deadlines.set(ClientSession.Timer.LOOK, finding.againNanos());
        }
    }

    /** Whether an answer is late: what the client says may not arrive. */
    boolean isLate() {
        return health.isLate();
    }

    long patienceNanos() {
        return health.patienceNanos();
    }

    long rttNanos() {
        return health.rttNanos();
    }

    double loss(long nowNanos) {
        return health.loss(nowNanos);
    }
}
