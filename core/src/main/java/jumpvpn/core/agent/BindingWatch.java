package jumpvpn.core.agent;

import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.HealthWatch;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Delivery;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.transport.PathHealth;
import jumpvpn.core.transport.PathMtu;

/** Looks at the client's active binding while there is traffic. */
final class BindingWatch {
    private final ClientSession session;
    private HealthWatch health;
    private PathMtu mtu;

    /** @param rttNanos the handshake's round trip, 0 if unknown */
    BindingWatch(ClientSession session, long rttNanos) {
        this.session = session;
        this.health = new HealthWatch(session.policy, rttNanos);
        this.mtu = mtu();
        session.active.halving.longest(mtu.limit());
    }

    private PathMtu mtu() {
        return PathMtu.of(session.path.protocol(), session.grant.mtu() + PacketLayout.OVERHEAD);
    }

    /** Another binding is the active one. */
    void turn(long nowNanos, long rttNanos) {
        health = new HealthWatch(session.policy, rttNanos);
        mtu = mtu();
        session.active.halving.longest(mtu.limit());
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
        HealthWatch.Finding finding = health.look(nowNanos, session.machine.state(), counts(active.delivery, mtu));
        if (finding.reason() != null) {
            signal(nowNanos, finding.reason());
        }
        if (finding.dead()) {
            session.recovery.pathDead(nowNanos, ReasonCode.NO_DELIVERY_WINDOW);
            return;
        }
        if (finding.ping()) {
            session.send(nowNanos, new BindingMessage.Ping());
        } else if (finding.acknowledge()) {
            session.transmit(active, active.sealed(active.dataType(), new byte[0], nowNanos));
        }
        askLength(nowNanos, active);
        session.departure.looked(nowNanos, finding.worse());
        session.rekey.look(nowNanos);
        lookAgain(finding);
    }

    private void askLength(long nowNanos, Binding active) {
        Delivery delivery = active.delivery;
        boolean wanted = active.halving.takeHalved();
        int length = mtu.due(
                nowNanos, health.patienceNanos(), wanted, active.sealed(), delivery.acked(), delivery.peerReceived());
        active.halving.longest(mtu.limit());
        if (length > 0) {
            session.send(nowNanos, new BindingMessage.Length(length - PacketLayout.OVERHEAD));
            session.send(nowNanos, new BindingMessage.Ping());
        }
    }

    /** A datagram of the active binding that had this message arrived. */
    void arrived(BindingMessage.LengthSeen seen) {
        mtu.arrived(seen.bytes() + PacketLayout.OVERHEAD);
        session.active.halving.longest(mtu.limit());
    }

    private static PathHealth.Counts counts(Delivery delivery, PathMtu mtu) {
        return new PathHealth.Counts(
                delivery.sentAsking(),
                delivery.acked(),
                delivery.progressNanos(),
                delivery.peerReceived() + mtu.unarrived(delivery.acked()),
                delivery.rttNanos(),
                delivery.sentNanos(),
                delivery.receivedNanos(),
                delivery.askedNanos());
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
        boolean calm = finding.calm() && !mtu.isAsking();
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
