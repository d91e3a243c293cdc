package jumpvpn.node.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import jumpvpn.core.security.Aead;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.JdkAead;
import jumpvpn.core.security.JdkX25519;
import jumpvpn.core.security.KeyAgreement;
import jumpvpn.core.security.SealedBytes;
import jumpvpn.core.security.Suite;
import jumpvpn.node.security.CryptoChoice.Library;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is there and right is used, in order; what is absent or wrong is not, and is named. */
class CryptoChoiceTest {
    private static final String JDK = "JDK " + System.getProperty("java.version");

    /** The JDK's with one thing wrong. */
    private enum Fault {
        NONE,
        WRONG_TAG,
        WRONG_NONCE,
        WRITES_BEYOND,
        OPENS_FORGERIES,
        LEAVES_FORGERIES_OPENED,
        OPENS_NOTHING
    }

    private record Faulty(Fault fault, Aead right) implements Aead {
        static AeadPort port(Fault fault) {
            return (suite, key) -> new Faulty(fault, new JdkAead().create(suite, key));
        }

        @Override
        public void seal(long counter, MemorySegment memory, long aad, int aadLength, long text, int length) {
            long used = fault == Fault.WRONG_NONCE ? counter & 0x7fff_ffff_ffff_ffffL : counter;
            right.seal(used, memory, aad, aadLength, text, length);
            if (fault == Fault.WRONG_TAG && length == 1400) {
                flip(memory, text + length + TAG_LENGTH - 1);
            } else if (fault == Fault.WRITES_BEYOND) {
                flip(memory, text + length + TAG_LENGTH);
            }
        }

        private static void flip(MemorySegment memory, long at) {
            memory.set(ValueLayout.JAVA_BYTE, at, (byte) (memory.get(ValueLayout.JAVA_BYTE, at) ^ 1));
        }

        @Override
        public int open(long counter, MemorySegment memory, long aad, int aadLength, long text, int length) {
            int opened = right.open(counter, memory, aad, aadLength, text, length);
            if (fault == Fault.LEAVES_FORGERIES_OPENED && opened < 0) {
                flip(memory, text);
            }
            return switch (fault) {
                case OPENS_FORGERIES -> Math.max(opened, length - TAG_LENGTH);
                case OPENS_NOTHING -> -1;
                default -> opened;
            };
        }
    }

    private static Library library(String name, Map<Suite, AeadPort> aeads, KeyAgreement agreement) {
        return new Library(name, jdk -> new Offer(name + " 1", aeads, agreement == null ? null : () -> agreement));
    }

    @ParameterizedTest
    @EnumSource
    void oneThatFailsIsNotUsed(Suite suite) {
        for (Fault fault : Fault.values()) {
            CryptoChoice choice = CryptoChoice.of(List.of(library("odd", Map.of(suite, Faulty.port(fault)), null)));
            String chosen = suite == Suite.AES_256_GCM
                    ? choice.names().aes256Gcm()
                    : choice.names().chacha20Poly1305();
            assertThat(chosen).as(fault.name()).isEqualTo(fault == Fault.NONE ? "odd 1" : JDK);
            assertThat(choice.problems()).hasSize(fault == Fault.NONE ? 0 : 1);
            assertThat(choice.problems())
                    .allMatch(problem -> problem.library().equals("odd") && !problem.isAbsent())
                    .allMatch(problem -> problem.what().startsWith(suite.name() + " of "));
        }
    }

    @Test
    void theFirstThatCanIsUsed() {
        AeadPort fine = Faulty.port(Fault.NONE);
        Library absent = new Library("absent", jdk -> {
            throw new UnsatisfiedLinkError("absent.so is not installed");
        });
        Library first = library("first", Map.of(Suite.AES_256_GCM, fine), null);
        Library second =
                library("second", Map.of(Suite.AES_256_GCM, fine, Suite.CHACHA20_POLY1305, fine), new JdkX25519());
        CryptoChoice choice = CryptoChoice.of(List.of(absent, first, second));
        assertThat(choice.names()).isEqualTo(new CryptoChoice.Names("first 1", "second 1", "second 1"));
        assertThat(choice.problems())
                .containsExactly(new CryptoChoice.Problem("absent", "absent.so is not installed", true));
        Crypto crypto = choice.crypto(out -> {});
        assertThat(crypto.aead().create(Suite.CHACHA20_POLY1305, new byte[32])).isInstanceOf(Faulty.class);
    }

    /** Noise's and the control messages' way: the JDK's, whatever seals packets. */
    @ParameterizedTest
    @EnumSource
    void messagesWithAKeyOfTheirOwnOpen(Suite suite) {
        AeadPort port = CryptoChoice.best().crypto(out -> {}).aead();
        byte[] sealed = SealedBytes.seal(port, suite, new byte[32], new byte[5], new byte[] {1, 2, 3});
        assertThat(SealedBytes.open(new JdkAead(), suite, new byte[32], new byte[5], sealed))
                .containsExactly(1, 2, 3);
        assertThat(SealedBytes.open(port, suite, new byte[32], new byte[4], sealed))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"public key", "secret", "low order"})
    void aWrongX25519IsNotUsed(String fault) {
        KeyAgreement right = new JdkX25519();
        KeyAgreement wrong = new KeyAgreement() {
            @Override
            public byte[] publicKey(byte[] privateKey) {
                return fault.equals("public key") ? privateKey : right.publicKey(privateKey);
            }

            @Override
            public byte[] agree(byte[] privateKey, byte[] publicKey) throws InvalidKeyException {
                if (fault.equals("low order") && publicKey[0] == 0 && publicKey[1] == 0) {
                    return new byte[32];
                }
                return fault.equals("secret") ? publicKey : right.agree(privateKey, publicKey);
            }
        };
        CryptoChoice choice = CryptoChoice.of(List.of(library("odd", Map.of(), wrong)));
        assertThat(choice.names().x25519()).isEqualTo(JDK);
        assertThat(choice.problems())
                .singleElement()
                .matches(problem -> problem.what().startsWith("X25519"));
    }

    @Test
    void theJdkCanBeForcedAndAnAbsentLibraryCannot() {
        assertThat(CryptoChoice.jdk().names()).isEqualTo(new CryptoChoice.Names(JDK, JDK, JDK));
        assertThat(CryptoChoice.jdk().problems()).isEmpty();
        boolean isAbsent = CryptoChoice.best().problems().stream()
                .anyMatch(problem -> problem.library().equals("ipsec-mb"));
        if (isAbsent) {
            assertThatExceptionOfType(CryptoChoice.UnusableException.class)
                    .isThrownBy(CryptoChoice::ipsecMb)
                    .withMessageStartingWith("ipsec-mb: ");
        }
    }

    /** The bits of version 1.3 for a Xeon of 2021, one of 2017, a desktop of 2013, one of 2011, one of 2010, and one without AES. */
    @Test
    void functionsAreForThisProcessor() {
        assertThat(IpsecMbAead.variant(0x7_3fffL)).isEqualTo("vaes_avx512");
        assertThat(IpsecMbAead.variant(0x4_0fffL)).isEqualTo("avx512");
        assertThat(IpsecMbAead.variant(0x4_307fL)).isEqualTo("avx_gen4");
        assertThat(IpsecMbAead.variant(0x3eL)).isEqualTo("avx_gen2");
        assertThat(IpsecMbAead.variant(0x1eL)).isEqualTo("sse");
        assertThatExceptionOfType(UnsatisfiedLinkError.class)
                .isThrownBy(() -> IpsecMbAead.variant(0x18L))
                .withMessage("this processor has no AES instructions");
    }
}
