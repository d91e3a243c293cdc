package jumpvpn.lab.architecture.planted.core.gateway;

import jumpvpn.lab.architecture.planted.core.agent.UsesGateway;
import jumpvpn.lab.architecture.planted.core.net.Value;
import jumpvpn.lab.architecture.planted.lab.sim.Simulation;
import jumpvpn.lab.architecture.planted.node.host.LinkManager;

/** The first, third and fourth must not; the second may. */
public record UsesAgent(UsesGateway agent, Value allowed, Simulation lab, LinkManager node) {}
