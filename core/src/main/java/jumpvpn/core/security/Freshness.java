package jumpvpn.core.security;

/**
 * The randomness that both ends bring to one binding (docs/protocol/wire.md, Key schedule): the ephemeral public keys of a handshake, or nonce and answer random of a reattach. Public values; not copied.
 *
 * @param client fc
 * @param gateway fg
 */
public record Freshness(byte[] client, byte[] gateway) {
    byte[] joined() {
        return Bytes.join(client, gateway);
    }
}
