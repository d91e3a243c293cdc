package jumpvpn.node.runtime;

import java.util.Map;
import jumpvpn.core.transport.TransportCounter;

/**
 * What a transport counted since it was opened.
 *
 * @param id of a client's the path, of a gateway's where it listens
 * @param counts of each counter
 */
public record TransportStatus(String id, Map<TransportCounter, Long> counts) {}
