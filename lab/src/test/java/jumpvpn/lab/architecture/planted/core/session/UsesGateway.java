package jumpvpn.lab.architecture.planted.core.session;

import jumpvpn.lab.architecture.planted.core.gateway.UsesAgent;

/** Must not: dependencies point the other way. */
record UsesGateway(UsesAgent gateway) {}
