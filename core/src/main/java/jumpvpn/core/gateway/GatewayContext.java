package jumpvpn.core.gateway;

import java.util.EnumSet;
import java.util.Set;
import jumpvpn.core.data.Bound;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.Grace;
import jumpvpn.core.data.Lease;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.observability.EventSink;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.session.Fault;

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

    /** The product's: nothing is broken. */
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

    /** The same with another sink. */
    GatewayContext with(EventSink sink) {
        return new GatewayContext(config, crypto, port, sink, table, bindings, routes, drops, grace, lease, faults);
    }

    /** Whether a test has broken this. */
    boolean has(Fault fault) {
        return faults.contains(fault);
    }
}
