package jumpvpn.node.config;

import java.util.Arrays;
import java.util.Base64;

/** The other end's X25519 public key: 32 bytes, compared by value. */
public final class PeerKey {
    private final byte[] key;

    /**
     * @param key 32 bytes, copied
     */
    public PeerKey(byte[] key) {
        this.key = key.clone();
    }

    /** A copy of the 32 bytes. */
    public byte[] bytes() {
        return key.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PeerKey peer && Arrays.equals(key, peer.key);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(key);
    }

    /** The key's text, as {@code jumpvpn pubkey} prints it. */
    @Override
    public String toString() {
        return Base64.getEncoder().encodeToString(key);
    }
}
