package jumpvpn.lab.explore;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Bound;
import jumpvpn.core.data.Forwarding;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.Grace;
import jumpvpn.core.data.Inbound;
import jumpvpn.core.data.Lease;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.data.Outbound;
import jumpvpn.core.data.Resting;
import jumpvpn.core.gateway.Gateway;
import jumpvpn.core.gateway.GatewayConfig;
import jumpvpn.core.gateway.GatewayContext;
import jumpvpn.core.gateway.SessionStatus;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/** A gateway's process. */
final class GatewayEngine extends Engine {
    private final LookupTable<Bound> bindings = new LookupTable<>();
    private final LookupTable<ForwardingGate> routes = new LookupTable<>();
    private final TablePort table = new TablePort(this::out);
    private final List<Binding> used = new ArrayList<>();
    private final Gateway gateway;

    GatewayEngine(Given given, Input.Start start) {
        super(given, start);
        Lease lease = new Lease();
        GatewayConfig config = new GatewayConfig(
                Given.name(start.number()),
                given.gatewayKeys(),
                List.of(new Prefix(Given.INNER, 24)),
                List.of(new GatewayConfig.Client("laptop", given.clientKeys().publicKey(), List.of())),
                given.policy(),
                1400);
        gateway = new Gateway(
                new GatewayContext(
                        config,
                        crypto(),
                        this::transmit,
                        event -> out(new Output.Said(event)),
                        table,
                        bindings,
                        routes,
                        drops,
                        Grace.NONE,
                        lease,
                        given.faults()),
                Given.WALL_SECONDS);
        packetPath(new Inbound(bindings, drops, true, lease), new Outbound(routes::get, drops, true, lease, 0, 0));
    }

    @Override
    void boot() {
        gateway.start(start.nowNanos());
    }

    @Override
    List<Object> parts() {
        return List.of(gateway, bindings, routes, table, used);
    }

    @Override
    Shown shown(long nowNanos) {
        used.removeIf(binding -> bindings.get(0, binding.localWireId) != binding); // nothing reaches it any more
        List<Shown.Held> held = new ArrayList<>();
        for (SessionStatus session : gateway.sessions(nowNanos)) {
            ForwardingGate gate = route(session);
            held.add(new Shown.Held(session, Shown.Gate.of(forwarding(gate))));
            if (gate != null
                    && gate.forwarding() instanceof Forwarding.Forward(Binding binding)
                    && !used.contains(binding)) {
                used.add(binding);
            }
        }
        List<Shown.Receiving> receiving = used.stream()
                .map(binding -> new Shown.Receiving(binding.epoch, receivesUntil(binding)))
                .toList();
        return new Shown(gateway.nextNanos(), null, Shown.Gate.MISSING, held, receiving);
    }

    /** What the gate does with packets; of a session at rest, as soon as it is awake. */
    private @Nullable Forwarding forwarding(@Nullable ForwardingGate gate) {
        if (gate == null) {
            return null;
        }
        return gate.forwarding() instanceof Resting resting ? gateway.forwarding(resting) : gate.forwarding();
    }

    private @Nullable ForwardingGate route(SessionStatus session) {
        IpAddress inner = session.inner().getFirst().address();
        return routes.get(inner.high(), inner.low());
    }

    /** A binding says only whether it receives at a moment, and never begins again once it has ceased. */
    private static long receivesUntil(Binding binding) {
        long receives = 0;
        long ceased = Long.MAX_VALUE;
        while (ceased - receives > 1) {
            long between = receives + (ceased - receives) / 2;
            if (binding.receives(between)) {
                receives = between;
            } else {
                ceased = between;
            }
        }
        return ceased;
    }

    @Override
    int socketId(Message message) {
        return 0;
    }

    @Override
    @Nullable
    SessionId holder(long nowNanos, Binding binding) {
        for (SessionStatus session : gateway.sessions(nowNanos)) {
            if (route(session) == binding.gate) {
                return session.id();
            }
        }
        return null;
    }

    @Override
    void answered(Input.Answered it) {
        table.answered(it);
        gateway.proceed(it.nowNanos());
    }

    @Override
    void hears(Input.Hears it) {
        table.hears(it);
        gateway.proceed(it.nowNanos());
    }

    @Override
    void proceed(long nowNanos) {
        gateway.proceed(nowNanos);
    }

    @Override
    void receive(long nowNanos, int socketId, Endpoint from, byte[] bytes) {
        gateway.receive(nowNanos, socketId, from, bytes);
    }

    @Override
    void receiveControl(long nowNanos, Binding binding, Endpoint from, byte[] message) {
        gateway.receiveControl(nowNanos, binding, from, message);
    }

    @Override
    void watch(long nowNanos, Binding binding) {
        gateway.watch(nowNanos, binding);
    }

    @Override
    void wake(long nowNanos, Resting session) {
        gateway.wake(nowNanos, session);
    }

    @Override
    void transmit(int socketId, Endpoint to, byte[] bytes) {
        for (int link = 0; link < Given.LINKS; link++) {
            if (Given.outer(link).equals(to)) {
                out(new Output.Sent(new Message(0, link, Given.endpoint(start.number()), bytes)));
            }
        }
    }
}
