package jumpvpn.core.gateway;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** The clients of the configuration, by public key: numbered as they stand there, found by open addressing. */
final class KnownClients {
    /** No client of the configuration. */
    static final int NONE = -1;

    private final List<GatewayConfig.Client> clients;
    private final int[] slots;

    KnownClients(List<GatewayConfig.Client> clients) {
        this.clients = clients;
        slots = new int[Integer.highestOneBit(Math.max(8, clients.size())) * 4];
        Arrays.fill(slots, NONE);
        for (int i = 0; i < clients.size(); i++) {
            int slot = slot(clients.get(i).publicKey());
            if (slots[slot] == NONE) { // of two with one key the first is known
                slots[slot] = i;
            }
        }
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
}
