package jumpvpn.core.security;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES with every block added to the one before, enciphered, from a block of zeros: CBC-MAC under one key. The cipher is kept, so not for two threads at once. */
final class AesChain {
    private static final int BLOCK = AesBlocks.LENGTH;

    private final Cipher cipher;
    private byte[] chained = {};

    /** @param key 16, 24 or 32 bytes from this offset; copied */
    AesChain(byte[] key, int offset, int length) {
        try {
            cipher = Cipher.getInstance("AES/CBC/NoPadding");
            cipher.init(
                    Cipher.ENCRYPT_MODE,
                    new SecretKeySpec(key, offset, length, "AES"),
                    new IvParameterSpec(new byte[BLOCK]));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no AES: run on a full JDK 25", e);
        }
    }

    /**
     * The end of the chain over the first so many bytes, one or more whole blocks, in one call.
     *
     * @param out gets one block
     */
    void end(byte[] in, int length, byte[] out) {
        if (chained.length < length) {
            chained = new byte[length];
        }
        try {
            cipher.doFinal(in, 0, length, chained, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES refused whole blocks", e);
        }
        System.arraycopy(chained, length - BLOCK, out, 0, BLOCK);
        Arrays.fill(chained, (byte) 0);
    }
}
