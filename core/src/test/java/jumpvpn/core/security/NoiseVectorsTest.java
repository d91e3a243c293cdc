package jumpvpn.core.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both sides of the handshake against the public vectors of src/test/resources/noise, byte for byte, both ciphers. */
class NoiseVectorsTest {
    private static final HexFormat HEX = HexFormat.of();

    /** One test a vector, so the build's own count says how many ran; no vectors at all is a failure of JUnit's. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("vectors")
    void isReproduced(Vector vector) throws Exception {
        var agreement = new JdkX25519();
        KeyPair client = KeyPair.of(agreement, vector.bytes("init_static"));
        KeyPair gateway = KeyPair.of(agreement, vector.bytes("resp_static"));
        byte[] prologue = vector.bytes("prologue");
        var initiator = new NoiseIk.Initiator(
                vector.crypto("gen_init_ephemeral"), vector.suite(), prologue, client, gateway.publicKey());
        var responder = new NoiseIk.Responder(vector.crypto("gen_resp_ephemeral"), vector.suite(), prologue, gateway);

        byte[] first = initiator.writeFirst(vector.bytes("msg_0_payload"));
        assertThat(first).isEqualTo(vector.bytes("msg_0_ciphertext"));
        NoiseIk.FirstMessage heard = responder.readFirst(first);
        assertThat(heard).isNotNull();
        assertThat(heard.initiatorStatic()).isEqualTo(client.publicKey());
        assertThat(heard.payload()).isEqualTo(vector.bytes("msg_0_payload"));

        byte[] second = responder.writeSecond(vector.bytes("msg_1_payload"));
        assertThat(second).isEqualTo(vector.bytes("msg_1_ciphertext"));
        assertThat(initiator.readSecond(second)).isEqualTo(vector.bytes("msg_1_payload"));

        for (NoiseIk side : List.of(initiator, responder)) {
            assertThat(side.handshakeHash()).isEqualTo(transcriptHash(vector, gateway.publicKey()));
            assertThat(side.freshness().client()).isEqualTo(Arrays.copyOf(first, 32));
            assertThat(side.freshness().gateway()).isEqualTo(Arrays.copyOf(second, 32));
            checkSplit(vector, side.chainingKey());
        }
    }

    @Test
    void eightVectorsAreThereForBothCiphers() throws IOException {
        assertThat(vectors()).hasSize(8);
        assertThat(vectors().stream().map(Vector::suite)).contains(Suite.values());
    }

    /** Noise's Split() of the final chaining key must yield the keys under which the vector's transport messages were sealed. */
    private static void checkSplit(Vector vector, byte[] chainingKey) {
        byte[] keys = Hkdf.expand(Hkdf.extract(chainingKey, new byte[0]), new byte[0], 64);
        byte[] toResponder = Arrays.copyOf(keys, 32);
        byte[] toInitiator = Arrays.copyOfRange(keys, 32, 64);
        assertThat(SealedBytes.seal(
                        new JdkAead(), vector.suite(), toResponder, 0, new byte[0], vector.bytes("msg_2_payload")))
                .isEqualTo(vector.bytes("msg_2_ciphertext"));
        assertThat(SealedBytes.seal(
                        new JdkAead(), vector.suite(), toInitiator, 0, new byte[0], vector.bytes("msg_3_payload")))
                .isEqualTo(vector.bytes("msg_3_ciphertext"));
    }

    /** The handshake hash is a chain over public bytes alone, so it can be had from the vector without our code. */
    private static byte[] transcriptHash(Vector vector, byte[] responderStatic) throws Exception {
        byte[] first = vector.bytes("msg_0_ciphertext");
        byte[] second = vector.bytes("msg_1_ciphertext");
        byte[] hash = sha256(vector.fields().get("handshake").getBytes(StandardCharsets.US_ASCII));
        List<byte[]> mixed = List.of(
                vector.bytes("prologue"),
                responderStatic,
                Arrays.copyOf(first, 32),
                Arrays.copyOfRange(first, 32, 80),
                Arrays.copyOfRange(first, 80, first.length),
                Arrays.copyOf(second, 32),
                Arrays.copyOfRange(second, 32, second.length));
        for (byte[] data : mixed) {
            hash = sha256(hash, data);
        }
        return hash;
    }

    private static byte[] sha256(byte[]... parts) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        if (parts.length == 1 && parts[0].length <= 32) {
            return Arrays.copyOf(parts[0], 32);
        }
        for (byte[] part : parts) {
            digest.update(part);
        }
        return digest.digest();
    }

    private static List<Vector> vectors() throws IOException {
        try (InputStream in = NoiseVectorsTest.class.getResourceAsStream("/noise/flynn-noise-ik.txt")) {
            assertThat(in).as("the vectors among the test resources").isNotNull();
            List<Vector> vectors = new ArrayList<>();
            for (String block : new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .strip()
                    .split("\n\n")) {
                Map<String, String> fields = new LinkedHashMap<>();
                for (String line : block.split("\n")) {
                    int equals = line.indexOf('=');
                    fields.put(line.substring(0, equals), line.substring(equals + 1));
                }
                vectors.add(new Vector(fields));
            }
            return vectors;
        }
    }

    private record Vector(Map<String, String> fields) {
        @Override
        public String toString() {
            return fields.get("handshake") + ", prologue " + bytes("prologue").length + " bytes, payload "
                    + bytes("msg_0_payload").length;
        }

        byte[] bytes(String name) {
            return HEX.parseHex(fields.getOrDefault(name, ""));
        }

        Crypto crypto(String ephemeral) {
            return Crypto.jdk(new QueuedEntropy(bytes(ephemeral)));
        }

        Suite suite() {
            return switch (fields.get("handshake")) {
                case "Noise_IK_25519_AESGCM_SHA256" -> Suite.AES_256_GCM;
                case "Noise_IK_25519_ChaChaPoly_SHA256" -> Suite.CHACHA20_POLY1305;
                default -> throw new AssertionError("not ours: " + fields.get("handshake"));
            };
        }
    }
}
