package jumpvpn.lab.architecture.planted.node.transport.udp;

import jumpvpn.lab.architecture.planted.node.host.LinkManager;

/** May: adapters stand on host. */
public record Udp(LinkManager host) {}
