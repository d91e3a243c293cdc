package jumpvpn.core.security;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/** AES on whole blocks, each for itself, under one key. The cipher is kept, so not for two threads at once. */
final class AesBlocks {
    /** Bytes of a block. */
    static final int LENGTH = 16;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final Cipher cipher;

    /** @param key 16, 24 or 32 bytes from this offset; copied */
    AesBlocks(byte[] key, int offset, int length) {
        try {
            cipher = Cipher.getInstance("AES/ECB/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, offset, length, "AES"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no AES: run on a full JDK 25", e);
        }
    }

    /** Enciphers the first so many bytes, whole blocks, into another array; one call for many blocks, because a call costs many times a block. */
    void encipher(byte[] in, int length, byte[] out) {
        try {
            cipher.update(in, 0, length, out, 0); // doFinal would copy what it gets first
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES refused whole blocks", e);
        }
    }

    /** One block, enciphered. */
    byte[] enciphered(byte[] block) {
        byte[] out = new byte[LENGTH];
        encipher(block, LENGTH, out);
        return out;
    }

    /** Adds two blocks bit by bit, into a third or one of them. */
    static void add(byte[] one, int oneAt, byte[] other, int otherAt, byte[] out, int outAt) {
        long first = (long) LONG.get(one, oneAt) ^ (long) LONG.get(other, otherAt);
        long second = (long) LONG.get(one, oneAt + Long.BYTES) ^ (long) LONG.get(other, otherAt + Long.BYTES);
        LONG.set(out, outAt, first);
        LONG.set(out, outAt + Long.BYTES, second);
    }
}
