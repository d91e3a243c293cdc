package jumpvpn.node.security;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jumpvpn.core.security.Aead;
import jumpvpn.core.security.Suite;
import jumpvpn.node.host.Memory;

/** One key of {@link Libcrypto}: one EVP_CIPHER_CTX that keeps the key; a packet brings a nonce. */
final class LibcryptoAead extends NativeAead {
    private static final int ENCRYPT = 1;
    private static final int DECRYPT = 0;
    private static final int NONCE = 0;
    private static final int OUT_LENGTH = 16;
    private static final int BYTES = 32;

    private final Suite suite;
    private final long context;
    private final MemorySegment work = Arena.ofAuto().allocate(BYTES, 16);
    private final long nonce = work.address() + NONCE;
    private final long outLength = work.address() + OUT_LENGTH;

    /**
     * Makes a context for this key.
     *
     * @param onHeap the same key of the JDK
     * @param cipher what libcrypto calls the suite
     */
    LibcryptoAead(Aead onHeap, Suite suite, long cipher, byte[] key) {
        this(onHeap, suite, cipher, key, Libcrypto.newCipherContext());
    }

    private LibcryptoAead(Aead onHeap, Suite suite, long cipher, byte[] key, long context) {
        super(onHeap, context, Libcrypto::freeCipherContext);
        this.suite = suite;
        this.context = context;
        Memory.copy(key, 0, work.address(), key.length);
        if (context == 0 || Libcrypto.cipherInit(context, cipher, work.address(), 0, ENCRYPT) != 1) {
            throw new IllegalStateException("libcrypto takes no key of " + suite);
        }
        work.fill((byte) 0);
    }

    @Override
    void seal(long counter, long aad, int aadLength, long text, int textLength) {
        begin(ENCRYPT, counter);
        update(aad, aadLength, text, textLength);
        if (Libcrypto.cipherFinal(context, text, outLength) != 1
                || Libcrypto.getTag(context, TAG_LENGTH, text + textLength) != 1) {
            throw refused();
        }
    }

    @Override
    boolean open(long counter, long aad, int aadLength, long text, int textLength) {
        begin(DECRYPT, counter);
        if (Libcrypto.setTag(context, TAG_LENGTH, text + textLength) != 1) {
            throw refused();
        }
        update(aad, aadLength, text, textLength);
        if (Libcrypto.cipherFinal(context, text, outLength) == 1) {
            return true;
        }
        begin(ENCRYPT, counter); // the same key stream once more puts the ciphertext back
        update(aad, aadLength, text, textLength);
        return false;
    }

    private void begin(int direction, long counter) {
        Memory.putLongBig(nonce + 4, counter);
        if (Libcrypto.cipherInit(context, 0, 0, nonce, direction) != 1) {
            throw refused();
        }
    }

    private void update(long aad, int aadLength, long text, int textLength) {
        if (Libcrypto.cipherUpdate(context, 0, outLength, aad, aadLength) != 1
                || Libcrypto.cipherUpdate(context, text, outLength, text, textLength) != 1) {
            throw refused();
        }
    }

    private IllegalStateException refused() {
        return new IllegalStateException("libcrypto refused a packet under " + suite + ": end this binding");
    }
}
