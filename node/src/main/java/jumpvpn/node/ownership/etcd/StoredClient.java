package jumpvpn.node.ownership.etcd;

import java.util.List;
import jumpvpn.core.net.IpAddress;

/**
 * A client as all gateways know it.
 *
 * @param key its public key, 32 bytes
 * @param addresses its inner addresses; of one that is to be published: empty means from the pool
 * @param revoked it may not come in any more; name and addresses are empty then
 */
public record StoredClient(byte[] key, String name, List<IpAddress> addresses, boolean revoked) {}
