package jumpvpn.core.gateway;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.session.ReasonCode;
import org.jspecify.annotations.Nullable;

/**
 * The clients' inner addresses. Fixed ones as configured, the others by the hash of the client's key, so that a client keeps its address over restarts without a
 * file. No two clients ever hold one.
 */
final class AddressPool {
    private static final int MOST_TRIES = 1 << 16;

    private final TreeMap<String, List<Prefix>> byClient = new TreeMap<>();
    private final TreeSet<IpAddress> taken = new TreeSet<>();

    AddressPool(GatewayConfig config) {
        config.networks().forEach(network -> taken.add(network.address()));
        config.clients().forEach(client -> taken.addAll(client.addresses()));
        for (GatewayConfig.Client client : config.clients()) {
            List<Prefix> inner = new ArrayList<>();
            for (Prefix network : config.networks()) {
                IpAddress address = fixed(client, network);
                if (address == null && client.addresses().isEmpty()) {
                    address = fromPool(client.publicKey(), network);
                }
                if (address != null) {
                    inner.add(new Prefix(address, network.length()));
                }
            }
            byClient.put(SessionRecord.clientKey(client.publicKey()), List.copyOf(inner));
        }
    }

    private static @Nullable IpAddress fixed(GatewayConfig.Client client, Prefix network) {
        for (IpAddress address : client.addresses()) {
            if (network.contains(address)) {
                return address;
            }
        }
        return null;
    }

    private @Nullable IpAddress fromPool(byte[] publicKey, Prefix network) {
        int hostBits = Math.min((network.address().isV4() ? 32 : 128) - network.length(), 24);
        long hosts = (1L << hostBits)
                - (network.address().isV4() ? 2 : 1); // without the network's own and broadcast address
        long start = Arrays.hashCode(publicKey) & 0xffff_ffffL;
        for (long i = 0; i < Math.min(hosts, MOST_TRIES); i++) {
            long host = 1 + (start + i) % hosts;
            long low = network.address().low() >>> hostBits << hostBits | host;
            IpAddress address = new IpAddress(network.address().high(), low);
            if (taken.add(address)) {
                return address;
            }
        }
        return null;
    }

    /**
     * Why a session that was born under an earlier configuration can't go on under this one, or null: its client is no longer in it (REVOKED), or has other inner
     * addresses now, so that its old ones may be somebody else's (OPERATOR_TERMINATE).
     */
    @Nullable
    ReasonCode refuses(SessionRecord record) {
        List<Prefix> inner = byClient.get(record.clientKey());
        if (inner == null) {
            return ReasonCode.REVOKED;
        }
        return inner.equals(record.inner()) ? null : ReasonCode.OPERATOR_TERMINATE;
    }

    /** The client's inner addresses; empty when the pool had none left. */
    List<Prefix> of(byte[] publicKey) {
        return byClient.getOrDefault(SessionRecord.clientKey(publicKey), List.of());
    }
}
