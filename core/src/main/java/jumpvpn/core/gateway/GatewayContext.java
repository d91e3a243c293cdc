package jumpvpn.core.gateway;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Bound;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.Grace;
import jumpvpn.core.data.Lease;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.observability.EventSink;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.session.Fault;
import org.jspecify.annotations.Nullable;

/**
 * What every part of the gateway uses.
 *
 * @param bindings by wire identifier; the gateway writes, the receiving thread reads
 * @param routes by inner address; the gateway writes, the packet thread reads
 * @param grace tells when no packet thread uses any more what it found in either
 * @param lease until when packets may pass; the gateway writes, the packet threads read
 * @param faults what a test has broken; empty in the product
 */
public record GatewayContext(
        GatewayConfig config,
        Crypto crypto,
        GatewayPort port,
        EventSink events,
        SessionTable table,
        LookupTable<Bound> bindings,
        LookupTable<ForwardingGate> routes,
        DropCounters drops,
        Grace grace,
        Lease lease,
        Set<Fault> faults) {

    /** Nothing is broken, and the lease never ends. */
    public GatewayContext(
            GatewayConfig config,
            Crypto crypto,
            GatewayPort port,
            EventSink events,
            SessionTable table,
            LookupTable<Bound> bindings,
            LookupTable<ForwardingGate> routes,
            DropCounters drops,
            Grace grace) {
        this(
                config,
                crypto,
                port,
                events,
                table,
                bindings,
                routes,
                drops,
                grace,
                new Lease(),
                EnumSet.noneOf(Fault.class));
    }

    /** Packets to these inner addresses find this gate no more; those that did. */
    List<Prefix> unroute(List<Prefix> inner, ForwardingGate gate) {
        List<Prefix> led = inner.stream()
                .filter(own -> routes.get(own.address().high(), own.address().low()) == gate)
                .toList();
        led.forEach(own -> routes.remove(own.address().high(), own.address().low()));
        return led;
    }

    /** The same with another sink. */
    GatewayContext with(EventSink sink) {
        return new GatewayContext(config, crypto, port, sink, table, bindings, routes, drops, grace, lease, faults);
    }

    /** To a binding's peer, and a copy to where it seems to have moved as long as that may be. */
    void transmit(Binding through, byte @Nullable [] datagram) {
        if (datagram != null) {
            Endpoint copyTo = through.copyTo(datagram.length);
            if (copyTo != null) {
                port.transmit(through.pathId, copyTo, datagram.clone());
            }
            port.transmit(through.pathId, through.peer(), datagram);
        }
    }

    /** Whether a test has broken this. */
    boolean has(Fault fault) {
        return faults.contains(fault);
    }
}
