package jumpvpn.core.security;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's AES-256-GCM and ChaCha20-Poly1305. Bytes are staged through heap arrays that are kept, because the JDK is fastest there; what is allocated per packet is the JDK's own: its parameter object and
 * what the cipher makes inside.
 *
 * <p>Sealing twice in a row with the same counter throws {@link IllegalStateException}: the JDK remembers the last nonce. Opening the same packet again is allowed; telling replays apart is
 * {@link ReplayWindow}'s work.
 */
public final class JdkAead implements AeadPort {
    /** A key's first nonce, which is most often its only one. */
    private static final AlgorithmParameterSpec[] FIRST = Arrays.stream(Suite.values())
            .map(suite -> parameters(suite, nonce(0)))
            .toArray(AlgorithmParameterSpec[]::new);

    /** Engines for messages with a key of their own: looking one up costs more than using it. Each under its own lock, which nobody but the control thread should ever want. */
    private final Cipher[] sealingOnce = engines();

    private final Cipher[] openingOnce = engines();

    private static Cipher[] engines() {
        return Arrays.stream(Suite.values()).map(JdkAead::engine).toArray(Cipher[]::new);
    }

    @Override
    public Aead create(Suite suite, byte[] key) {
        return new Keyed(suite, key);
    }

    @Override
    public void sealOnce(Suite suite, byte[] key, long counter, byte[] message, int aadLength, int end) {
        Cipher cipher = sealingOnce[suite.ordinal()];
        int textLength = end - Aead.TAG_LENGTH - aadLength;
        synchronized (cipher) {
            try {
                cipher.init(Cipher.ENCRYPT_MODE, secretKey(suite, key), parametersOnce(suite, counter));
                cipher.updateAAD(message, 0, aadLength);
                cipher.doFinal(message, aadLength, textLength, message, aadLength);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(
                        suite + " refused to seal, most likely counter " + counter + " twice under one key", e);
            }
        }
    }

    @Override
    public int openOnce(Suite suite, byte[] key, long counter, byte[] message, int aadLength, int end, byte[] text) {
        if (end - aadLength < Aead.TAG_LENGTH) {
            return -1;
        }
        Cipher cipher = openingOnce[suite.ordinal()];
        synchronized (cipher) {
            try {
                cipher.init(Cipher.DECRYPT_MODE, secretKey(suite, key), parametersOnce(suite, counter));
                cipher.updateAAD(message, 0, aadLength);
                return cipher.doFinal(message, aadLength, end - aadLength, text, 0);
            } catch (AEADBadTagException e) {
                return -1;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(suite + " refused to open " + (end - aadLength) + " bytes", e);
            }
        }
    }

    private static AlgorithmParameterSpec parametersOnce(Suite suite, long counter) {
        return counter == 0 ? FIRST[suite.ordinal()] : parameters(suite, nonce(counter));
    }

    private static byte[] nonce(long counter) {
        return ByteBuffer.allocate(12).putLong(4, counter).array();
    }

    /** One key, one thread. Sealing and opening have engines of their own, made at first use: a binding's key is only ever used one way. */
    private static final class Keyed implements Aead {
        private static final int FIRST_STAGING = 2048;
        private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

        private final Suite suite;
        private final SecretKeySpec key;
        private final byte[] nonce = new byte[12];
        private final ByteBuffer nonceCounter =
                ByteBuffer.wrap(nonce).position(4).slice();
        private byte[] in = {};
        private byte[] out = {};
        private @Nullable Cipher sealing;
        private @Nullable Cipher opening;

        Keyed(Suite suite, byte[] key) {
            this.suite = suite;
            this.key = secretKey(suite, key);
        }

        @Override
        public void seal(
                long counter, MemorySegment memory, long aadOffset, int aadLength, long textOffset, int textLength) {
            Cipher cipher = sealing == null ? sealing = engine(suite) : sealing;
            try {
                begin(cipher, Cipher.ENCRYPT_MODE, counter, memory, aadOffset, aadLength, textLength + TAG_LENGTH);
                MemorySegment.copy(memory, BYTE, textOffset, in, 0, textLength);
                int sealedLength = cipher.doFinal(in, 0, textLength, out, 0);
                MemorySegment.copy(out, 0, memory, BYTE, textOffset, sealedLength);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(
                        suite + " refused to seal, most likely counter " + counter + " twice: end this binding", e);
            }
        }

        @Override
        public int open(
                long counter,
                MemorySegment memory,
                long aadOffset,
                int aadLength,
                long sealedOffset,
                int sealedLength) {
            if (sealedLength < TAG_LENGTH) {
                return -1;
            }
            Cipher cipher = opening == null ? opening = engine(suite) : opening;
            try {
                begin(cipher, Cipher.DECRYPT_MODE, counter, memory, aadOffset, aadLength, sealedLength);
                MemorySegment.copy(memory, BYTE, sealedOffset, in, 0, sealedLength);
                int textLength = cipher.doFinal(in, 0, sealedLength, out, 0);
                MemorySegment.copy(out, 0, memory, BYTE, sealedOffset, textLength);
                return textLength;
            } catch (AEADBadTagException e) {
                return -1;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(suite + " refused to open " + sealedLength + " bytes", e);
            }
        }

        private void begin(
                Cipher cipher, int mode, long counter, MemorySegment memory, long aadOffset, int aadLength, int length)
                throws GeneralSecurityException {
            reserve(Math.max(aadLength, length));
            nonceCounter.putLong(0, counter);
            cipher.init(mode, key, parameters(suite, nonce));
            MemorySegment.copy(memory, BYTE, aadOffset, in, 0, aadLength);
            cipher.updateAAD(in, 0, aadLength);
        }

        private void reserve(int length) {
            if (in.length < length) {
                in = new byte[Math.max(Math.max(length, FIRST_STAGING), 2 * in.length)];
                out = new byte[in.length];
            }
        }
    }

    private static SecretKeySpec secretKey(Suite suite, byte[] key) {
        if (key.length != 32) {
            throw new IllegalArgumentException("an AEAD key has 32 bytes, this one has " + key.length);
        }
        return new SecretKeySpec(
                key,
                switch (suite) {
                    case AES_256_GCM -> "AES";
                    case CHACHA20_POLY1305 -> "ChaCha20";
                });
    }

    private static AlgorithmParameterSpec parameters(Suite suite, byte[] nonce) {
        return switch (suite) {
            case AES_256_GCM -> new GCMParameterSpec(Aead.TAG_LENGTH * 8, nonce);
            case CHACHA20_POLY1305 -> new IvParameterSpec(nonce);
        };
    }

    private static Cipher engine(Suite suite) {
        String name = switch (suite) {
            case AES_256_GCM -> "AES/GCM/NoPadding";
            case CHACHA20_POLY1305 -> "ChaCha20-Poly1305";
        };
        try {
            return Cipher.getInstance(name);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no " + name + ": run on a full JDK 25", e);
        }
    }
}
