package jumpvpn.node.security;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jumpvpn.core.security.Aead;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.KeyAgreement;
import jumpvpn.core.security.Suite;
import org.jspecify.annotations.Nullable;

/** Compares an implementation with the JDK's before it is used. What it says is null, or the first fault found. */
final class CryptoCheck {
    private static final int[] LENGTHS = {0, 1, 15, 16, 17, 31, 33, 64, 127, 257, 1400, 2000};
    private static final int[] AAD_LENGTHS = {0, 12, 20, 32};
    private static final int TAG = Aead.TAG_LENGTH;
    /** Bytes around a packet that must stay as they are. */
    private static final int MARGIN = 64;

    private final Aead tried;
    private final Aead reference;

    private CryptoCheck(Aead tried, Aead reference) {
        this.tried = tried;
        this.reference = reference;
    }

    static @Nullable String fault(Suite suite, AeadPort tried, AeadPort reference) {
        byte[] key = pattern(32, 1);
        CryptoCheck check = new CryptoCheck(tried.create(suite, key), reference.create(suite, key));
        long counter = -LENGTHS.length / 2; // so that all bytes of the counter are seen to count
        for (int length : LENGTHS) {
            String fault = check.fault(counter, AAD_LENGTHS[(int) (counter & 3)], length);
            if (fault != null) {
                return suite + " of " + length + " bytes " + fault;
            }
            counter++;
        }
        return null;
    }

    private @Nullable String fault(long counter, int aadLength, int length) {
        int text = MARGIN + aadLength;
        byte[] plain = pattern(text + length + TAG + MARGIN, length);
        byte[] sealed = plain.clone();
        reference.seal(counter, MemorySegment.ofArray(sealed), MARGIN, aadLength, text, length);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(plain.length, 64);
            memory.copyFrom(MemorySegment.ofArray(plain));
            tried.seal(counter, memory, MARGIN, aadLength, text, length);
            if (!holds(memory, sealed)) {
                return "is sealed to other bytes than by the JDK";
            }
            for (int at = MARGIN; at < text + length + TAG; at += 11 + length / 2) {
                byte[] forged = sealed.clone();
                forged[at] ^= (byte) (1 << (at & 7));
                memory.copyFrom(MemorySegment.ofArray(forged));
                if (tried.open(counter, memory, MARGIN, aadLength, text, length + TAG) != -1
                        || !holds(memory, forged)) {
                    return "is opened although forged, or left changed";
                }
            }
            memory.copyFrom(MemorySegment.ofArray(sealed));
            int opened = tried.open(counter, memory, MARGIN, aadLength, text, length + TAG);
            System.arraycopy(sealed, text + length, plain, text + length, TAG);
            return opened == length && holds(memory, plain) ? null : "is not opened to what was sealed";
        }
    }

    private static boolean holds(MemorySegment memory, byte[] expected) {
        return Arrays.equals(memory.toArray(ValueLayout.JAVA_BYTE), expected);
    }

    static @Nullable String fault(KeyAgreement tried, KeyAgreement reference) {
        byte[] own = pattern(32, 2);
        byte[] other = pattern(32, 3);
        byte[] zero = new byte[32];
        try {
            byte[] peer = reference.publicKey(other);
            if (!Arrays.equals(tried.publicKey(own), reference.publicKey(own))
                    || !Arrays.equals(tried.agree(own, peer), reference.agree(own, peer))) {
                return "X25519 differs from the JDK's";
            }
        } catch (KeyAgreement.InvalidKeyException e) {
            return "X25519 refuses a good key";
        }
        try {
            tried.agree(own, zero);
            return "X25519 takes a key of low order";
        } catch (KeyAgreement.InvalidKeyException e) {
            return null;
        }
    }

    /** Bytes without a short period. */
    private static byte[] pattern(int length, int seed) {
        byte[] bytes = new byte[length];
        int state = seed + 1;
        for (int i = 0; i < length; i++) {
            state = state * 1_103_515_245 + 12_345;
            bytes[i] = (byte) (state >> 16);
        }
        return bytes;
    }
}
