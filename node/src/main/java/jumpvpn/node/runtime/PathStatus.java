package jumpvpn.node.runtime;

import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Protocol;

/**
 * A path.
 *
 * @param id what {@code jump --to} may name
 * @param interfaceName the local interface; empty where the end does not know it
 */
public record PathStatus(String id, Protocol protocol, String interfaceName, Endpoint local, Endpoint remote) {}
