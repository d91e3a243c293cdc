package jumpvpn.node.ownership.etcd;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.Hkdf;
import jumpvpn.core.security.SealedBytes;
import jumpvpn.core.security.Suite;
import org.jspecify.annotations.Nullable;

/**
 * Clients as bytes. Whoever can only write to the store can make nobody a client: the value is sealed under a key that the store lacks. Layout, big-endian:
 *
 * <pre>
 *  format u8 = 1 | nonce 16 | sealed: name length u8, UTF-8, count u8, each address 17; tag 16
 * </pre>
 *
 * <p>Sealing key: HKDF(nonce, record key, "jumpvpn stored client", client key). A revoked client's value is empty.
 */
final class ClientCodec {
    private static final byte FORMAT = 1;
    private static final int NONCE_LENGTH = 16;
    private static final int MOST_ADDRESSES = 8;
    private static final Suite SUITE = Suite.AES_256_GCM;

    private final Crypto crypto;
    private final byte[] recordKey;

    ClientCodec(Crypto crypto, byte[] recordKey) {
        this.crypto = crypto;
        this.recordKey = recordKey.clone();
    }

    byte[] encode(StoredClient client) {
        if (client.revoked()) {
            return new byte[0];
        }
        byte[] name = client.name().getBytes(StandardCharsets.UTF_8);
        int count = client.addresses().size();
        if (name.length > 255 || count > MOST_ADDRESSES) {
            throw new IllegalArgumentException("a client with a name of " + name.length + " bytes, " + count
                    + " addresses; at most 255 and " + MOST_ADDRESSES);
        }
        ByteBuffer open = ByteBuffer.allocate(2 + name.length + count * IpAddress.WIRE_LENGTH);
        open.put((byte) name.length).put(name).put((byte) count);
        client.addresses().forEach(address -> address.encode(open));
        byte[] nonce = crypto.entropy().bytes(NONCE_LENGTH);
        byte[] sealed = SealedBytes.seal(crypto.aead(), SUITE, key(nonce, client.key()), new byte[0], open.array());
        return ByteBuffer.allocate(1 + NONCE_LENGTH + sealed.length)
                .put(FORMAT)
                .put(nonce)
                .put(sealed)
                .array();
    }

    private byte[] key(byte[] nonce, byte[] clientKey) {
        return Hkdf.derive(nonce, recordKey, "jumpvpn stored client", clientKey, 32);
    }

    /** Reads what {@link #encode} wrote; null: this is no client that a gateway with this key has written. Any bytes may be passed. */
    @Nullable
    StoredClient decode(byte[] clientKey, byte[] value) {
        if (value.length == 0) {
            return new StoredClient(clientKey, "", List.of(), true);
        }
        if (value[0] != FORMAT || value.length < 1 + NONCE_LENGTH) {
            return null;
        }
        byte[] nonce = Arrays.copyOfRange(value, 1, 1 + NONCE_LENGTH);
        byte[] sealed = Arrays.copyOfRange(value, 1 + NONCE_LENGTH, value.length);
        byte[] open = SealedBytes.open(crypto.aead(), SUITE, key(nonce, clientKey), new byte[0], sealed);
        if (open == null) {
            return null;
        }
        try {
            ByteBuffer in = ByteBuffer.wrap(open);
            byte[] name = new byte[in.get() & 0xff];
            in.get(name);
            List<IpAddress> addresses = new ArrayList<>();
            for (int count = in.get() & 0xff; count > 0; count--) {
                addresses.add(IpAddress.decode(in));
            }
            return new StoredClient(clientKey, new String(name, StandardCharsets.UTF_8), List.copyOf(addresses), false);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return null;
        }
    }
}
