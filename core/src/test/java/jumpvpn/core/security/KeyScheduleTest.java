package jumpvpn.core.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every row of wire.md's key schedule, written out literally and computed with the JDK's HKDF. */
class KeyScheduleTest {
    private static final byte[] NOTHING = {};

    private final byte[] hash = filled(1, 32);
    private final byte[] chainingKey = filled(2, 32);
    private final byte[] client = filled(3, 32);
    private final byte[] gateway = filled(4, 16);
    private final byte[] nonce = filled(5, 16);
    private final byte[] answerRandom = filled(6, 16);
    private final Freshness freshness = new Freshness(client, gateway);
    private final SessionSecret secret = new SessionSecret(7, filled(8, 32));
    private final byte[] proofKey = filled(9, 32);

    @Test
    void theFirstSecretComesFromHashAndChainingKey() throws Exception {
        SessionSecret first = SessionSecret.ofHandshake(hash, chainingKey);
        assertThat(first.generation()).isZero();
        assertThat(first.key()).isEqualTo(JdkHkdf.derive(hash, chainingKey, ascii("jumpvpn session secret"), 32));
    }

    @Test
    void bindingKeysMixBothFreshnessesSecretDirectionAndEpoch() throws Exception {
        BindingKeys keys = secret.bindingKeys(freshness, 0x01020304);
        byte[] salt = concat(client, gateway);
        assertThat(keys.clientToGateway())
                .isEqualTo(JdkHkdf.derive(salt, secret.key(), info("jumpvpn binding c2g", 1, 2, 3, 4), 32));
        assertThat(keys.gatewayToClient())
                .isEqualTo(JdkHkdf.derive(salt, secret.key(), info("jumpvpn binding g2c", 1, 2, 3, 4), 32));
    }

    @Test
    void everyBindStepsTheSecret() throws Exception {
        SessionSecret next = secret.next(freshness, 0x01020304);
        assertThat(next.generation()).isEqualTo(8);
        assertThat(next.key())
                .isEqualTo(
                        JdkHkdf.derive(concat(client, gateway), secret.key(), info("jumpvpn secret", 1, 2, 3, 4), 32));
    }

    @Test
    void aBindMakesFromOneExtractionWhatItMakesOneByOne() {
        byte[] agreed = filled(10, 32);
        SessionSecret.Bound bound = secret.bound(freshness, 9);
        BindingKeys keys = secret.bindingKeys(freshness, 9);
        assertThat(bound.keys().clientToGateway()).isEqualTo(keys.clientToGateway());
        assertThat(bound.keys().gatewayToClient()).isEqualTo(keys.gatewayToClient());
        assertThat(bound.next().generation()).isEqualTo(8);
        assertThat(bound.next().key()).isEqualTo(secret.next(freshness, 9).key());
        assertThat(bound.ratchet().step(agreed, client, gateway).output().key())
                .isEqualTo(Ratchet.of(secret, freshness, 9)
                        .step(agreed, client, gateway)
                        .output()
                        .key());
    }

    @Test
    void aRenewalOfKeysMixesChainAgreedSecretAndBothPublicKeys() throws Exception {
        byte[] agreed = filled(10, 32);
        byte[] theirs = filled(11, 32);
        byte[] ours = filled(12, 32);
        byte[] chain =
                JdkHkdf.derive(concat(client, gateway), secret.key(), info("jumpvpn rekey chain", 0, 0, 0, 9), 32);
        Ratchet ratchet = Ratchet.of(secret, freshness, 9);
        for (int phase = 1; phase <= 2; phase++) {
            Ratchet.Step step = ratchet.step(agreed, theirs, ours);
            byte[] input = concat(chain, agreed);
            byte[] salt = concat(theirs, ours);
            assertThat(step.keys().clientToGateway())
                    .isEqualTo(JdkHkdf.derive(salt, input, info("jumpvpn rekey c2g", 0, 0, 0, 9, 0, 0, 0, phase), 32));
            assertThat(step.keys().gatewayToClient())
                    .isEqualTo(JdkHkdf.derive(salt, input, info("jumpvpn rekey g2c", 0, 0, 0, 9, 0, 0, 0, phase), 32));
            assertThat(step.output().key())
                    .isEqualTo(
                            JdkHkdf.derive(salt, input, info("jumpvpn rekey output", 0, 0, 0, 9, 0, 0, 0, phase), 32));
            assertThat(step.output().is(9, phase)).isTrue();
            assertThat(step.output().is(8, phase)).isFalse();
            assertThat(step.output().is(9, phase + 1)).isFalse();
            assertThat(step.next().phase()).isEqualTo(phase);
            chain = JdkHkdf.derive(salt, input, info("jumpvpn rekey chain", 0, 0, 0, 9, 0, 0, 0, phase), 32);
            ratchet = step.next();
        }
    }

    @Test
    void anOutputIsMixedIntoItsGeneration() throws Exception {
        RekeyOutput output = new RekeyOutput(9, 3, filled(13, 32));
        SessionSecret mixed = secret.mixed(output);
        assertThat(mixed.generation()).isEqualTo(7);
        assertThat(mixed.numbered(12).generation()).isEqualTo(12);
        assertThat(mixed.key())
                .isEqualTo(JdkHkdf.derive(
                        output.key(), secret.key(), info("jumpvpn mixed secret", 0, 0, 0, 9, 0, 0, 0, 3), 32));
    }

    @Test
    void proofAndEarlyKeys() throws Exception {
        assertThat(secret.proofKey()).isEqualTo(JdkHkdf.derive(NOTHING, secret.key(), info("jumpvpn proof"), 32));
        assertThat(secret.earlyKey(nonce))
                .isEqualTo(JdkHkdf.derive(NOTHING, secret.key(), concat(info("jumpvpn early"), nonce), 32));
    }

    @Test
    void requestProbeAndAnswerKeys() throws Exception {
        Proof proof = new Proof(proofKey, nonce);
        assertThat(proof.requestKey()).isEqualTo(fromProof("jumpvpn request", NOTHING, 32));
        assertThat(proof.probeKey()).isEqualTo(fromProof("jumpvpn probe", NOTHING, 32));
        assertThat(proof.answerKey(answerRandom)).isEqualTo(fromProof("jumpvpn answer", answerRandom, 32));
        assertThat(proof.probeAnswerKey(answerRandom)).isEqualTo(fromProof("jumpvpn probe answer", answerRandom, 32));
    }

    @Test
    void theMacCoversEveryByteBeforeIt() throws Exception {
        Proof proof = new Proof(proofKey, nonce);
        byte[] message = filled(7, 300);
        proof.write(message);
        assertThat(Arrays.copyOf(message, 284)).containsOnly(7);
        assertThat(Arrays.copyOfRange(message, 284, 300)).isEqualTo(fromProof("jumpvpn mac", filled(7, 284), 16));
        assertThat(proof.check(message)).isTrue();
        for (int at = 0; at < message.length; at++) {
            byte[] forged = message.clone();
            forged[at] ^= 1;
            assertThat(proof.check(forged)).as("byte " + at).isFalse();
        }
        assertThat(new Proof(filled(10, 32), nonce).check(message))
                .as("another key")
                .isFalse();
        assertThat(new Proof(proofKey, filled(10, 16)).check(message))
                .as("another nonce")
                .isFalse();
    }

    @Test
    void noTwoKeysAreAlike() {
        SessionSecret next = secret.next(freshness, 2);
        BindingKeys now = secret.bindingKeys(freshness, 2);
        BindingKeys otherEpoch = secret.bindingKeys(freshness, 3);
        BindingKeys otherClient = secret.bindingKeys(new Freshness(filled(33, 32), gateway), 2);
        BindingKeys otherGateway = secret.bindingKeys(new Freshness(client, filled(44, 16)), 2);
        BindingKeys otherSecret = next.bindingKeys(freshness, 2);
        List<byte[]> keys = List.of(
                now.clientToGateway(),
                now.gatewayToClient(),
                otherEpoch.clientToGateway(),
                otherClient.clientToGateway(),
                otherGateway.clientToGateway(),
                otherSecret.clientToGateway(),
                next.key(),
                secret.key(),
                secret.proofKey(),
                next.proofKey(),
                secret.earlyKey(nonce));
        assertThat(keys.stream().map(Arrays::toString).collect(Collectors.toSet()))
                .hasSize(keys.size());
    }

    @Test
    void wipingLeavesZeros() {
        BindingKeys keys = secret.bindingKeys(freshness, 1);
        keys.wipe();
        secret.wipe();
        RekeyOutput output = new RekeyOutput(1, 1, filled(1, 32));
        RekeyOutput copy = output.copy();
        output.wipe();
        assertThat(copy.key()).isEqualTo(filled(1, 32));
        assertThat(List.of(keys.clientToGateway(), keys.gatewayToClient(), secret.key(), output.key()))
                .allSatisfy(key -> assertThat(key).containsOnly(0));
    }

    @Test
    void aWipedChainKnowsNothingOfTheOldOne() throws Exception {
        Ratchet ratchet = Ratchet.of(secret, freshness, 9);
        ratchet.wipe();
        byte[] input = concat(new byte[32], filled(10, 32));
        assertThat(ratchet.step(filled(10, 32), client, gateway).output().key())
                .isEqualTo(JdkHkdf.derive(
                        concat(client, gateway), input, info("jumpvpn rekey output", 0, 0, 0, 9, 0, 0, 0, 1), 32));
    }

    @Test
    void aCopyOutlivesTheSecretThatItIsOf() {
        SessionSecret copy = secret.copy();
        byte[] key = secret.key().clone();
        secret.wipe();
        assertThat(copy.generation()).isEqualTo(7);
        assertThat(copy.key()).isEqualTo(key);
    }

    /** RFC 9001 section 6.6 for AES-GCM; contract section 3. */
    @Test
    void aKeyIsRenewedAtHalfOfWhatItMaySeal() {
        assertThat(Suite.AES_256_GCM.packetLimit()).isEqualTo(1L << 28);
        assertThat(Suite.AES_256_GCM.rekeyPackets()).isEqualTo(1L << 27);
        assertThat(Suite.CHACHA20_POLY1305.packetLimit()).isEqualTo(1L << 61);
        assertThat(Suite.CHACHA20_POLY1305.rekeyPackets()).isEqualTo(1L << 60);
    }

    @Test
    void aNumberDrawnIsTheNextEightBytes() {
        assertThat(new QueuedEntropy(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}).nextLong())
                .isEqualTo(0x0102030405060708L);
    }

    /** A key printed by a record's toString is a key in a log. */
    @Test
    void noRecordPrintsItsKeys() {
        byte[] marker = filled(0x4D, 32);
        String array = "[B@";
        List<Object> records = List.of(
                new SessionSecret(1, marker),
                new BindingKeys(marker, marker),
                new RekeyOutput(1, 2, marker),
                Ratchet.of(new SessionSecret(1, marker), freshness, 1),
                Ratchet.of(new SessionSecret(1, marker), freshness, 1).step(marker, client, gateway),
                new KeyPair(marker, client),
                new Ticket(filled(0x4D, 16), 1, 2, 3, marker, 4),
                new NoiseIk.FirstMessage(client, marker));
        assertThat(records)
                .allSatisfy(it -> assertThat(it.toString())
                        .as("it says what it is")
                        .startsWith(it.getClass().getSimpleName() + "[")
                        .doesNotContain(array)
                        .doesNotContain("4d4d4d")
                        .doesNotContain("77, 77")
                        .doesNotContain("TU1N"));
    }

    private byte[] fromProof(String label, byte[] context, int length) throws GeneralSecurityException {
        return JdkHkdf.derive(nonce, proofKey, concat(info(label), context), length);
    }

    /** Label, zero byte, bytes. */
    private static byte[] info(String label, int... context) {
        ByteBuffer info = ByteBuffer.allocate(label.length() + 1 + context.length)
                .put(ascii(label))
                .put((byte) 0);
        for (int value : context) {
            info.put((byte) value);
        }
        return info.array();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] concat(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }

    private static byte[] filled(int value, int length) {
        byte[] out = new byte[length];
        Arrays.fill(out, (byte) value);
        return out;
    }
}
