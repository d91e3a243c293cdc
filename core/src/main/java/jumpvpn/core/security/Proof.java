package jumpvpn.core.security;

/**
 * Proof of possession: the keys that seal a reattach request, a probe and their answers (docs/protocol/wire.md, Key schedule). Each seals one message, with {@link SealedBytes#seal(AeadPort, Suite, byte[], byte[], byte[])};
 * that it opens is the proof. The proof key is {@link SessionSecret#proofKey()}, at a gateway without the session the ticket's.
 */
public final class Proof {
    /** Bytes of a request's or probe's nonce and of an answer's random. */
    public static final int NONCE_LENGTH = 16;

    private static final int LENGTH = 32;

    private Proof() {}

    /** Seals a REATTACH_REQUEST. */
    public static byte[] requestKey(byte[] proofKey, byte[] nonce) {
        return derive(proofKey, "jumpvpn request", nonce);
    }

    /** Seals a PROBE. */
    public static byte[] probeKey(byte[] proofKey, byte[] nonce) {
        return derive(proofKey, "jumpvpn probe", nonce);
    }

    /** Seals the REATTACH_ANSWER to the request with this nonce. */
    public static byte[] answerKey(byte[] proofKey, byte[] nonce, byte[] answerRandom) {
        return derive(proofKey, "jumpvpn answer", Bytes.join(nonce, answerRandom));
    }

    /** Seals the PROBE_ANSWER to the probe with this nonce. */
    public static byte[] probeAnswerKey(byte[] proofKey, byte[] nonce, byte[] answerRandom) {
        return derive(proofKey, "jumpvpn probe answer", Bytes.join(nonce, answerRandom));
    }

    private static byte[] derive(byte[] proofKey, String label, byte[] context) {
        return Hkdf.derive(Bytes.EMPTY, proofKey, label, context, LENGTH);
    }
}
