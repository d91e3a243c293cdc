package jumpvpn.core.security;

/**
 * What a ticket says once a gateway has opened it (docs/protocol/wire.md, Ticket). {@link #toString()} shows neither session nor key.
 *
 * @param sessionId 16 bytes
 * @param owner hash of the owning gateway's name, u64
 * @param epoch of the session when the ticket was made, u32
 * @param generation of the session secret whose proof key this is, u32
 * @param proofKey 32 bytes
 * @param expirySeconds wall-clock seconds since 1970; whoever opens the ticket compares it with the clock
 */
public record Ticket(byte[] sessionId, long owner, int epoch, int generation, byte[] proofKey, long expirySeconds) {
    /** Bytes of a session id. */
    public static final int SESSION_ID_LENGTH = 16;

    @Override
    public String toString() {
        return "Ticket[owner=" + Long.toHexString(owner) + ", epoch=" + Integer.toUnsignedString(epoch)
                + ", generation=" + Integer.toUnsignedString(generation) + ", expirySeconds=" + expirySeconds + "]";
    }
}
