package jumpvpn.lab.architecture.planted.node.transport.tcp;

import jumpvpn.lab.architecture.planted.node.transport.udp.Udp;

/** Must not: an adapter of the same kind. */
public record UsesUdp(Udp udp) {}
