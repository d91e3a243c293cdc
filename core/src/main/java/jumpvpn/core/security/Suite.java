package jumpvpn.core.security;

/** The cipher suites of docs/protocol/wire.md; SHA-256 and X25519 in both. */
public enum Suite {
    /** AES-256-GCM: at most 2^28 packets a key. */
    AES_256_GCM(1, "AESGCM", 1L << 28),
    /** ChaCha20-Poly1305. */
    CHACHA20_POLY1305(2, "ChaChaPoly", 1L << 61);

    private final int number;
    private final String noiseName;
    private final long packetLimit;

    Suite(int number, String noiseName, long packetLimit) {
        this.number = number;
        this.noiseName = noiseName;
        this.packetLimit = packetLimit;
    }

    /** The number on the wire. */
    public int number() {
        return number;
    }

    /** The cipher's name in Noise protocol names. */
    public String noiseName() {
        return noiseName;
    }

    /** How many packets a key may seal; then the binding is dead (contract section 2, Keys). */
    public long packetLimit() {
        return packetLimit;
    }

    /** How many packets a key seals before it is to be renewed: half of what it may (RFC 9001 section 6.6 for AES-GCM). */
    public long rekeyPackets() {
        return packetLimit / 2;
    }

    /** The suite of a wire number, or null. */
    public static @org.jspecify.annotations.Nullable Suite of(int number) {
        return switch (number) {
            case 1 -> AES_256_GCM;
            case 2 -> CHACHA20_POLY1305;
            default -> null;
        };
    }
}
