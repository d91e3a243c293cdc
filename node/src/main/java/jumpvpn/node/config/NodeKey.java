package jumpvpn.node.config;

import java.nio.file.Path;

/** A secret key of 32 bytes, a node's own X25519 one or what a cluster shares, and the file that it came from. Never shows the key. */
public final class NodeKey {
    private final Path file;
    private final byte[] key;

    /**
     * @param key 32 bytes, copied
     */
    public NodeKey(Path file, byte[] key) {
        this.file = file;
        this.key = key.clone();
    }

    /** The file that holds it. */
    public Path file() {
        return file;
    }

    /** A copy of the 32 bytes, for the caller to wipe. */
    public byte[] bytes() {
        return key.clone();
    }

    @Override
    public String toString() {
        return "private key of " + file;
    }
}
