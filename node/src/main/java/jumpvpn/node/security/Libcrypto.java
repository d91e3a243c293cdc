package jumpvpn.node.security;

import static jumpvpn.node.security.NativeLibrary.call;

import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;
import java.util.EnumMap;
import java.util.Map;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.Suite;

/** OpenSSL's libcrypto, version 3: the functions that this program calls, on raw addresses. What each returns is what the C function returns. */
final class Libcrypto {
    private static final NativeLibrary LIBRARY = NativeLibrary.load("libcrypto.so.3");
    private static final int OPENSSL_VERSION_STRING = 6;
    private static final int EVP_PKEY_X25519 = 1034;
    private static final int EVP_CTRL_AEAD_GET_TAG = 0x10;
    private static final int EVP_CTRL_AEAD_SET_TAG = 0x11;

    private static final MethodHandle CIPHER_CTX_NEW = LIBRARY.function("EVP_CIPHER_CTX_new");
    private static final MethodHandle CIPHER_CTX_FREE = LIBRARY.function("EVP_CIPHER_CTX_free");
    private static final MethodHandle CIPHER_CTX_CTRL = quick("EVP_CIPHER_CTX_ctrl");
    private static final MethodHandle CIPHER_INIT = quick("EVP_CipherInit_ex");
    private static final MethodHandle CIPHER_UPDATE = quick("EVP_CipherUpdate");
    private static final MethodHandle CIPHER_FINAL = quick("EVP_CipherFinal_ex");
    private static final MethodHandle NEW_PRIVATE_KEY = LIBRARY.function("EVP_PKEY_new_raw_private_key");
    private static final MethodHandle NEW_PUBLIC_KEY = LIBRARY.function("EVP_PKEY_new_raw_public_key");
    private static final MethodHandle GET_PUBLIC_KEY = LIBRARY.function("EVP_PKEY_get_raw_public_key");
    private static final MethodHandle PKEY_FREE = LIBRARY.function("EVP_PKEY_free");
    private static final MethodHandle PKEY_CTX_NEW = LIBRARY.function("EVP_PKEY_CTX_new");
    private static final MethodHandle PKEY_CTX_FREE = LIBRARY.function("EVP_PKEY_CTX_free");
    private static final MethodHandle DERIVE_INIT = LIBRARY.function("EVP_PKEY_derive_init");
    private static final MethodHandle DERIVE_SET_PEER = LIBRARY.function("EVP_PKEY_derive_set_peer");
    private static final MethodHandle DERIVE = LIBRARY.function("EVP_PKEY_derive");

    private Libcrypto() {}

    private static MethodHandle quick(String name) {
        return LIBRARY.quick(name, NativeLibrary.SIX);
    }

    /** What it offers; an {@link UnsatisfiedLinkError} says why it can't. */
    static Offer offer(AeadPort jdk) {
        Map<Suite, AeadPort> aeads = new EnumMap<>(Suite.class);
        for (Suite suite : Suite.values()) {
            long cipher = fetch(suite);
            if (cipher != 0) {
                AeadPort port = (_, key) -> new LibcryptoAead(jdk.create(suite, key), suite, cipher, key);
                aeads.put(suite, NativeAead.bounded(port, jdk));
            }
        }
        long version = call(LIBRARY.function("OpenSSL_version"), OPENSSL_VERSION_STRING, 0, 0, 0);
        return new Offer("libcrypto " + NativeLibrary.text(version), aeads, LibcryptoX25519::new);
    }

    /** The cipher, for the life of the process; 0: this libcrypto has it not, or its configuration forbids it. */
    private static long fetch(Suite suite) {
        String name = switch (suite) {
            case AES_256_GCM -> "AES-256-GCM";
            case CHACHA20_POLY1305 -> "ChaCha20-Poly1305";
        };
        try (Arena arena = Arena.ofConfined()) {
            return call(
                    LIBRARY.function("EVP_CIPHER_fetch"),
                    0,
                    arena.allocateFrom(name).address(),
                    0,
                    0);
        }
    }

    private static int call6(MethodHandle function, long a, long b, long c, long d, long e, long f) {
        try {
            return (int) (long) function.invokeExact(a, b, c, d, e, f);
        } catch (Throwable thrown) {
            throw NativeLibrary.impossible(thrown);
        }
    }

    static long newCipherContext() {
        return call(CIPHER_CTX_NEW, 0, 0, 0, 0);
    }

    /** Wipes it, too. */
    static void freeCipherContext(long context) {
        call(CIPHER_CTX_FREE, context, 0, 0, 0);
    }

    /** 0 leaves the cipher or the key as it is. */
    static int cipherInit(long context, long cipher, long key, long nonce, int encrypt) {
        return call6(CIPHER_INIT, context, cipher, 0, key, nonce, encrypt);
    }

    /** @param out 0: this is associated data */
    static int cipherUpdate(long context, long out, long outLength, long in, int length) {
        return call6(CIPHER_UPDATE, context, out, outLength, in, length, 0);
    }

    static int cipherFinal(long context, long out, long outLength) {
        return call6(CIPHER_FINAL, context, out, outLength, 0, 0, 0);
    }

    static int getTag(long context, int length, long tag) {
        return call6(CIPHER_CTX_CTRL, context, EVP_CTRL_AEAD_GET_TAG, length, tag, 0, 0);
    }

    static int setTag(long context, int length, long tag) {
        return call6(CIPHER_CTX_CTRL, context, EVP_CTRL_AEAD_SET_TAG, length, tag, 0, 0);
    }

    static long newPrivateKey(long key, long length) {
        return call(NEW_PRIVATE_KEY, EVP_PKEY_X25519, 0, key, length);
    }

    static long newPublicKey(long key, long length) {
        return call(NEW_PUBLIC_KEY, EVP_PKEY_X25519, 0, key, length);
    }

    /** @param length address of the room's, then of the key's length */
    static int publicKey(long key, long out, long length) {
        return (int) call(GET_PUBLIC_KEY, key, out, length, 0);
    }

    static void freeKey(long key) {
        call(PKEY_FREE, key, 0, 0, 0);
    }

    static long newKeyContext(long key) {
        return call(PKEY_CTX_NEW, key, 0, 0, 0);
    }

    static void freeKeyContext(long context) {
        call(PKEY_CTX_FREE, context, 0, 0, 0);
    }

    static int beginDerive(long context, long peer) {
        int begun = (int) call(DERIVE_INIT, context, 0, 0, 0);
        return begun == 1 ? (int) call(DERIVE_SET_PEER, context, peer, 0, 0) : begun;
    }

    /** @param length address of the room's, then of the secret's length */
    static int derive(long context, long secret, long length) {
        return (int) call(DERIVE, context, secret, length, 0);
    }
}
