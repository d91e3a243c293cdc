package jumpvpn.lab.architecture.planted.core.agent;

import jumpvpn.lab.architecture.planted.core.gateway.UsesAgent;

/** Must not. */
public record UsesGateway(UsesAgent gateway) {}
