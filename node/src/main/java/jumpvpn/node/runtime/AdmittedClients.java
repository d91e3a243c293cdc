package jumpvpn.node.runtime;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import jumpvpn.core.net.IpAddress;
import jumpvpn.node.config.GatewayConfig;
import org.jspecify.annotations.Nullable;

/** Who may come in at present, by this gateway's file, its operator and its store. The control thread's. */
final class AdmittedClients {
    private static final int DIGEST_BYTES = 4;

    private record Client(String name, byte[] key, List<IpAddress> addresses) {}

    /** By key in hexadecimal. */
    private final TreeMap<String, Client> clients = new TreeMap<>();

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
        digest = null;
        clients.put(HexFormat.of().formatHex(key), new Client(name, key.clone(), List.copyOf(addresses)));
    }

    void revoke(byte[] key) {
        digest = null;
        clients.remove(HexFormat.of().formatHex(key));
    }

    /** The key of the client of this name. */
    Optional<byte[]> key(String name) {
        return clients.values().stream()
                .filter(client -> client.name.equals(name))
                .map(Client::key)
                .findFirst();
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
