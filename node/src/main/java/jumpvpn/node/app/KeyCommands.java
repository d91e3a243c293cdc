package jumpvpn.node.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import jumpvpn.core.security.Entropy;
import jumpvpn.core.security.JdkX25519;
import jumpvpn.node.config.KeyText;
import jumpvpn.node.observability.jsonl.SealKey;

/** {@code genkey} and {@code pubkey}: keys as WireGuard's users know them, on stdin and stdout. */
final class KeyCommands {
    static final Option EVENTS = new Option("--events", null, "of a key that seals event files");

    private static final int MOST_BYTES = 1024;

    private KeyCommands() {}

    static int genkey(Arguments arguments, Context context) {
        context.out().println(KeyText.format(newKey(context.entropy())));
        return Main.OK;
    }

    static int pubkey(Arguments arguments, Context context) throws IOException, CommandFailed {
        String text = new String(context.in().readNBytes(MOST_BYTES), StandardCharsets.ISO_8859_1);
        byte[] key = KeyText.parse(text)
                .orElseThrow(() -> new CommandFailed("stdin holds no private key; " + KeyText.SHAPE));
        context.out()
                .println(KeyText.format(
                        arguments.has(EVENTS) ? SealKey.ofPrivate(key).publicBytes() : publicKey(key)));
        return Main.OK;
    }

    /** A private key, clamped as RFC 7748 section 5 says, so that its text is the key that is used. */
    static byte[] newKey(Entropy entropy) {
        byte[] key = entropy.bytes(KeyText.KEY_BYTES);
        key[0] &= (byte) 248;
        key[31] = (byte) (key[31] & 127 | 64);
        return key;
    }

    static byte[] publicKey(byte[] privateKey) {
        return new JdkX25519().publicKey(privateKey);
    }
}
