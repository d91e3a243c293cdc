package jumpvpn.core.gateway;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** The clients of the configuration and those admitted since, by public key: numbered in this order, for good, found by open addressing. */
final class KnownClients {
    /** No known client. */
    static final int NONE = -1;

    private final List<GatewayConfig.Client> clients;
    private int[] slots;

    KnownClients(List<GatewayConfig.Client> clients) {
        this.clients = new ArrayList<>(clients);
        slots = indexed(clients.size());
    }

    private int[] indexed(int size) {
        slots = new int[Integer.highestOneBit(Math.max(8, size)) * 4];
        Arrays.fill(slots, NONE);
        for (int i = 0; i < clients.size(); i++) {
            int slot = slot(clients.get(i).publicKey());
            if (slots[slot] == NONE) { // of two with one key the first is known
                slots[slot] = i;
            }
        }
        return slots;
    }

    private int slot(byte[] publicKey) {
        int mask = slots.length - 1;
        int hash = Arrays.hashCode(publicKey) * 0x9e37_79b9;
        int slot = (hash ^ hash >>> 15) & mask;
        while (slots[slot] != NONE && !Arrays.equals(get(slots[slot]).publicKey(), publicKey)) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    /** The client's number, or {@link #NONE}. */
    int find(byte[] publicKey) {
        return slots[slot(publicKey)];
    }

    /** The client's number, or {@link #NONE}. */
    int find(String clientKey) {
        return find(HexFormat.of().parseHex(clientKey));
    }

    GatewayConfig.Client get(int number) {
        return clients.get(number);
    }

    int size() {
        return clients.size();
    }

    /** Puts the client in the place of the one with its key, or behind all. @return its number */
    int put(GatewayConfig.Client client) {
        int known = find(client.publicKey());
        if (known != NONE) {
            clients.set(known, client);
            return known;
        }
        clients.add(client);
        if (clients.size() > slots.length / 2) {
            indexed(clients.size());
        } else {
            slots[slot(client.publicKey())] = clients.size() - 1;
        }
        return clients.size() - 1;
    }
}
