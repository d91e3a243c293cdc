package jumpvpn.lab.architecture.planted.node.host;

/** Must not be called so. */
public record LinkManager() {}
