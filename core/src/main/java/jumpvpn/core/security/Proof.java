package jumpvpn.core.security;

import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Proof of possession, for one nonce: the mac at the end of a REATTACH_REQUEST or PROBE, and the keys that seal its body and its answer (docs/protocol/wire.md, Key schedule), all from one extraction. The proof key is
 * {@link SessionSecret#proofKey()}, at a gateway without the session the ticket's. The mac is looked at before anything is opened, so that a forgery costs little. Not for two threads at once.
 */
public final class Proof {
    /** Bytes of a request's or probe's nonce and of an answer's random. */
    public static final int NONCE_LENGTH = 16;

    /** Bytes of the mac. */
    public static final int MAC_LENGTH = 16;

    private static final byte[] MAC = Hkdf.label("jumpvpn mac");
    private static final byte[] REQUEST = Hkdf.label("jumpvpn request");
    private static final byte[] PROBE = Hkdf.label("jumpvpn probe");
    private static final byte[] ANSWER = Hkdf.label("jumpvpn answer");
    private static final byte[] PROBE_ANSWER = Hkdf.label("jumpvpn probe answer");

    private final Hkdf work;
    private final byte[] pseudorandomKey;

    /** @param nonce of the request or probe, 16 bytes */
    public Proof(byte[] proofKey, byte[] nonce) {
        this(new Hkdf(), proofKey, nonce);
    }

    /** @param work which others may use in between, of the same thread */
    Proof(Hkdf work, byte[] proofKey, byte[] nonce) {
        this.work = work;
        this.pseudorandomKey = work.extracted(nonce, proofKey);
    }

    /** Writes the mac into the last {@value #MAC_LENGTH} bytes of a whole message. */
    public void write(byte[] message) {
        System.arraycopy(mac(message), 0, message, message.length - MAC_LENGTH, MAC_LENGTH);
    }

    /** Whether the last {@value #MAC_LENGTH} bytes of a message, which has more than those, are its mac; takes the same time wherever they differ. */
    public boolean check(byte[] message) {
        return MessageDigest.isEqual(
                mac(message), Arrays.copyOfRange(message, message.length - MAC_LENGTH, message.length));
    }

    private byte[] mac(byte[] message) {
        return derive(MAC, message, message.length - MAC_LENGTH, MAC_LENGTH);
    }

    /** Seals a REATTACH_REQUEST. */
    public byte[] requestKey() {
        return derive(REQUEST, Bytes.EMPTY);
    }

    /** Seals a PROBE. */
    public byte[] probeKey() {
        return derive(PROBE, Bytes.EMPTY);
    }

    /** Seals the REATTACH_ANSWER. */
    public byte[] answerKey(byte[] answerRandom) {
        return derive(ANSWER, answerRandom);
    }

    /** Seals the PROBE_ANSWER. */
    public byte[] probeAnswerKey(byte[] answerRandom) {
        return derive(PROBE_ANSWER, answerRandom);
    }

    private byte[] derive(byte[] label, byte[] context) {
        return derive(label, context, context.length, Hkdf.HASH_LENGTH);
    }

    private byte[] derive(byte[] label, byte[] context, int contextLength, int length) {
        work.begin(pseudorandomKey);
        byte[] derived = work.derive(label, context, contextLength, length);
        work.wipe();
        return derived;
    }
}
