package jumpvpn.core.gateway;

import java.nio.ByteBuffer;
import java.util.Objects;
import jumpvpn.core.control.HealthWatch;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Delivery;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.data.RestingBinding;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.transport.PathMtu;
import org.jspecify.annotations.Nullable;

/** A session's newest binding: how it is carried, how it does, and where the client is. */
final class ActivePath {
    private static final long LEAST_REST_NANOS = 1_000_000_000L;
    /** Of most names, at most. */
    private static final int NAME_LENGTH = 32;

    final Binding binding;
    final Protocol protocol;
    final PeerAddress address;
    private final HealthWatch watch;
    private final long restAfterNanos;
    private @Nullable Endpoint namedFrom;
    private String name = "";

    ActivePath(GatewaySession session, Binding binding, Protocol protocol) {
        this(session, binding, protocol, new HealthWatch(session.policy(), PathMtu.of(protocol, most(session)), 0));
    }

    private ActivePath(GatewaySession session, Binding binding, Protocol protocol, HealthWatch watch) {
        this.binding = binding;
        this.protocol = protocol;
        this.address = new PeerAddress(session, binding);
        this.watch = watch;
        limit();
        this.restAfterNanos = Math.max(LEAST_REST_NANOS, session.policy().get(PolicyKey.VOLATILITY_LOSS_WINDOW));
    }

    private static int most(GatewaySession session) {
        return session.context.config().mtu() + PacketLayout.OVERHEAD;
    }

    /** Its name, as long as the peer stays where it is. */
    void named(String known) {
        namedFrom = binding.peer();
        name = known;
    }

    /** Writes it, times as passed since then. Secret. */
    void encode(ByteBuffer out, long sinceNanos) {
        out.put((byte) protocol.number());
        RestingBinding.encode(binding, out, sinceNanos);
        watch.encode(out, sinceNanos);
    }

    /** Reads what {@link #encode} wrote. */
    static ActivePath decode(GatewaySession session, ByteBuffer in, long sinceNanos) {
        Protocol protocol = Objects.requireNonNull(Protocol.of(in.get()));
        int window = session.policy().count(PolicyKey.SECURITY_REPLAY_WINDOW);
        AeadPort aead = session.context.crypto().aead();
        Binding binding = RestingBinding.decode(aead, session.path.gate, window, in, sinceNanos);
        HealthWatch watch = HealthWatch.decode(session.policy(), protocol, most(session), in, sinceNanos);
        return new ActivePath(session, binding, protocol, watch);
    }

    /** Whether nothing of it is under way: neither a packet that waits for its answer, nor a proof of its address, nor a renewal of its keys. */
    boolean isAtRest(long nowNanos) {
        return nowNanos >= restNanos()
                && !binding.isWatched()
                && isQuiet()
                && binding.trial() == null
                && binding.roamed() == null
                && !address.isAsking()
                && !binding.hasOlder();
    }

    /** When it has been quiet for so long that nothing that was seen of the path counts any more. */
    long restNanos() {
        return lastUsedNanos() + restAfterNanos + 1;
    }

    /** When it was used last. */
    long lastUsedNanos() {
        return Math.max(binding.delivery.sentNanos(), binding.delivery.receivedNanos());
    }

    private boolean isQuiet() {
        Delivery delivery = binding.delivery;
        return delivery.acked() >= delivery.sentAsking() && delivery.askedNanos() <= delivery.sentNanos();
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
        StringBuilder text =
                new StringBuilder(NAME_LENGTH).append(protocol.scheme()).append("/from/");
        from.appendTo(text);
        return text.toString();
    }

    HealthWatch.Finding look(long nowNanos, SessionState state) {
        boolean wanted =
                binding.trial() == null && binding.halving.takeHalved(); // not before the peer's address is proven
        HealthWatch.Finding finding = watch.look(nowNanos, state, binding.delivery.counts(), binding.sealed(), wanted);
        limit();
        return finding;
    }

    /** A datagram of so many bytes arrived. */
    void arrived(int length) {
        watch.arrived(length);
        limit();
    }

    private void limit() {
        binding.halving.longest(watch.longest(), watch.found());
    }

    /**
     * Nothing needs another look: hands the attention back.
     *
     * @return false if there was traffic in between: look again
     */
    boolean lookAway() {
        binding.releaseWatch();
        return isQuiet() || !binding.claimWatch();
    }

    long rttNanos() {
        return watch.rttNanos();
    }

    double loss(long nowNanos) {
        return watch.loss(nowNanos);
    }
}
