package jumpvpn.core.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.session.Deadlines;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers kept for lost ones: how long, how many. */
class KeptAnswersTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Endpoint FROM = new Endpoint(IpAddress.parse("192.0.2.1"), 7);

    private static final AckSeed SEED = new AckSeed(new byte[16], new byte[32], new byte[32], 1, false, 7);

    private final KeptAnswers kept = new KeptAnswers();

    private static Nonce nonce(int i) {
        return new Nonce(i, -i);
    }

    private void keep(int i, long nanos) {
        kept.keep(nonce(i), new byte[] {(byte) i}, FROM, new byte[] {9, (byte) i}, nanos);
    }

    @Test
    void givesTheSameAnswerToTheSameRequest() {
        keep(1, 0);
        assertThat(kept.get(nonce(2))).isNull();
        KeptAnswers.Kept one = kept.get(nonce(1));
        assertThat(one).isNotNull();
        assertThat(one.answer()).containsExactly(9, 1);
        assertThat(one.from()).isEqualTo(FROM);
        assertThat(one.requestHash()).isEqualTo(Arrays.hashCode(new byte[] {1}));
        assertThat(one.requestHash()).isNotEqualTo(Arrays.hashCode(new byte[] {2}));
    }

    @Test
    void outlivesEveryRequestThatGateCCouldStillPass() {
        for (long maxAge : new long[] {SECOND / 10, 5 * SECOND, 600 * SECOND}) {
            keep(1, 0);
            kept.expire(maxAge + 2 * SECOND, maxAge);
            assertThat(kept.get(nonce(1))).as("max age %d", maxAge).isNotNull();
            kept.expire(maxAge + 2 * SECOND + 1, maxAge);
            assertThat(kept.get(nonce(1))).isNull();
        }
    }

    @Test
    void keepsTheAckOfTheCurrentBindingAsLongAsItLives() {
        keep(1, 0);
        kept.bound(nonce(1), SEED);
        kept.expire(3600 * SECOND, 5 * SECOND);
        assertThat(kept.get(nonce(1))).isNotNull();
        keep(2, 3600 * SECOND);
        kept.bound(nonce(2), SEED);
        kept.expire(3600 * SECOND, 5 * SECOND);
        assertThat(kept.get(nonce(1))).isNull();
        assertThat(kept.get(nonce(2))).isNotNull();
    }

    /** Whether the record has the same nonce, in which case it is written there only, or another one, or none. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 0})
    void theAckComesBackFromItsBytes(int ofRecord) {
        String recordNonce = ofRecord == 0 ? "" : Binder.text(nonce(ofRecord));
        ByteBuffer bytes = ByteBuffer.allocate(500);
        keep(1, 3 * SECOND);
        kept.bound(nonce(1), SEED);
        kept.expire(3600 * SECOND, 5 * SECOND);
        kept.encode(recordNonce, bytes, 3600 * SECOND);
        assertThat(bytes.position()).isEqualTo(102 + (ofRecord == 1 ? 0 : Nonce.LENGTH));
        KeptAnswers again = new KeptAnswers();
        again.decode(recordNonce, bytes.flip(), 4000 * SECOND);
        assertThat(bytes.hasRemaining()).isFalse();
        assertThat(again.get(nonce(1)))
                .isEqualTo(new KeptAnswers.Kept(nonce(1), Arrays.hashCode(new byte[] {1}), FROM, null, 403 * SECOND));
        assertThat(again.ackSeed()).isNotNull();
    }

    @Test
    void saysWhenTheNextIsForgotten() {
        assertThat(kept.expire(0, 5 * SECOND)).isEqualTo(Deadlines.NEVER);
        keep(1, 0);
        kept.bound(nonce(1), SEED);
        assertThat(kept.expire(8 * SECOND, 5 * SECOND))
                .as("lives with its binding")
                .isEqualTo(Deadlines.NEVER);
        keep(2, 11 * SECOND);
        keep(3, 12 * SECOND);
        long next = kept.expire(12 * SECOND, 5 * SECOND);
        assertThat(next).isEqualTo(18 * SECOND + 1);
        assertThat(kept.expire(next, 5 * SECOND)).isEqualTo(19 * SECOND + 1);
        assertThat(kept.get(nonce(2))).isNull();
        assertThat(kept.get(nonce(3))).isNotNull();
    }

    @Test
    void ofOneNonceTheLastAnswerIsKept() {
        keep(1, 0);
        kept.keep(nonce(1), new byte[] {1}, FROM, new byte[] {7}, 1);
        assertThat(kept.get(nonce(1)).answer()).containsExactly(7);
        kept.expire(7 * SECOND + 1, 5 * SECOND);
        assertThat(kept.get(nonce(1))).as("as long as the last one").isNotNull();
        kept.expire(7 * SECOND + 2, 5 * SECOND);
        assertThat(kept.get(nonce(1))).isNull();
    }

    @Test
    void isFullAt128() {
        for (int i = 0; i < 127; i++) {
            keep(i, 0);
        }
        assertThat(kept.isFull()).isFalse();
        keep(127, 1);
        assertThat(kept.isFull()).isTrue();
        kept.expire(7 * SECOND + 1, 5 * SECOND);
        assertThat(kept.isFull()).isFalse();
    }
}
