package jumpvpn.node.security;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import jumpvpn.core.security.Aead;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.JdkAead;
import jumpvpn.core.security.Suite;
import jumpvpn.node.host.Memory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The port's promises, kept by each library that is installed: known answers, the JDK's bytes, nothing changed by a forgery, no garbage, and memory given back. */
class NativeAeadTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final int AAD = 20;
    private static final int TAG = Aead.TAG_LENGTH;

    /** Whose cipher. */
    enum Native {
        LIBCRYPTO_AES(Libcrypto::offer, "libcrypto.so.3", Suite.AES_256_GCM),
        LIBCRYPTO_CHACHA(Libcrypto::offer, "libcrypto.so.3", Suite.CHACHA20_POLY1305),
        IPSEC_MB_AES(IpsecMb::offer, "libIPSec_MB.so.1", Suite.AES_256_GCM);

        final Function<AeadPort, Offer> offer;
        final String file;
        final Suite suite;

        Native(Function<AeadPort, Offer> offer, String file, Suite suite) {
            this.offer = offer;
            this.file = file;
            this.suite = suite;
        }

        AeadPort port() {
            try {
                NativeLibrary.load(file);
            } catch (UnsatisfiedLinkError e) {
                assumeTrue(false, "NOT TESTED HERE: " + e.getMessage());
            }
            return Objects.requireNonNull(offer.apply(new JdkAead()).aeads().get(suite));
        }
    }

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment memory = arena.allocate(70_000, 64);
    private final byte[] key = bytes(1, 32);

    @AfterEach
    void close() {
        arena.close();
    }

    /** GCM's test case 13 and 14 (McGrew and Viega), RFC 8439 appendix A.5's key and nonce with its first block. */
    @ParameterizedTest
    @EnumSource
    void knownAnswers(Native whose) {
        byte[] zeros = new byte[32];
        if (whose.suite == Suite.AES_256_GCM) {
            assertThat(sealed(whose.port().create(whose.suite, zeros), 0, new byte[0], new byte[0]))
                    .isEqualTo("530f8afbc74536b9a963b4f1c4cb738b");
            assertThat(sealed(whose.port().create(whose.suite, zeros), 0, new byte[0], new byte[16]))
                    .isEqualTo("cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
        } else {
            byte[] rfcKey = HEX.parseHex("1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0");
            byte[] aad = HEX.parseHex("f33388860000000000004e91");
            byte[] text = "Internet-Drafts ".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            assertThat(sealed(whose.port().create(whose.suite, rfcKey), 0x0102030405060708L, aad, text))
                    .startsWith("64a0861575861af460f062c79be643bd");
        }
    }

    private String sealed(Aead aead, long counter, byte[] aad, byte[] text) {
        MemorySegment.copy(aad, 0, memory, JAVA_BYTE, 0, aad.length);
        MemorySegment.copy(text, 0, memory, JAVA_BYTE, aad.length, text.length);
        aead.seal(counter, memory, 0, aad.length, aad.length, text.length);
        return HEX.formatHex(memory.asSlice(aad.length, text.length + TAG).toArray(JAVA_BYTE));
    }

    /** At a native segment, at raw addresses and on the heap, to the longest packet and the counter's edges. */
    @ParameterizedTest
    @EnumSource
    void theBytesOfTheJdk(Native whose) {
        Aead aead = whose.port().create(whose.suite, key);
        for (long counter : new long[] {0, 1, 255, 1L << 32, Long.MAX_VALUE, -1}) {
            for (int length : new int[] {0, 1, 15, 16, 17, 1400, 65535}) {
                byte[] plain = bytes(length, AAD + length + TAG + 50);
                byte[] expected = plain.clone();
                new JdkAead()
                        .create(whose.suite, key)
                        .seal(counter, MemorySegment.ofArray(expected), 0, AAD, AAD, length);
                memory.asSlice(0, plain.length).copyFrom(MemorySegment.ofArray(plain));
                long base = memory.address();
                aead.seal(counter, Memory.ALL, base, AAD, base + AAD, length);
                assertThat(bytesOf(plain.length)).isEqualTo(expected);
                assertThat(aead.open(counter, memory, 0, AAD, AAD, length + TAG))
                        .isEqualTo(length);
                assertThat(bytesOf(AAD + length)).isEqualTo(Arrays.copyOf(plain, AAD + length));
                assertThat(aead.open(counter, MemorySegment.ofArray(expected), 0, AAD, AAD, length + TAG))
                        .isEqualTo(length);
                assertThat(Arrays.copyOf(expected, AAD + length)).isEqualTo(Arrays.copyOf(plain, AAD + length));
            }
        }
    }

    /** One bit in every byte; a duplicate of the genuine packet opens again after all that. */
    @ParameterizedTest
    @EnumSource
    void aFlippedBitOpensNothingAndChangesNothing(Native whose) {
        Aead aead = whose.port().create(whose.suite, key);
        memory.asSlice(0, AAD + 70).copyFrom(MemorySegment.ofArray(bytes(5, AAD + 70)));
        aead.seal(3, memory, 0, AAD, AAD, 70);
        byte[] genuine = bytesOf(AAD + 70 + TAG);
        for (int at = 0; at < genuine.length; at++) {
            byte[] forged = genuine.clone();
            forged[at] ^= (byte) (1 << (at & 7));
            memory.asSlice(0, forged.length).copyFrom(MemorySegment.ofArray(forged));
            assertThat(aead.open(3, memory, 0, AAD, AAD, 70 + TAG))
                    .as("byte " + at)
                    .isEqualTo(-1);
            assertThat(bytesOf(forged.length)).isEqualTo(forged);
        }
        memory.asSlice(0, genuine.length).copyFrom(MemorySegment.ofArray(genuine));
        assertThat(aead.open(4, memory, 0, AAD, AAD, 70 + TAG)).isEqualTo(-1);
        for (int length = 0; length < TAG; length++) {
            assertThat(aead.open(3, memory, 0, AAD, AAD, length)).isEqualTo(-1);
        }
        for (int times = 0; times < 2; times++) {
            assertThat(aead.open(3, memory, 0, AAD, AAD, 70 + TAG)).isEqualTo(70);
            memory.asSlice(0, genuine.length).copyFrom(MemorySegment.ofArray(genuine));
        }
    }

    @ParameterizedTest
    @EnumSource
    void makesNoGarbage(Native whose) {
        Aead aead = whose.port().create(whose.suite, key);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long base = memory.address();
        long counter = 0;
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < 50 && allocated > 0; round++) { // until it is compiled
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 2000; i++) {
                aead.seal(counter, Memory.ALL, base, AAD, base + AAD, 64);
                aead.open(counter++, Memory.ALL, base, AAD, base + AAD, 64 + TAG);
            }
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(allocated).isZero();
    }

    /** Beyond the bound keys are the JDK's; what nobody has any more is given back. */
    @ParameterizedTest
    @EnumSource
    void livingKeysAreBounded(Native whose) {
        AeadPort port = whose.port();
        List<Aead> many = new ArrayList<>();
        for (int i = 0; i <= NativeAead.MOST; i++) {
            many.add(port.create(whose.suite, key));
        }
        assertThat(many.getFirst()).isInstanceOf(NativeAead.class);
        assertThat(many.getLast()).isNotInstanceOf(NativeAead.class);
        many.clear();
        Awaitility.await().until(() -> {
            System.gc();
            return port.create(whose.suite, key) instanceof NativeAead;
        });
    }

    private byte[] bytesOf(int length) {
        return memory.asSlice(0, length).toArray(JAVA_BYTE);
    }

    private static byte[] bytes(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
