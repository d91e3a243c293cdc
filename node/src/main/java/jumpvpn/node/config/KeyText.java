package jumpvpn.node.config;

import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/** The text form of a 32-byte key, as WireGuard writes it: base64 with its padding, 44 characters. */
public final class KeyText {
    /** Bytes of a key. */
    public static final int KEY_BYTES = 32;

    /** What a key looks like, for messages. */
    public static final String SHAPE = "a key is 44 characters of base64, such as \"jumpvpn genkey\" prints";

    private static final Pattern ALIKE = Pattern.compile("[A-Za-z0-9+/]{43}=|[0-9a-fA-F]{64}");

    private KeyText() {}

    /** Whether the text is a key and nothing else, in base64 or hexadecimal. */
    static boolean isKey(String text) {
        return ALIKE.matcher(text.strip()).matches();
    }

    /** The text without the keys in it. */
    public static String hidden(String text) {
        return ALIKE.matcher(text).replaceAll("[a key]");
    }

    /** The key of this text, blanks around it ignored; empty if it is none. */
    public static Optional<byte[]> parse(String text) {
        try {
            byte[] key = Base64.getDecoder().decode(text.strip());
            return key.length == KEY_BYTES && text.strip().length() == 44 ? Optional.of(key) : Optional.empty();
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    /** The text of a key. */
    public static String format(byte[] key) {
        return Base64.getEncoder().encodeToString(key);
    }
}
