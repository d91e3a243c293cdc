package jumpvpn.core.gateway;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.ownership.PoolOrder;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.session.ReasonCode;
import org.jspecify.annotations.Nullable;

/**
 * The clients' inner addresses. Fixed ones as configured, the others by the hash of the client's key, so that a client keeps its address over restarts without a
 * file. No two clients ever hold one.
 */
final class AddressPool {
    private final KnownClients clients;
    private final List<Prefix> networks;
    /** Of client and network: the address, or 0 and 0 where the client has none. */
    private long[] high;

    private long[] low;
    /** Everybody's; made when it is needed. */
    private @Nullable TreeSet<IpAddress> taken;

    AddressPool(GatewayConfig config, KnownClients clients) {
        this.clients = clients;
        this.networks = config.networks();
        high = new long[clients.size() * networks.size()];
        low = new long[high.length];
        Set<IpAddress> fixed = new TreeSet<>();
        networks.forEach(network -> fixed.add(network.address()));
        config.clients().forEach(client -> fixed.addAll(client.addresses()));
        for (int number = 0; number < clients.size(); number++) {
            place(number, fixed);
        }
    }

    /** Gives the client with this number its addresses. @param others no pool address may be among these; the new ones come to them */
    private void place(int number, Set<IpAddress> others) {
        GatewayConfig.Client client = clients.get(number);
        for (int i = 0; i < networks.size(); i++) {
            Prefix network = networks.get(i);
            IpAddress address = fixed(client, network);
            if (address == null && client.addresses().isEmpty()) {
                address = fromPool(client.publicKey(), network, others);
            }
            int at = number * networks.size() + i;
            high[at] = address == null ? 0 : address.high();
            low[at] = address == null ? 0 : address.low();
        }
    }

    /**
     * Whether this client, known or not, can have these fixed addresses: nobody else has one of them.
     *
     * @param fixed empty: from the pool, which is always possible
     */
    boolean isFree(byte[] publicKey, List<IpAddress> fixed) {
        List<IpAddress> own = of(publicKey).stream().map(Prefix::address).toList();
        return fixed.stream().allMatch(address -> own.contains(address) || !taken().contains(address));
    }

    /** Whether the client has just these addresses, or those that it has may stay, since it may have any. */
    boolean has(GatewayConfig.Client client) {
        List<IpAddress> own =
                of(client.publicKey()).stream().map(Prefix::address).sorted().toList();
        return client.addresses().isEmpty()
                || own.equals(client.addresses().stream().sorted().toList());
    }

    /** A client came, or has other addresses from now on. */
    void admitted(int number) {
        Set<IpAddress> all = taken();
        if (number * networks.size() < high.length) {
            of(number).forEach(old -> all.remove(old.address()));
        } else {
            int room = Math.max(clients.size(), clients.size() / 2 * 3) * networks.size();
            high = Arrays.copyOf(high, room);
            low = Arrays.copyOf(low, room);
        }
        place(number, all);
        of(number).forEach(inner -> all.add(inner.address()));
    }

    private Set<IpAddress> taken() {
        TreeSet<IpAddress> all = taken;
        if (all == null) {
            all = new TreeSet<>();
            for (Prefix network : networks) {
                all.add(network.address());
            }
            for (int at = 0; at < high.length; at++) {
                if (high[at] != 0 || low[at] != 0) {
                    all.add(new IpAddress(high[at], low[at]));
                }
            }
            taken = all;
        }
        return all;
    }

    private static @Nullable IpAddress fixed(GatewayConfig.Client client, Prefix network) {
        for (IpAddress address : client.addresses()) {
            if (network.contains(address)) {
                return address;
            }
        }
        return null;
    }

    private static @Nullable IpAddress fromPool(byte[] publicKey, Prefix network, Set<IpAddress> others) {
        PoolOrder order = new PoolOrder(publicKey, network);
        for (long i = 0; i < order.size(); i++) {
            IpAddress address = order.at(i);
            if (others.add(address)) {
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
