package jumpvpn.core.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a handshake survives: forged, foreign, cut and repeated messages, calls out of order, other ports than the JDK's. */
class NoiseIkTest {
    private static final byte[] HELLO = new RandomEntropy(10).bytes(500);
    private static final byte[] WELCOME = new RandomEntropy(11).bytes(300);

    private final Crypto crypto = Crypto.jdk(new RandomEntropy(1));
    private final KeyPair client = KeyPair.generate(crypto);
    private final KeyPair gateway = KeyPair.generate(crypto);

    @ParameterizedTest
    @EnumSource
    void bothSidesEndWithTheSameKeys(Suite suite) {
        NoiseIk.Initiator initiator = initiator(suite);
        NoiseIk.Responder responder = responder(suite);
        byte[] first = initiator.writeFirst(HELLO);
        assertThat(first).hasSize(HELLO.length + NoiseIk.FIRST_OVERHEAD).hasSize(596);
        assertThat(responder.readFirst(first))
                .usingRecursiveComparison()
                .isEqualTo(new NoiseIk.FirstMessage(client.publicKey(), HELLO));
        byte[] second = responder.writeSecond(WELCOME);
        assertThat(second).hasSize(WELCOME.length + NoiseIk.SECOND_OVERHEAD).hasSize(348);
        assertThat(initiator.readSecond(second)).isEqualTo(WELCOME);
        assertThat(initiator.chainingKey()).isEqualTo(responder.chainingKey());
        assertThat(initiator.handshakeHash()).isEqualTo(responder.handshakeHash());
        assertThat(initiator.sessionSecret()).usingRecursiveComparison().isEqualTo(responder.sessionSecret());
        assertThat(initiator.freshness()).usingRecursiveComparison().isEqualTo(responder.freshness());
    }

    @ParameterizedTest
    @EnumSource
    void everyHandshakeHasItsOwnKeys(Suite suite) {
        assertThat(complete(suite).sessionSecret().key())
                .isNotEqualTo(complete(suite).sessionSecret().key());
    }

    /** Whoever reads the memory of an end later learns nothing of a handshake that is over. */
    @ParameterizedTest
    @EnumSource
    void ephemeralPrivateKeysAreWiped(Suite suite) {
        List<byte[]> drawn = new ArrayList<>();
        Entropy source = new RandomEntropy(3);
        Crypto watched = Crypto.jdk(out -> {
            source.fill(out);
            drawn.add(out);
        });
        NoiseIk.Initiator initiator =
                new NoiseIk.Initiator(watched, suite, NoiseIk.prologue(suite), client, gateway.publicKey());
        NoiseIk.Responder responder = new NoiseIk.Responder(watched, suite, NoiseIk.prologue(suite), gateway);
        responder.readFirst(initiator.writeFirst(HELLO));
        assertThat(drawn).singleElement().satisfies(key -> assertThat(key).isNotEqualTo(new byte[32]));
        byte[] second = responder.writeSecond(WELCOME);
        assertThat(drawn.getLast()).as("the gateway's").containsOnly(0);
        assertThat(initiator.readSecond(second)).isEqualTo(WELCOME);
        assertThat(drawn.getFirst()).as("the client's").containsOnly(0);
    }

    @ParameterizedTest
    @EnumSource
    void aStateWithoutAKeySealsNothingAndAKeyServesOneMessageAfterAnother(Suite suite) {
        SymmetricState sealing = new SymmetricState(crypto.aead(), suite, "name");
        SymmetricState opening = new SymmetricState(crypto.aead(), suite, "name");
        assertThatIllegalStateException().isThrownBy(() -> sealing.sealAndHash(HELLO));
        assertThatIllegalStateException().isThrownBy(() -> opening.openAndHash(HELLO));
        byte[] shared = HELLO.clone();
        sealing.mixKey(shared);
        assertThat(shared).as("taken in, and wiped").containsOnly(0);
        opening.mixKey(HELLO.clone());
        for (int message = 0; message < 3; message++) {
            assertThat(opening.openAndHash(sealing.sealAndHash(WELCOME))).isEqualTo(WELCOME);
        }
    }

    /** wire.md, Handshake: the ASCII bytes, version 1, suite. */
    @Test
    void thePrologueIsAsWritten() {
        assertThat(NoiseIk.prologue(Suite.AES_256_GCM)).containsExactly('j', 'u', 'm', 'p', 'v', 'p', 'n', 1, 1);
        assertThat(NoiseIk.prologue(Suite.CHACHA20_POLY1305)).containsExactly('j', 'u', 'm', 'p', 'v', 'p', 'n', 1, 2);
    }

    @ParameterizedTest
    @EnumSource
    void aFlippedBitInTheFirstMessageIsNotHeard(Suite suite) {
        byte[] first = initiator(suite).writeFirst(new byte[20]);
        NoiseIk.Responder responder = responder(suite);
        for (int at = 0; at < first.length; at++) {
            byte[] forged = first.clone();
            forged[at] ^= (byte) (1 << (at & 7));
            assertThat(responder.readFirst(forged)).as("byte " + at).isNull();
        }
        assertThat(responder.readFirst(first))
                .as("the genuine one, after all that")
                .isNotNull();
    }

    @ParameterizedTest
    @EnumSource
    void aFlippedBitInTheSecondMessageIsNotHeard(Suite suite) {
        NoiseIk.Initiator initiator = initiator(suite);
        byte[] second = answer(suite, initiator.writeFirst(HELLO), new byte[20]);
        for (int at = 0; at < second.length; at++) {
            byte[] forged = second.clone();
            forged[at] ^= (byte) (1 << (at & 7));
            assertThat(initiator.readSecond(forged)).as("byte " + at).isNull();
        }
        assertThat(initiator.readSecond(second))
                .as("the genuine one, after all that")
                .isNotNull();
    }

    @ParameterizedTest
    @EnumSource
    void anyLengthIsBorne(Suite suite) {
        NoiseIk.Initiator initiator = initiator(suite);
        byte[] first = initiator.writeFirst(new byte[0]);
        byte[] second = answer(suite, first, new byte[0]);
        for (int length = 0; length < first.length + 20; length++) {
            if (length != first.length) {
                assertThat(responder(suite).readFirst(Arrays.copyOf(first, length)))
                        .as("first cut to " + length)
                        .isNull();
            }
            if (length != second.length) {
                assertThat(initiator.readSecond(Arrays.copyOf(second, length)))
                        .as("second cut to " + length)
                        .isNull();
            }
        }
        assertThat(initiator.readSecond(second)).isEmpty();
    }

    @Test
    void foreignKeysPrologueOrSuiteAreNotHeard() {
        Suite suite = Suite.AES_256_GCM;
        byte[] first = initiator(suite).writeFirst(HELLO);
        KeyPair other = KeyPair.generate(crypto);
        assertThat(new NoiseIk.Responder(crypto, suite, NoiseIk.prologue(suite), other).readFirst(first))
                .as("another gateway")
                .isNull();
        assertThat(new NoiseIk.Responder(crypto, suite, NoiseIk.prologue(Suite.CHACHA20_POLY1305), gateway)
                        .readFirst(first))
                .as("prologue")
                .isNull();
        assertThat(responder(Suite.CHACHA20_POLY1305).readFirst(first))
                .as("suite")
                .isNull();
        byte[] elsewhere = answer(suite, initiator(suite).writeFirst(HELLO), WELCOME);
        NoiseIk.Initiator waiting = initiator(suite);
        waiting.writeFirst(HELLO);
        assertThat(waiting.readSecond(elsewhere))
                .as("the answer to another first message")
                .isNull();
    }

    @Test
    void keysOfLowOrderAreNotHeard() {
        Suite suite = Suite.AES_256_GCM;
        byte[] first = initiator(suite).writeFirst(HELLO);
        Arrays.fill(first, 0, 32, (byte) 0);
        assertThat(responder(suite).readFirst(first)).isNull();
        NoiseIk.Initiator waiting = initiator(suite);
        byte[] second = answer(suite, waiting.writeFirst(HELLO), WELCOME);
        Arrays.fill(second, 0, 32, (byte) 0);
        assertThat(waiting.readSecond(second)).isNull();
        var deaf = new NoiseIk.Initiator(crypto, suite, NoiseIk.prologue(suite), client, new byte[32]);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> deaf.writeFirst(HELLO))
                .withMessageContaining("gateway's public key");
    }

    @Test
    void callsOutOfOrderAreRefused() {
        Suite suite = Suite.AES_256_GCM;
        NoiseIk.Initiator initiator = initiator(suite);
        NoiseIk.Responder responder = responder(suite);
        assertThatIllegalStateException().isThrownBy(() -> initiator.readSecond(new byte[100]));
        assertThatIllegalStateException().isThrownBy(() -> responder.writeSecond(WELCOME));
        assertThatIllegalStateException().isThrownBy(initiator::sessionSecret);
        assertThatIllegalStateException().isThrownBy(responder::freshness);
        byte[] first = initiator.writeFirst(HELLO);
        assertThatIllegalStateException()
                .as("a second first message would seal twice")
                .isThrownBy(() -> initiator.writeFirst(HELLO));
        responder.readFirst(first);
        responder.writeSecond(WELCOME);
        assertThatIllegalStateException().isThrownBy(() -> responder.writeSecond(WELCOME));
    }

    /** IK itself never comes to a second message under one key; Noise's nonce must be right all the same. */
    @ParameterizedTest
    @EnumSource
    void theSecondNonceOfAKeyIsWrittenAsItsCipherAsks(Suite suite) {
        var state = new SymmetricState(crypto.aead(), suite, "test");
        state.mixKey(new byte[32]);
        state.sealAndHash(HELLO);
        SymmetricState peer = state.copy();
        byte[] associated = state.hash();
        byte[] sealed = state.sealAndHash(HELLO);
        byte[] keys = Hkdf.expand(
                Hkdf.extract(Arrays.copyOf("test".getBytes(StandardCharsets.US_ASCII), 32), new byte[32]),
                new byte[0],
                64);
        long counter = switch (suite) {
            case AES_256_GCM -> 1L;
            case CHACHA20_POLY1305 -> 0x0100000000000000L;
        };
        assertThat(sealed)
                .isEqualTo(SealedBytes.seal(
                        new JdkAead(), suite, Arrays.copyOfRange(keys, 32, 64), counter, associated, HELLO));
        assertThat(peer.openAndHash(sealed)).isEqualTo(HELLO);
        assertThat(peer.hash()).isEqualTo(state.hash());
    }

    /** The simulation's way: nothing here may reach past the ports to the JDK's cipher or curve. */
    @Test
    void runsOnStandInPorts() {
        KeyAgreement toy = new KeyAgreement() {
            @Override
            public byte[] publicKey(byte[] privateKey) {
                return privateKey.clone();
            }

            @Override
            public byte[] agree(byte[] privateKey, byte[] publicKey) {
                byte[] sum = new byte[32];
                for (int i = 0; i < sum.length; i++) {
                    sum[i] = (byte) (privateKey[i] + publicKey[i]);
                }
                return sum;
            }
        };
        Crypto standIn = new Crypto((suite, key) -> new ToyAead(), toy, new RandomEntropy(5));
        KeyPair us = KeyPair.generate(standIn);
        KeyPair them = KeyPair.generate(standIn);
        var initiator = new NoiseIk.Initiator(standIn, Suite.AES_256_GCM, new byte[0], us, them.publicKey());
        var responder = new NoiseIk.Responder(standIn, Suite.AES_256_GCM, new byte[0], them);
        byte[] first = initiator.writeFirst(HELLO);
        assertThat(Arrays.copyOfRange(first, 32, 64))
                .as("the toy seals in clear")
                .isEqualTo(us.publicKey());
        assertThat(responder.readFirst(first)).isNotNull();
        assertThat(initiator.readSecond(responder.writeSecond(WELCOME))).isEqualTo(WELCOME);
        assertThat(initiator.sessionSecret().key())
                .isEqualTo(responder.sessionSecret().key());
    }

    private NoiseIk complete(Suite suite) {
        NoiseIk.Initiator initiator = initiator(suite);
        initiator.readSecond(answer(suite, initiator.writeFirst(HELLO), WELCOME));
        return initiator;
    }

    private byte[] answer(Suite suite, byte[] first, byte[] payload) {
        NoiseIk.Responder responder = responder(suite);
        assertThat(responder.readFirst(first)).isNotNull();
        return responder.writeSecond(payload);
    }

    private NoiseIk.Initiator initiator(Suite suite) {
        return new NoiseIk.Initiator(crypto, suite, NoiseIk.prologue(suite), client, gateway.publicKey());
    }

    private NoiseIk.Responder responder(Suite suite) {
        return new NoiseIk.Responder(crypto, suite, NoiseIk.prologue(suite), gateway);
    }

    /** Seals nothing; its tag is zeros. */
    private static final class ToyAead implements Aead {
        @Override
        public void seal(
                long counter, MemorySegment memory, long aadOffset, int aadLength, long textOffset, int textLength) {
            memory.asSlice(textOffset + textLength, TAG_LENGTH).fill((byte) 0);
        }

        @Override
        public int open(
                long counter,
                MemorySegment memory,
                long aadOffset,
                int aadLength,
                long sealedOffset,
                int sealedLength) {
            byte[] tag = memory.asSlice(sealedOffset + sealedLength - TAG_LENGTH, TAG_LENGTH)
                    .toArray(ValueLayout.JAVA_BYTE);
            return Arrays.equals(tag, new byte[TAG_LENGTH]) ? sealedLength - TAG_LENGTH : -1;
        }
    }
}
