package jumpvpn.core.gateway;

import jumpvpn.core.control.HealthWatch;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Delivery;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.transport.PathHealth;
import org.jspecify.annotations.Nullable;

/** A session's newest binding: how it is carried, how it does, and where the client is. */
final class ActivePath {
    final Binding binding;
    final Protocol protocol;
    final PeerAddress address;
    private final HealthWatch watch;
    private @Nullable Endpoint namedFrom;
    private String name = "";

    ActivePath(GatewaySession session, Binding binding, Protocol protocol) {
        this.binding = binding;
        this.protocol = protocol;
        this.address = new PeerAddress(session, binding);
        this.watch = new HealthWatch(session.policy(), 0);
    }

    /** What operators call it, seen from here. */
    String name() {
        Endpoint from = binding.peer();
        if (namedFrom != from) { // many events say it
            namedFrom = from;
            name = name(protocol, from);
        }
        return name;
    }

    static String name(Protocol protocol, Endpoint from) {
        return protocol.scheme() + "/from/" + from;
    }

    HealthWatch.Finding look(long nowNanos, SessionState state) {
        Delivery delivery = binding.delivery;
        PathHealth.Counts counts = new PathHealth.Counts(
                delivery.sentAsking(),
                delivery.acked(),
                delivery.progressNanos(),
                delivery.peerReceived(),
                delivery.rttNanos(),
                delivery.sentNanos(),
                delivery.receivedNanos(),
                delivery.askedNanos());
        return watch.look(nowNanos, state, counts);
    }

    /**
     * Nothing needs another look: hands the attention back.
     *
     * @return false if there was traffic in between: look again
     */
    boolean lookAway() {
        binding.rest();
        binding.releaseWatch();
        Delivery delivery = binding.delivery;
        boolean quiet = delivery.acked() >= delivery.sentAsking() && delivery.askedNanos() <= delivery.sentNanos();
        return quiet || !binding.claimWatch();
    }

    long rttNanos() {
        return watch.rttNanos();
    }

    double loss(long nowNanos) {
        return watch.loss(nowNanos);
    }
}
