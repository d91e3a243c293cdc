package jumpvpn.core.ownership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import jumpvpn.core.security.JdkAead;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import org.junit.jupiter.api.Test;

class RecordCodecTest {
    private static final String CLIENT = "ab".repeat(32);
    private static final ClockReading WRITTEN = new ClockReading(600, 9_000_000);
    private static final byte[] NONCE = Records.filled(9, RecordCodec.NONCE_LENGTH);

    private final RecordCodec codec = new RecordCodec(new JdkAead(), Records.filled(1, 32));
    private final SessionRecord record = Records.bound(1, CLIENT, 8);
    private final byte[] bytes = written(record);

    /** By a codec of its own: ciphers that were used refuse the nonce that they just had. */
    private static byte[] written(SessionRecord record) {
        return new RecordCodec(new JdkAead(), Records.filled(1, 32)).encode(record, NONCE, WRITTEN);
    }

    private SessionRecord read(byte[] from, ClockReading now) {
        return ((RecordCodec.Decoded.Whole) codec.decode(from, now)).record();
    }

    private String why(byte[] from) {
        return ((RecordCodec.Decoded.Unreadable) codec.decode(from, WRITTEN)).why();
    }

    private static void assertSame(SessionRecord read, SessionRecord expected) {
        assertThat(read)
                .usingRecursiveComparison()
                .ignoringFields("policy", "secrets")
                .isEqualTo(expected);
        assertThat(read.policy().version()).isEqualTo(expected.policy().version());
        assertThat(read.secrets()).hasSameSizeAs(expected.secrets());
        for (int i = 0; i < read.secrets().size(); i++) {
            assertThat(read.secrets().get(i).generation())
                    .isEqualTo(expected.secrets().get(i).generation());
            assertThat(read.secrets().get(i).key())
                    .isEqualTo(expected.secrets().get(i).key());
        }
    }

    @Test
    void readsWhatItWrote() {
        assertSame(read(bytes, WRITTEN), record);
        SessionRecord ended = Records.ended(2, CLIENT, 3);
        SessionRecord bare = new SessionRecord(
                ended.id(),
                CLIENT,
                "",
                ended.owner(),
                1,
                ended.rows(),
                List.of(),
                "",
                List.of(),
                ended.policy(),
                9,
                8,
                SwitchTimes.born(7));
        assertSame(read(written(bare), WRITTEN), bare);
    }

    @Test
    void timesPassByTheWallClockIntoAnotherBootTime() {
        SessionRecord later = read(bytes, new ClockReading(50, 9_000_000 + 40)); // booted anew, 40 ns later
        assertThat(later.lifetimeEndNanos()).isEqualTo(50 + (1_000_000 - 600) - 40);
        assertThat(later.noBindingSinceNanos()).isEqualTo(50 - (600 - 500) - 40);
        assertThat(later.switches()).isEqualTo(new SwitchTimes(-100, -190, List.of(-290L, -100L)));
    }

    @Test
    void aWallClockThatWasSetBackGainsNothing() {
        assertSame(read(bytes, new ClockReading(600, 1)), record);
    }

    @Test
    void neverWasForcedStaysNever() {
        SessionRecord born = new SessionRecord(
                record.id(),
                CLIENT,
                "c",
                record.owner(),
                1,
                record.rows(),
                record.secrets(),
                "",
                record.inner(),
                record.policy(),
                9,
                8,
                SwitchTimes.born(7));
        assertThat(read(written(born), new ClockReading(1, 9_000_001))
                        .switches()
                        .lastForcedNanos())
                .isEqualTo(SwitchTimes.LONG_AGO);
    }

    @Test
    void theSecretsAreNotReadable() {
        assertThat(new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1))
                .doesNotContain("\7".repeat(8))
                .doesNotContain("\6".repeat(8));
        assertThat(((RecordCodec.Decoded.Unreadable)
                                new RecordCodec(new JdkAead(), Records.filled(2, 32)).decode(bytes, WRITTEN))
                        .why())
                .contains("another key");
    }

    @Test
    void whoseItIsAndOfWhichCommitIsReadWithoutTheKey() {
        assertThat(RecordCodec.owner(bytes)).isEqualTo(record.owner());
        assertThat(RecordCodec.isOfCommit(bytes, record.commitId())).isTrue();
        assertThat(RecordCodec.isOfCommit(bytes, record.commitId() + 1)).isFalse();
        for (int length : new int[] {0, 57, 58, 80}) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThat(RecordCodec.owner(cut)).as("%d bytes", length).isNull();
            assertThat(RecordCodec.isOfCommit(cut, 0)).as("%d bytes", length).isFalse();
        }
    }

    @Test
    void everyFlippedByteIsFound() {
        for (int i = 0; i < bytes.length; i++) {
            byte[] damaged = bytes.clone();
            damaged[i] ^= 1;
            assertThat(why(damaged)).as("byte %d", i).isNotEmpty();
        }
    }

    @Test
    void everyCutIsFound() {
        for (int length = 0; length < bytes.length; length++) {
            assertThat(why(Arrays.copyOf(bytes, length)))
                    .as("length %d", length)
                    .isNotEmpty();
        }
        assertThat(why(Arrays.copyOf(bytes, bytes.length + 1))).contains("damaged");
        assertThat(why(new byte[0])).isEqualTo("is empty");
        assertThat(why(new byte[] {2})).isEqualTo("has format 2; this version reads 1");
    }

    @Test
    void anyBytesMayCome() {
        Random random = new Random(5);
        for (int i = 0; i < 20_000; i++) {
            byte[] noise = bytes.clone();
            int from = random.nextInt(noise.length);
            for (int at = from; at < Math.min(noise.length, from + 1 + random.nextInt(40)); at++) {
                noise[at] = (byte) random.nextInt();
            }
            assertThat(codec.decode(noise, WRITTEN)).isNotNull();
        }
    }

    @Test
    void theLongestRecordFits() {
        SessionRecord longest = new SessionRecord(
                record.id(),
                CLIENT,
                "n".repeat(255),
                record.owner(),
                1,
                record.rows(),
                List.of(
                        new SessionSecret(1, Records.filled(1, 32)),
                        new SessionSecret(2, Records.filled(1, 32)),
                        new SessionSecret(3, Records.filled(1, 32))),
                record.bindNonce(),
                record.inner(),
                record.policy(),
                9,
                8,
                new SwitchTimes(1, 2, java.util.Collections.nCopies(SwitchTimes.MOST, 5L)));
        byte[] encoded = written(longest);
        assertThat(encoded).hasSizeLessThan(RecordCodec.MAX_LENGTH);
        assertSame(read(encoded, WRITTEN), longest);
    }

    @Test
    void aRecordWithoutRowIsRefusedBeforeItIsTakenForOne() {
        SessionRecord rowless = new SessionRecord(
                record.id(),
                CLIENT,
                "c",
                record.owner(),
                1,
                List.of(),
                record.secrets(),
                "",
                record.inner(),
                record.policy(),
                9,
                8,
                record.switches());
        assertThat(why(written(rowless))).contains("no row");
        List<SessionRecord.Row> five =
                java.util.Collections.nCopies(5, Records.row(1, 0, SessionState.ATTACHED, ReasonCode.REATTACH_ACCEPT));
        assertThat(why(written(Records.record(1, CLIENT, Records.OWNER, five)))).contains("rows: 5, at most 4");
        SessionRecord four = Records.record(1, CLIENT, Records.OWNER, five.subList(0, 4));
        assertSame(read(written(four), WRITTEN), four);
    }

    @Test
    void theKeyAndTheNameHaveTheirLength() {
        assertThatThrownBy(() -> new RecordCodec(new JdkAead(), new byte[31])).hasMessageContaining("32 bytes");
    }
}
