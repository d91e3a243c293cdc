package jumpvpn.core.gateway;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

    private final KnownClients clients;
    private final List<Prefix> networks;
    /** Of client and network: the address, or 0 and 0 where the client has none. */
    private final long[] high;

    private final long[] low;

    AddressPool(GatewayConfig config, KnownClients clients) {
        this.clients = clients;
        this.networks = config.networks();
        high = new long[clients.size() * networks.size()];
        low = new long[high.length];
        TreeSet<IpAddress> taken = new TreeSet<>();
        networks.forEach(network -> taken.add(network.address()));
        config.clients().forEach(client -> taken.addAll(client.addresses()));
        for (int number = 0; number < clients.size(); number++) {
            GatewayConfig.Client client = clients.get(number);
            for (int i = 0; i < networks.size(); i++) {
                Prefix network = networks.get(i);
                IpAddress address = fixed(client, network);
                if (address == null && client.addresses().isEmpty()) {
                    address = fromPool(client.publicKey(), network, taken);
                }
                if (address != null) {
                    high[number * networks.size() + i] = address.high();
                    low[number * networks.size() + i] = address.low();
                }
            }
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

    private static @Nullable IpAddress fromPool(byte[] publicKey, Prefix network, TreeSet<IpAddress> taken) {
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
        int number = clients.find(record.clientKey());
        if (number == KnownClients.NONE) {
            return ReasonCode.REVOKED;
        }
        return of(number).equals(record.inner()) ? null : ReasonCode.OPERATOR_TERMINATE;
    }

    /** The client's inner addresses; empty when it is not known, or the pool had none left. */
    List<Prefix> of(byte[] publicKey) {
        int number = clients.find(publicKey);
        return number == KnownClients.NONE ? List.of() : of(number);
    }

    /** The inner addresses of the client with this number; empty when the pool had none left. */
    List<Prefix> of(int number) {
        List<Prefix> inner = new ArrayList<>(networks.size());
        for (int i = 0; i < networks.size(); i++) {
            int at = number * networks.size() + i;
            if (high[at] != 0 || low[at] != 0) {
                inner.add(new Prefix(
                        new IpAddress(high[at], low[at]), networks.get(i).length()));
            }
        }
        return List.copyOf(inner);
    }
}
