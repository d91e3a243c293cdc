package jumpvpn.node.observability.jsonl;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * What stands at the end of a sealed line:
 *
 * <pre>
 * …,"seal":"43 characters"}                                  SHA-256 of the seal before (32 bytes, zeros at first) and of this line's bytes before the comma
 * …,"seal":"43 characters","signature":"86 characters"}      and now and then the node's Ed25519 signature of "jumpvpn.seal/1" and the seal
 * </pre>
 *
 * in base64url without padding. To who does not know it, these are two fields more.
 *
 * @param body the line's bytes up to the comma, counted from its beginning
 * @param signature null: not signed
 */
record EventSeal(int body, byte[] seal, byte @Nullable [] signature) {
    static final byte[] FIRST = new byte[32];

    private static final byte[] SEAL = ascii(",\"seal\":\"");
    private static final byte[] SIGNATURE = ascii("\",\"signature\":\"");
    private static final byte[] END = ascii("\"}");
    private static final byte[] SIGNED = ascii("jumpvpn.seal/1");
    private static final int SEAL_CHARS = 43;
    private static final int SIGNATURE_CHARS = 86;
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** The seal of the line that stands there; null if it has none. */
    static @Nullable EventSeal of(byte[] bytes, int from, int to) {
        if (!stands(END, bytes, from, to - END.length)) {
            return null;
        }
        int end = to - END.length;
        int signatureAt = end - SIGNATURE_CHARS;
        boolean signed = stands(SIGNATURE, bytes, from, signatureAt - SIGNATURE.length);
        int sealEnd = signed ? signatureAt - SIGNATURE.length : end;
        int sealAt = sealEnd - SEAL_CHARS;
        if (!stands(SEAL, bytes, from, sealAt - SEAL.length)) {
            return null;
        }
        try {
            return new EventSeal(
                    sealAt - SEAL.length - from,
                    decoded(bytes, sealAt, sealEnd),
                    signed ? decoded(bytes, signatureAt, end) : null);
        } catch (IllegalArgumentException e) {
            return null; // no base64
        }
    }

    private static boolean stands(byte[] due, byte[] bytes, int from, int at) {
        return at >= from && Arrays.equals(bytes, at, at + due.length, due, 0, due.length);
    }

    private static byte[] decoded(byte[] bytes, int from, int to) {
        return Base64.getUrlDecoder().decode(Arrays.copyOfRange(bytes, from, to));
    }

    /** The seal of a line with this body behind a line with that seal. */
    static byte[] next(byte[] before, byte[] bytes, int from, int body) {
        MessageDigest sha = sha256();
        sha.update(before);
        sha.update(bytes, from, body);
        return sha.digest();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    /** What is signed. */
    static byte[] signed(byte[] seal) {
        byte[] text = Arrays.copyOf(SIGNED, SIGNED.length + seal.length);
        System.arraycopy(seal, 0, text, SIGNED.length, seal.length);
        return text;
    }

    static String text(byte[] bytes) {
        return ENCODER.encodeToString(bytes);
    }

    /** The end of a line, instead of its closing brace. */
    static String end(byte[] seal, byte @Nullable [] signature) {
        return new String(SEAL, StandardCharsets.US_ASCII)
                + text(seal)
                + (signature == null ? "" : new String(SIGNATURE, StandardCharsets.US_ASCII) + text(signature))
                + "\"}";
    }
}
