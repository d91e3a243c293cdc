package jumpvpn.core.agent;

import jumpvpn.core.data.Bound;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.observability.EventSink;
import jumpvpn.core.security.Crypto;

/**
 * What every part of the agent uses.
 *
 * @param bindings by wire identifier; the agent writes, the receiving thread reads
 * @param gate the one gate of this client, the same for session after session
 */
public record AgentContext(
        AgentConfig config,
        Crypto crypto,
        AgentPort port,
        EventSink events,
        LookupTable<Bound> bindings,
        ForwardingGate gate,
        DropCounters drops) {}
