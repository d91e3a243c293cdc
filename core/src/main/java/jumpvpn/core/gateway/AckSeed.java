package jumpvpn.core.gateway;

import java.nio.ByteBuffer;
import java.util.Arrays;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.net.Varint;

/**
 * What the ACK of a binding is made of, beside the session and its binding: with them it is made again, byte by byte. Sealing the same text once more under the same
 * key says nothing new. Secret.
 *
 * @param random the gateway's freshness, from which the tickets' differences come too
 * @param answerKey that sealed it, 32 bytes, not copied
 * @param proofKey that its tickets bear, 32 bytes, not copied
 * @param generation of the secret after the bind
 * @param mixed as the ACK says
 * @param ticketKey the number of its tickets' key
 */
record AckSeed(byte[] random, byte[] answerKey, byte[] proofKey, int generation, boolean mixed, int ticketKey) {
    private static final int KEY_LENGTH = 32;

    void encode(ByteBuffer out) {
        out.put(random).put(answerKey).put(proofKey);
        Varint.put(out, generation);
        Varint.put(out, ticketKey);
        out.put((byte) (mixed ? 1 : 0));
    }

    static AckSeed decode(ByteBuffer in) {
        byte[] random = new byte[Nonce.LENGTH];
        byte[] answerKey = new byte[KEY_LENGTH];
        byte[] proofKey = new byte[KEY_LENGTH];
        in.get(random).get(answerKey).get(proofKey);
        int generation = (int) Varint.get(in);
        int ticketKey = (int) Varint.get(in);
        return new AckSeed(random, answerKey, proofKey, generation, in.get() != 0, ticketKey);
    }

    void wipe() {
        Arrays.fill(answerKey, (byte) 0);
        Arrays.fill(proofKey, (byte) 0);
    }

    @Override
    public String toString() {
        return "AckSeed[generation=" + Integer.toUnsignedString(generation) + "]";
    }
}
