package jumpvpn.node.runtime;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import jumpvpn.core.net.IpAddress;
import jumpvpn.node.config.GatewayConfig;
import org.jspecify.annotations.Nullable;

/** Who may come in at present, by this gateway's file, its operator and its store. The control thread's. */
final class AdmittedClients {
    private static final int DIGEST_BYTES = 4;

    private record Client(String name, byte[] key, List<IpAddress> addresses) {}

    /** By key in hexadecimal. */
    private final TreeMap<String, Client> clients = new TreeMap<>();

    /** Those keys by name; more than one where gateways were told of one name at the same time. */
    private final Map<String, Set<String>> keys = new HashMap<>();

    /** Null: not told since the last change; of a hundred thousand it is not made for each who asks. */
    private @Nullable String digest;

    /** Those of a file. */
    AdmittedClients(GatewayConfig config) {
        for (GatewayConfig.Client client : config.clients()) {
            admit(client.name(), client.publicKey().bytes(), client.addresses());
        }
    }

    /** @param key 32 bytes */
    void admit(String name, byte[] key, List<IpAddress> addresses) {
        revoke(key);
        String hex = HexFormat.of().formatHex(key);
        clients.put(hex, new Client(name, key.clone(), List.copyOf(addresses)));
        keys.computeIfAbsent(name, _ -> new TreeSet<>()).add(hex);
    }

    void revoke(byte[] key) {
        digest = null;
        String hex = HexFormat.of().formatHex(key);
        Client gone = clients.remove(hex);
        if (gone != null) {
            keys.computeIfPresent(gone.name, (_, all) -> all.remove(hex) && all.isEmpty() ? null : all);
        }
    }

    /** The keys of the clients of this name: none, one, or more where gateways were told of one name at the same time. */
    List<byte[]> keys(String name) {
        return keys.getOrDefault(name, Set.of()).stream()
                .map(HexFormat.of()::parseHex)
                .toList();
    }

    int size() {
        return clients.size();
    }

    /** Eight hexadecimal digits that differ where keys or addresses do: the start of the SHA-256 of each key and its addresses, by key. */
    String digest() {
        String known = digest;
        if (known == null) {
            known = made();
            digest = known;
        }
        return known;
    }

    private String made() {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            clients.values().forEach(client -> {
                sha.update(client.key);
                sha.update((byte) client.addresses.size());
                client.addresses.forEach(address -> sha.update(bytes(address)));
            });
            return HexFormat.of().formatHex(sha.digest(), 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static byte[] bytes(IpAddress address) {
        ByteBuffer bytes = ByteBuffer.allocate(IpAddress.WIRE_LENGTH);
        address.encode(bytes);
        return bytes.array();
    }
}
