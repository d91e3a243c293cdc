package jumpvpn.lab.architecture.planted.node.data.tun;

import jumpvpn.lab.architecture.planted.node.transport.udp.Udp;

/** Must not: an adapter of another kind. */
public record UsesUdp(Udp udp) {}
