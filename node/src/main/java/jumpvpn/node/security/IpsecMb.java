package jumpvpn.node.security;

import static jumpvpn.node.security.NativeLibrary.call;

import java.lang.invoke.MethodHandle;
import java.util.Map;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.Suite;
import jumpvpn.node.host.Memory;

/**
 * AES-256-GCM of Intel's Multi-Buffer Crypto for IPsec (Debian: libipsec-mb1), by the functions that its header declares for each instruction set. For
 * ChaCha20-Poly1305 it declares none that does a packet in one call.
 */
final class IpsecMb {
    private static final NativeLibrary LIBRARY = NativeLibrary.load("libIPSec_MB.so.1");
    private static final NativeLibrary C = NativeLibrary.c();
    private static final String VARIANT =
            IpsecMbAead.variant(call(LIBRARY.function("imb_get_feature_flags"), 0, 0, 0, 0));
    private static final MethodHandle PRECOMPUTE = LIBRARY.function("aes_gcm_pre_256_" + VARIANT);
    private static final MethodHandle ENCRYPT = LIBRARY.quick("aes_gcm_enc_256_" + VARIANT, NativeLibrary.TEN);
    private static final MethodHandle DECRYPT = LIBRARY.quick("aes_gcm_dec_256_" + VARIANT, NativeLibrary.TEN);
    private static final MethodHandle ALIGNED_ALLOC = C.function("aligned_alloc");
    private static final MethodHandle FREE = C.function("free");
    private static final int LINE_BYTES = 64;

    private IpsecMb() {}

    /** What it offers; an {@link UnsatisfiedLinkError} says why it can't. */
    static Offer offer(AeadPort jdk) {
        AeadPort port = (suite, key) -> new IpsecMbAead(jdk.create(suite, key), key);
        String version = NativeLibrary.text(call(LIBRARY.function("imb_get_version_str"), 0, 0, 0, 0));
        return new Offer("ipsec-mb " + version, Map.of(Suite.AES_256_GCM, NativeAead.bounded(port, jdk)), null);
    }

    static void precompute(long key, long keyData) {
        call(PRECOMPUTE, key, keyData, 0, 0);
    }

    /** In place. */
    static void encrypt(
            long keyData, long context, long text, long textLength, long nonce, long aad, long aadLength, long tag) {
        crypt(ENCRYPT, keyData, context, text, textLength, nonce, aad, aadLength, tag);
    }

    /** In place; writes the tag that would be right. */
    static void decrypt(
            long keyData, long context, long text, long textLength, long nonce, long aad, long aadLength, long tag) {
        crypt(DECRYPT, keyData, context, text, textLength, nonce, aad, aadLength, tag);
    }

    private static void crypt(
            MethodHandle function,
            long keyData,
            long context,
            long text,
            long textLength,
            long nonce,
            long aad,
            long aadLength,
            long tag) {
        try {
            long _ = (long)
                    function.invokeExact(keyData, context, text, text, textLength, nonce, aad, aadLength, tag, (long)
                            IpsecMbAead.TAG_LENGTH);
        } catch (Throwable e) {
            throw NativeLibrary.impossible(e);
        }
    }

    /** Memory on a cache line's boundary; a multiple of {@value #LINE_BYTES} bytes. */
    static long allocate(int bytes) {
        long address = call(ALIGNED_ALLOC, LINE_BYTES, bytes, 0, 0);
        if (address == 0) {
            throw new OutOfMemoryError("no native memory for a key");
        }
        return address;
    }

    /** Overwrites it and gives it back. */
    static void free(long address, int bytes) {
        Memory.ALL.asSlice(address, bytes).fill((byte) 0);
        call(FREE, address, 0, 0, 0);
    }
}
