package jumpvpn.node.security;

import jumpvpn.core.security.Aead;
import jumpvpn.node.host.Memory;

/** One key of {@link IpsecMb}. All that belongs to it lies in one block: the expanded key, the library's context, nonce and tag. */
final class IpsecMbAead extends NativeAead {
    // intel-ipsec-mb.h, version 1.3: struct gcm_key_data has 1008 bytes, aligned to 64; struct gcm_context_data has 88.
    // Both get twice that.
    private static final int CONTEXT = 2048;
    private static final int NONCE = CONTEXT + 192;
    private static final int TAG = NONCE + 16;
    private static final int BYTES = CONTEXT + 256;

    private final long keyData;

    /**
     * Allocates.
     *
     * @param onHeap the same key of the JDK
     */
    IpsecMbAead(Aead onHeap, byte[] key) {
        this(onHeap, key, IpsecMb.allocate(BYTES));
    }

    private IpsecMbAead(Aead onHeap, byte[] key, long keyData) {
        super(onHeap, keyData, address -> IpsecMb.free(address, BYTES));
        this.keyData = keyData;
        Memory.copy(key, 0, keyData + NONCE, key.length);
        IpsecMb.precompute(keyData + NONCE, keyData);
        Memory.putLong(keyData + NONCE, 0);
        Memory.putLong(keyData + TAG, 0);
        Memory.putLong(keyData + TAG + 8, 0);
    }

    @Override
    void seal(long counter, long aad, int aadLength, long text, int textLength) {
        Memory.putLongBig(keyData + NONCE + 4, counter);
        IpsecMb.encrypt(
                keyData, keyData + CONTEXT, text, textLength, keyData + NONCE, aad, aadLength, text + textLength);
    }

    @Override
    boolean open(long counter, long aad, int aadLength, long text, int textLength) {
        Memory.putLongBig(keyData + NONCE + 4, counter);
        long tag = keyData + TAG;
        IpsecMb.decrypt(keyData, keyData + CONTEXT, text, textLength, keyData + NONCE, aad, aadLength, tag);
        long given = text + textLength;
        long differs =
                (Memory.getLong(tag) ^ Memory.getLong(given)) | (Memory.getLong(tag + 8) ^ Memory.getLong(given + 8));
        if (differs != 0) { // the same key stream once more puts the ciphertext back
            IpsecMb.encrypt(keyData, keyData + CONTEXT, text, textLength, keyData + NONCE, aad, aadLength, tag);
        }
        return differs == 0;
    }

    /**
     * How the fastest functions are called that this processor runs.
     *
     * @param features the header's bits {@code IMB_FEATURE_…}
     */
    static String variant(long features) {
        long aes = 1 << 1 | 1 << 2; // AESNI, PCLMULQDQ
        long avx = aes | 1 << 5;
        long avx2 = avx | 1 << 6;
        long avx512 = avx2 | 0b11111 << 7; // F, DQ, CD, BW, VL
        long vaes = avx512 | 1 << 12 | 1 << 13; // VAES, VPCLMULQDQ
        if ((features & vaes) == vaes) {
            return "vaes_avx512";
        } else if ((features & avx512) == avx512) {
            return "avx512";
        } else if ((features & avx2) == avx2) {
            return "avx_gen4";
        } else if ((features & avx) == avx) {
            return "avx_gen2";
        } else if ((features & aes) == aes) {
            return "sse";
        }
        throw new UnsatisfiedLinkError("this processor has no AES instructions");
    }
}
