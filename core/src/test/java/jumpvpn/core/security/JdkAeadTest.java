package jumpvpn.core.security;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The port's promises: known answers, nonce layout, in place, nothing changed by a forgery. */
class JdkAeadTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final int AAD = 20;
    private static final int TAG = Aead.TAG_LENGTH;

    private final JdkAead port = new JdkAead();
    private final byte[] key = new RandomEntropy(1).bytes(32);

    /** RFC 8439 appendix A.5, whose nonce has the four leading zero bytes of ours. The tag covers every byte of the ciphertext. */
    @Test
    void chachaMatchesTheRfc() {
        byte[] text =
                ("Internet-Drafts are draft documents valid for a maximum of six months and may be updated, replaced, or obsoleted by other documents at any time. It is inappropriate to use "
                                + "Internet-Drafts as reference material or to cite them other than as /\u201cwork in progress./\u201d")
                        .getBytes(StandardCharsets.UTF_8);
        byte[] rfcKey = HEX.parseHex("1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0");
        byte[] aad = HEX.parseHex("f33388860000000000004e91");
        byte[] sealed = SealedBytes.seal(port, Suite.CHACHA20_POLY1305, rfcKey, 0x0102030405060708L, aad, text);
        assertThat(HEX.formatHex(sealed))
                .startsWith("64a0861575861af460f062c79be643bd")
                .endsWith("eead9d67890cbb22392336fea1851f38");
        assertThat(SealedBytes.open(port, Suite.CHACHA20_POLY1305, rfcKey, 0x0102030405060708L, aad, sealed))
                .isEqualTo(text);
    }

    /** Test cases 13 and 14 of the GCM specification (McGrew and Viega): AES-256, everything zero. */
    @Test
    void gcmMatchesItsSpecification() {
        byte[] zeros = new byte[32];
        assertThat(HEX.formatHex(SealedBytes.seal(port, Suite.AES_256_GCM, zeros, 0, new byte[0], new byte[0])))
                .isEqualTo("530f8afbc74536b9a963b4f1c4cb738b");
        assertThat(HEX.formatHex(
                        SealedBytes.seal(new JdkAead(), Suite.AES_256_GCM, zeros, 0, new byte[0], new byte[16])))
                .isEqualTo("cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
    }

    @ParameterizedTest
    @EnumSource
    void whatHasNoTextOpensToNone(Suite suite) {
        AeadPort oneByOne = port::create;
        for (AeadPort each : new AeadPort[] {port, oneByOne}) {
            byte[] sealed = SealedBytes.seal(each, suite, key, new byte[] {1}, new byte[0]);
            assertThat(sealed).hasSize(TAG);
            assertThat(SealedBytes.open(each, suite, key, new byte[] {1}, sealed))
                    .isEmpty();
            assertThat(SealedBytes.open(each, suite, key, new byte[] {2}, sealed))
                    .isNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsShorterThanItsAssociatedDataIsNotAuthentic(Suite suite) {
        for (int end = 0; end < AAD + TAG; end++) {
            assertThat(port.openOnce(suite, key, 0, new byte[AAD + TAG], AAD, end))
                    .isNull();
        }
    }

    /** Against a cipher used directly, at sizes around the staging arrays' and at the counter's edges. */
    @ParameterizedTest
    @EnumSource
    void theNonceIsFourZeroBytesAndTheCounter(Suite suite) throws Exception {
        Aead aead = port.create(suite, key);
        byte[] aad = new RandomEntropy(2).bytes(AAD);
        for (long counter : new long[] {0, 1, 255, 256, 1L << 32, Long.MAX_VALUE, -1}) {
            for (int length : new int[] {0, 1, 1400, 2048 - TAG, 2049 - TAG, 65535}) {
                byte[] text = new RandomEntropy(length).bytes(length);
                MemorySegment memory = packet(aad, text);
                byte[] expected = reference(suite, counter, aad, text);
                // The same counter again and again is this test's abuse, so each time with a fresh instance.
                port.create(suite, key).seal(counter, memory, 0, AAD, AAD, length);
                assertThat(bytes(memory, AAD, length + TAG)).isEqualTo(expected);
                assertThat(aead.open(counter, memory, 0, AAD, AAD, length + TAG))
                        .isEqualTo(length);
                assertThat(bytes(memory, AAD, length)).isEqualTo(text);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void worksInPlaceInNativeMemoryAndTouchesNothingElse(Suite suite) {
        byte[] aad = new RandomEntropy(3).bytes(AAD);
        byte[] text = new RandomEntropy(4).bytes(1400);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(4096).fill((byte) 0x5A);
            MemorySegment.copy(aad, 0, memory, JAVA_BYTE, 100, AAD);
            MemorySegment.copy(text, 0, memory, JAVA_BYTE, 1000, text.length);
            byte[] before = bytes(memory, 0, 4096);
            Aead aead = port.create(suite, key);
            aead.seal(9, memory, 100, AAD, 1000, text.length);
            byte[] after = bytes(memory, 0, 4096);
            assertThat(Arrays.mismatch(before, after)).isEqualTo(1000);
            assertThat(Arrays.copyOfRange(after, 1000 + text.length + TAG, 4096))
                    .isEqualTo(Arrays.copyOfRange(before, 1000 + text.length + TAG, 4096));
            // Through the segment of everything, with raw addresses, as the packet loop calls it.
            MemorySegment everything = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
            long base = memory.address();
            assertThat(aead.open(9, everything, base + 100, AAD, base + 1000, text.length + TAG))
                    .isEqualTo(text.length);
            assertThat(bytes(memory, 1000, text.length)).isEqualTo(text);
        }
    }

    /** One bit in every byte: associated data, ciphertext, tag. */
    @ParameterizedTest
    @EnumSource
    void aFlippedBitOpensNothingAndChangesNothing(Suite suite) {
        byte[] aad = new RandomEntropy(5).bytes(AAD);
        byte[] text = new RandomEntropy(6).bytes(70);
        MemorySegment sealed = packet(aad, text);
        Aead aead = port.create(suite, key);
        aead.seal(3, sealed, 0, AAD, AAD, text.length);
        byte[] genuine = bytes(sealed, 0, AAD + text.length + TAG);
        for (int at = 0; at < genuine.length; at++) {
            byte[] forged = genuine.clone();
            forged[at] ^= (byte) (1 << (at & 7));
            byte[] kept = forged.clone();
            assertThat(aead.open(3, MemorySegment.ofArray(forged), 0, AAD, AAD, text.length + TAG))
                    .as("byte " + at)
                    .isEqualTo(-1);
            assertThat(forged).isEqualTo(kept);
        }
        assertThat(aead.open(4, sealed, 0, AAD, AAD, text.length + TAG))
                .as("another counter")
                .isEqualTo(-1);
        assertThat(aead.open(3, sealed, 0, AAD - 1, AAD, text.length + TAG))
                .as("less associated data")
                .isEqualTo(-1);
        assertThat(aead.open(3, sealed, 0, AAD, AAD, text.length + TAG - 1))
                .as("truncated")
                .isEqualTo(-1);
        assertThat(port.create(suite, new byte[32]).open(3, sealed, 0, AAD, AAD, text.length + TAG))
                .as("another key")
                .isEqualTo(-1);
        assertThat(aead.open(3, sealed, 0, AAD, AAD, text.length + TAG))
                .as("the genuine one, after all that")
                .isEqualTo(text.length);
    }

    @ParameterizedTest
    @EnumSource
    void tooShortForATagIsForged(Suite suite) {
        MemorySegment memory = MemorySegment.ofArray(new byte[64]);
        for (int length = 0; length < TAG; length++) {
            assertThat(port.create(suite, key).open(0, memory, 0, AAD, AAD, length))
                    .isEqualTo(-1);
        }
    }

    /** Duplicates reach the cipher, because the replay window comes after it; the JDK must not stumble over the same nonce. */
    @ParameterizedTest
    @EnumSource
    void aDuplicateOpensAgain(Suite suite) {
        byte[] sealed = SealedBytes.seal(port, suite, key, 5, new byte[AAD], new byte[40]);
        Aead aead = port.create(suite, key);
        for (int i = 0; i < 3; i++) {
            MemorySegment memory = packet(new byte[AAD], sealed);
            assertThat(aead.open(5, memory, 0, AAD, AAD, sealed.length)).isEqualTo(40);
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesTheSameCounterTwiceInARow(Suite suite) {
        Aead aead = port.create(suite, key);
        MemorySegment memory = packet(new byte[AAD], new byte[40]);
        aead.seal(5, memory, 0, AAD, AAD, 40);
        byte[] once = bytes(memory, 0, AAD + 40 + TAG);
        assertThatIllegalStateException()
                .isThrownBy(() -> aead.seal(5, memory, 0, AAD, AAD, 40))
                .withMessageContaining("counter 5");
        assertThat(bytes(memory, 0, once.length))
                .as("unsealed text never leaves, so nothing was written")
                .isEqualTo(once);
        aead.seal(6, memory, 0, AAD, AAD, 40);
    }

    /** Messages with a key of their own: the same bytes as by an instance, and any number of keys by one port. */
    @ParameterizedTest
    @EnumSource
    void sealsOnceWhatAnInstanceSeals(Suite suite) {
        for (int number = 0; number < 20; number++) {
            byte[] own = new RandomEntropy(number).bytes(32);
            byte[] text = new RandomEntropy(number).bytes(100 * number);
            byte[] message = Bytes.join(new byte[AAD], text, new byte[TAG], new byte[] {1, 2, 3});
            int end = message.length - 3;
            port.sealOnce(suite, own, number, message, AAD, end);
            MemorySegment expected = packet(new byte[AAD], text);
            port.create(suite, own).seal(number, expected, 0, AAD, AAD, text.length);
            assertThat(Arrays.copyOf(message, end)).isEqualTo(bytes(expected, 0, end));
            assertThat(Arrays.copyOfRange(message, end, message.length)).containsExactly(1, 2, 3);
            byte[] sealed = message.clone();
            assertThat(port.openOnce(suite, own, number, message, AAD, end)).isEqualTo(text);
            assertThat(port.openOnce(suite, own, number + 1, message, AAD, end)).isNull();
            assertThat(port.openOnce(suite, new byte[32], number, message, AAD, end))
                    .isNull();
            assertThat(port.openOnce(suite, own, number, message, AAD, AAD + TAG - 1))
                    .isNull();
            assertThat(message).isEqualTo(sealed);
        }
    }

    /** What a port does that knows only instances, as the simulation's. */
    @ParameterizedTest
    @EnumSource
    void theSameWithoutEnginesOfItsOwn(Suite suite) {
        AeadPort plain = port::create;
        byte[] message = Bytes.join(new byte[AAD], new byte[50], new byte[TAG], new byte[5]);
        byte[] same = message.clone();
        port.sealOnce(suite, key, 4, message, AAD, AAD + 50 + TAG);
        plain.sealOnce(suite, key, 4, same, AAD, AAD + 50 + TAG);
        assertThat(same).isEqualTo(message);
        assertThat(plain.openOnce(suite, key, 4, same, AAD, AAD + 50 + TAG)).isEqualTo(new byte[50]);
        assertThat(plain.openOnce(suite, key, 5, same, AAD, AAD + 50 + TAG)).isNull();
        assertThat(same).isEqualTo(message);
    }

    @ParameterizedTest
    @EnumSource
    void refusesToSealOnceTwice(Suite suite) {
        byte[] message = new byte[AAD + 40 + TAG];
        port.sealOnce(suite, key, 5, message, AAD, message.length);
        assertThatIllegalStateException()
                .isThrownBy(() -> port.sealOnce(suite, key, 5, new byte[message.length], AAD, message.length))
                .withMessageContaining("counter 5");
    }

    @Test
    void theKeyIsCopied() {
        byte[] own = key.clone();
        Aead aead = port.create(Suite.AES_256_GCM, own);
        byte[] sealed = SealedBytes.seal(port, Suite.AES_256_GCM, key, 1, new byte[AAD], new byte[10]);
        Arrays.fill(own, (byte) 0);
        assertThat(aead.open(1, packet(new byte[AAD], sealed), 0, AAD, AAD, sealed.length))
                .isEqualTo(10);
    }

    @Test
    void namesAWrongKeyLength() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> port.create(Suite.AES_256_GCM, new byte[16]))
                .withMessageContaining("32 bytes, this one has 16");
    }

    private byte[] reference(Suite suite, long counter, byte[] aad, byte[] text) throws Exception {
        byte[] nonce = ByteBuffer.allocate(12).putInt(0).putLong(counter).array();
        Cipher cipher;
        switch (suite) {
            case AES_256_GCM -> {
                cipher = Cipher.getInstance("AES/GCM/NoPadding");
                cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
            }
            case CHACHA20_POLY1305 -> {
                cipher = Cipher.getInstance("ChaCha20-Poly1305");
                cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "ChaCha20"), new IvParameterSpec(nonce));
            }
            default -> throw new AssertionError(suite);
        }
        cipher.updateAAD(aad);
        return cipher.doFinal(text);
    }

    /** Associated data, text, room for a tag. */
    private static MemorySegment packet(byte[] aad, byte[] text) {
        return MemorySegment.ofArray(Bytes.join(aad, text, new byte[TAG]));
    }

    private static byte[] bytes(MemorySegment memory, long offset, int length) {
        return memory.asSlice(offset, length).toArray(JAVA_BYTE);
    }
}
