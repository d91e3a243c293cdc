package jumpvpn.core.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import jumpvpn.core.control.ReattachMessage.Proven;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.JdkAead;
import jumpvpn.core.security.Proof;
import jumpvpn.core.security.SealedBytes;
import jumpvpn.core.security.Suite;
import jumpvpn.core.session.ReasonCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** REATTACH_REQUEST, REATTACH_ANSWER, PROBE and PROBE_ANSWER, byte by byte as docs/protocol/wire.md says. */
class ReattachMessageTest {
    private static final AeadPort AEAD = Samples.CRYPTO.aead();
    private static final Suite SUITE = Suite.CHACHA20_POLY1305;
    private static final byte[] RANDOM = Samples.CRYPTO.entropy().bytes(16);

    private static Proven<ReattachRequest> open(byte[] datagram) {
        return ReattachMessage.openRequest(AEAD, Samples.SEALER, datagram);
    }

    private static byte[] answer(ReattachAnswer answer) {
        Proven<ReattachRequest> proven = open(Samples.requestDatagram(SUITE, 0));
        return ReattachMessage.answer(new JdkAead(), proven, 0x0102_0304_0506_0708L, RANDOM, answer);
    }

    private static ReattachAnswer openAnswer(byte[] datagram) {
        return ReattachMessage.openAnswer(AEAD, SUITE, Samples.PROOF_KEY, Samples.NONCE, datagram);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 32})
    void aRequestSurvivesTheWireAndIsAlways1100Bytes(int unanswered) {
        for (Suite suite : Suite.values()) {
            byte[] datagram = Samples.requestDatagram(suite, unanswered);
            assertThat(datagram).hasSize(1100);
            Proven<ReattachRequest> proven = open(datagram);
            assertThat(proven).isNotNull();
            assertThat(proven.body()).isEqualTo(Samples.request(unanswered));
            assertThat(proven.nonce()).isEqualTo(Samples.NONCE);
            assertThat(proven.suite()).isEqualTo(suite);
            assertThat(proven.ticket().proofKey()).isEqualTo(Samples.PROOF_KEY);
        }
    }

    @Test
    void aRequestHasTheDocumentsLayout() {
        byte[] datagram = Samples.requestDatagram(SUITE, 2);
        ByteBuffer in = ByteBuffer.wrap(datagram);
        assertThat(in.getInt(0)).isEqualTo(0x0B01_0200);
        assertThat(Arrays.copyOfRange(datagram, 4, 108)).isEqualTo(Samples.TICKET);
        assertThat(Arrays.copyOfRange(datagram, 108, 124)).isEqualTo(Samples.NONCE.bytes());
        Proof proof = new Proof(Samples.PROOF_KEY, Samples.NONCE.bytes());
        assertThat(proof.check(datagram)).isTrue();
        byte[] body = SealedBytes.open(
                AEAD,
                SUITE,
                proof.requestKey(),
                0,
                Arrays.copyOf(datagram, 124),
                Arrays.copyOfRange(datagram, 124, 1084));
        assertThat(body).isNotNull();
        ByteBuffer at = ByteBuffer.wrap(body);
        assertThat(at.get(0)).as("cause").isEqualTo((byte) 3);
        assertThat(at.get(1)).as("protocol").isEqualTo((byte) 3);
        assertThat(at.get(2)).as("interface kind").isEqualTo((byte) 3);
        assertThat(at.get(3)).as("family").isEqualTo((byte) 6);
        assertThat(Arrays.copyOfRange(body, 4, 20))
                .isEqualTo(Samples.SIX.address().bytes());
        assertThat(at.getShort(20) & 0xffff).as("port").isEqualTo(50_000);
        assertThat(at.getLong(22)).as("wire id").isEqualTo(0x6162_6364_6566_6768L);
        assertThat(at.getInt(30)).as("expected epoch").isEqualTo(0x7172_7374);
        assertThat(at.getInt(34)).as("generation").isEqualTo(0x0a0b_0c0d);
        assertThat(at.getInt(38)).as("phase").isEqualTo(0x1617_1819);
        assertThat(at.getLong(42)).as("token").isEqualTo(Samples.TOKEN.incarnation());
        assertThat(at.getLong(50)).isEqualTo(Samples.TOKEN.issuedNanos());
        assertThat(at.getLong(58)).as("token age").isEqualTo(0x0e0f_1011_1213_1415L);
        assertThat(at.get(66)).as("unanswered").isEqualTo((byte) 2);
        assertThat(at.getLong(67)).isEqualTo(0x6000);
        assertThat(at.getLong(75)).isEqualTo(0x7000);
        assertThat(Arrays.copyOfRange(body, 99, body.length)).as("padding").containsOnly(0);
    }

    @Test
    void anAckSurvivesTheWireAndHasTheDocumentsLayout() {
        byte[] datagram = answer(Samples.ack(8));
        assertThat(datagram.length).isEqualTo(28 + 58 + 8 * 104 + 16).isLessThanOrEqualTo(1100);
        ByteBuffer in = ByteBuffer.wrap(datagram);
        assertThat(in.getInt(0)).isEqualTo(0x0C01_0000);
        assertThat(in.getLong(4)).isEqualTo(0x0102_0304_0506_0708L);
        assertThat(Arrays.copyOfRange(datagram, 12, 28)).isEqualTo(RANDOM).isEqualTo(ReattachMessage.random(datagram));
        assertThat(ReattachMessage.addressee(datagram)).isEqualTo(0x0102_0304_0506_0708L);
        assertThat(openAnswer(datagram)).usingRecursiveComparison().isEqualTo(Samples.ack(8));

        ByteBuffer body = ByteBuffer.wrap(encoded(Samples.ack(2)));
        assertThat(body.get(0)).isZero();
        assertThat(body.getLong(1)).isEqualTo(Samples.VERSION.packed());
        assertThat(body.getLong(9)).as("gateway's wire id").isEqualTo(0x8182_8384_8586_8788L);
        assertThat(body.getInt(17)).as("generation").isEqualTo(0x0a0b_0c0d);
        assertThat(body.get(21)).as("mixed").isEqualTo((byte) 1);
        assertThat(body.get(22)).as("family").isEqualTo((byte) 4);
        assertThat(body.getInt(23)).isEqualTo(0xC000_0207);
        assertThat(body.getInt(27)).isZero();
        assertThat(body.getLong(31)).isZero();
        assertThat(body.getShort(39)).as("port").isEqualTo((short) 4500);
        assertThat(body.getLong(41)).as("token").isEqualTo(Samples.TOKEN.incarnation());
        assertThat(body.get(57)).as("tickets").isEqualTo((byte) 2);
        assertThat(body.remaining()).isEqualTo(58 + 208);
    }

    @Test
    void aRejectSurvivesTheWireAndHasTheDocumentsLayout() {
        ReattachAnswer.Reject reject = new ReattachAnswer.Reject(
                ReasonCode.NOT_OWNER,
                Samples.VERSION,
                Samples.TOKEN,
                Samples.tickets(1),
                List.of(Samples.FOUR, Samples.SIX));
        byte[] datagram = answer(reject);
        assertThat(openAnswer(datagram)).usingRecursiveComparison().isEqualTo(reject);
        ByteBuffer body = ByteBuffer.wrap(encoded(reject));
        assertThat(body.get(0)).isEqualTo((byte) 1);
        assertThat(body.getShort(1)).isEqualTo((short) 57);
        assertThat(body.getLong(3)).isEqualTo(Samples.VERSION.packed());
        assertThat(body.getLong(11)).isEqualTo(Samples.TOKEN.incarnation());
        assertThat(body.get(27)).isEqualTo((byte) 1);
        assertThat(body.get(28 + 104)).isEqualTo((byte) 2);
        assertThat(body.remaining()).isEqualTo(29 + 104 + 2 * 19);
        List<ReasonCode> reasons = List.of(ReasonCode.values());
        for (ReasonCode reason : reasons) {
            ReattachAnswer.Reject one = new ReattachAnswer.Reject(
                    reason, Samples.VERSION, Samples.TOKEN, List.of(), Collections.emptyList());
            assertThat(ReattachAnswer.decode(encoded(one))).isEqualTo(one);
        }
    }

    @ParameterizedTest
    @EnumSource(Suite.class)
    void probesSurviveTheWireAndAreNeverAnsweredWithMore(Suite suite) {
        byte[] probe = ReattachMessage.probe(AEAD, suite, Samples.TICKET, Samples.NONCE, Samples.PROOF_KEY, 77);
        assertThat(probe).hasSize(300);
        assertThat(ByteBuffer.wrap(probe).getInt(0)).isEqualTo(0x0D01_0000 | suite.number() << 8);
        Proven<Long> proven = ReattachMessage.openProbe(AEAD, Samples.SEALER, probe);
        assertThat(proven).isNotNull();
        assertThat(proven.body()).isEqualTo(77);
        ReattachMessage.ProbeAnswer said = new ReattachMessage.ProbeAnswer(Samples.TOKEN, Samples.SIX);
        byte[] answer = ReattachMessage.probeAnswer(AEAD, proven, RANDOM, said);
        assertThat(answer).hasSize(28 + 35 + 16).hasSizeLessThanOrEqualTo(probe.length);
        assertThat(ByteBuffer.wrap(answer).getInt(0)).isEqualTo(0x0E01_0000);
        assertThat(ReattachMessage.addressee(answer)).isEqualTo(77);
        assertThat(ReattachMessage.openProbeAnswer(AEAD, suite, Samples.PROOF_KEY, Samples.NONCE, answer))
                .isEqualTo(said);
        for (byte[] bytes : Samples.mutilated(answer, 8)) {
            if (!Arrays.equals(bytes, answer)) {
                assertThat(ReattachMessage.openProbeAnswer(AEAD, suite, Samples.PROOF_KEY, Samples.NONCE, bytes))
                        .isNull();
            }
        }
        assertThat(open(probe)).as("a probe is no request").isNull();
        assertThat(openAnswer(answer)).as("a probe's answer is no ACK").isNull();
    }

    @Test
    void flippedTruncatedAndRandomBytesAreNoRequest() {
        byte[] whole = Samples.requestDatagram(SUITE, 3);
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] changed = whole.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(open(changed)).as("bit %d", bit).isNull();
        }
        for (byte[] bytes : Samples.mutilated(whole, 4)) {
            if (!Arrays.equals(bytes, whole)) {
                assertThat(open(bytes)).isNull();
                assertThat(ReattachMessage.openProbe(AEAD, Samples.SEALER, bytes))
                        .isNull();
            }
        }
    }

    /** Opening what is forged costs most: the mac at the end must be right first. */
    @Test
    void withoutTheProofNothingIsOpened() {
        AeadPort refusing = (_, _) -> {
            throw new AssertionError("a cipher was asked for");
        };
        byte[] stolen =
                ReattachMessage.request(AEAD, SUITE, Samples.TICKET, Samples.NONCE, new byte[32], Samples.request(0));
        byte[] changed = Samples.requestDatagram(SUITE, 3);
        changed[600] ^= 1;
        byte[] strange = Samples.requestDatagram(SUITE, 3);
        strange[50] ^= 1;
        for (byte[] forged : List.of(stolen, changed, strange)) {
            assertThat(ReattachMessage.openRequest(refusing, Samples.SEALER, forged))
                    .isNull();
        }
    }

    @Test
    void flippedTruncatedAndRandomBytesAreNoAnswer() {
        byte[] whole = answer(Samples.ack(1));
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] changed = whole.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(openAnswer(changed)).as("bit %d", bit).isNull();
        }
        for (byte[] bytes : Samples.mutilated(whole, 6)) {
            if (!Arrays.equals(bytes, whole)) {
                assertThat(openAnswer(bytes)).isNull();
            }
            assertThatNoException().isThrownBy(() -> ReattachMessage.addressee(bytes));
        }
    }

    @Test
    void sealedBodiesOfAnyBytesAreReadOrNull() {
        for (byte[] whole : List.of(encoded(Samples.ack(2)), Samples.request(4).encode())) {
            for (byte[] bytes : Samples.mutilated(whole, 2)) {
                assertThatNoException().isThrownBy(() -> ReattachAnswer.decode(bytes));
                assertThatNoException().isThrownBy(() -> ReattachRequest.decode(ByteBuffer.wrap(bytes)));
            }
        }
        byte[] tooMany = Samples.request(0).encode();
        tooMany[66] = 33;
        assertThat(ReattachRequest.decode(ByteBuffer.wrap(tooMany))).isNull();
        byte[] negativeAge = Samples.request(0).encode();
        negativeAge[58] = (byte) 0x80;
        assertThat(ReattachRequest.decode(ByteBuffer.wrap(negativeAge))).isNull();
    }

    @Test
    void anAnswerToAnotherRequestOpensNotHere() {
        byte[] datagram = answer(Samples.ack(0));
        assertThat(ReattachMessage.openAnswer(AEAD, SUITE, Samples.PROOF_KEY, new Nonce(1, 2), datagram))
                .isNull();
        assertThat(ReattachMessage.openAnswer(AEAD, SUITE, new byte[32], Samples.NONCE, datagram))
                .isNull();
    }

    /** As long as it says, no byte more. */
    private static byte[] encoded(ReattachAnswer answer) {
        ByteBuffer out = ByteBuffer.allocate(answer.length());
        answer.encode(out);
        assertThat(out.hasRemaining()).isFalse();
        return out.array();
    }
}
