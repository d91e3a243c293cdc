package jumpvpn.core.gateway;

import java.util.EnumSet;
import java.util.Set;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.ForwardingGate;
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
 * @param faults what a test has broken; empty in the product
 */
public record GatewayContext(
        GatewayConfig config,
        Crypto crypto,
        GatewayPort port,
        EventSink events,
        SessionTable table,
        LookupTable<Binding> bindings,
        LookupTable<ForwardingGate> routes,
        DropCounters drops,
        Set<Fault> faults) {

    /** The product's: nothing is broken. */
    public GatewayContext(
            GatewayConfig config,
            Crypto crypto,
            GatewayPort port,
            EventSink events,
            SessionTable table,
            LookupTable<Binding> bindings,
            LookupTable<ForwardingGate> routes,
            DropCounters drops) {
        this(config, crypto, port, events, table, bindings, routes, drops, EnumSet.noneOf(Fault.class));
    }

    /** The same with another sink. */
    GatewayContext with(EventSink sink) {
        return new GatewayContext(config, crypto, port, sink, table, bindings, routes, drops, faults);
    }

    /** Whether a test has broken this. */
    boolean has(Fault fault) {
        return faults.contains(fault);
    }
}
