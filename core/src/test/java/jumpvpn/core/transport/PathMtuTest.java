package jumpvpn.core.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.net.Protocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A path that carries so many bytes, one question at a time, each followed by a short packet; an answer takes 40 ms. */
class PathMtuTest {
    private static final long MILLI = 1_000_000L;
    private static final int MOST = 1452;

    private PathMtu mtu = PathMtu.of(Protocol.UDP, MOST);
    private final List<Integer> asked = new ArrayList<>();
    private int carries = MOST;
    private boolean silent;
    private boolean wanted = true;
    private long now = 5_000_000_000_000L;
    private long sealed = 10;
    private long lost;

    /** Looks every 10 ms. */
    private void run(long millis) {
        for (long end = now + millis * MILLI; now < end; now += 10 * MILLI) {
            int length = mtu.due(now, 100 * MILLI, wanted, sealed, sealed - 1, sealed - lost);
            if (length > 0) {
                asked.add(length);
                sealed += silent ? 0 : 2;
                lost += !silent && length > carries ? 1 : 0;
                if (!silent && length <= carries) {
                    mtu.arrived(length);
                }
            }
        }
    }

    @Test
    void asksForTheLongestFirst() {
        assertThat(mtu.limit()).isEqualTo(Protocol.LEAST_DATAGRAM);
        run(1000);
        assertThat(asked).containsExactly(MOST);
        assertThat(mtu.limit()).isEqualTo(MOST);
        assertThat(mtu.isAsking()).isFalse();
    }

    @Test
    void aLimitIsFoundWhenTheSearchIsOverAndNotWhileItIsDoubted() {
        carries = 1300;
        assertThat(mtu.found()).isZero();
        run(500);
        assertThat(mtu.isAsking()).isTrue();
        assertThat(mtu.found()).isZero();
        runUntilFound();
        assertThat(mtu.found()).isEqualTo(mtu.limit()).isBetween(1284, 1300);
        carries = 1200;
        lost++;
        run(120);
        assertThat(mtu.found()).isZero();
        runUntilFound();
        assertThat(mtu.found()).isEqualTo(mtu.limit()).isBetween(1184, 1200);
        assertThat(PathMtu.of(Protocol.TCP, MOST).found()).isGreaterThan(MOST);
    }

    private void runUntilFound() {
        for (int i = 0; i < 300 && mtu.found() == 0; i++) {
            run(10);
        }
    }

    @Test
    void asksNothingWhileNobodySendsWhatIsTooLong() {
        wanted = false;
        run(5000);
        assertThat(asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1100, 1101, 1160, 1232, 1252, 1372, 1440, 1451})
    void findsWhatANarrowPathCarriesWithAFewQuestions(int narrow) {
        carries = narrow;
        run(6000);
        assertThat(mtu.limit()).isBetween(narrow - 16, narrow);
        assertThat(asked.stream().filter(length -> length > narrow).distinct()).hasSizeLessThan(12);
        assertThat(asked).hasSizeLessThan(40);
    }

    @Test
    void whatStayedUnansweredIsAskedAgainLessAndLess() {
        carries = 1252;
        run(1_300_000);
        List<Integer> most = asked.stream().filter(length -> length == MOST).toList();
        assertThat(most).hasSize(3 * 11); // at first, and after 1, 2, 4 .. 512 and 600 s of that
        carries = MOST;
        run(700_000);
        assertThat(mtu.limit()).isEqualTo(MOST);
    }

    @Test
    void aSilentPathSaysNothingOfLengths() {
        run(100);
        silent = true;
        lost++;
        run(3000);
        assertThat(asked).hasSizeGreaterThan(3).containsOnly(MOST);
        silent = false;
        run(200);
        assertThat(mtu.limit()).isEqualTo(MOST);
        assertThat(mtu.isAsking()).isFalse();
    }

    @Test
    void aBlackHoleIsLeftWithTheFirstQuestionThatGetsLost() {
        run(2000);
        carries = 1252;
        lost++;
        wanted = false;
        run(110);
        assertThat(mtu.limit()).isEqualTo(Protocol.LEAST_DATAGRAM);
        wanted = true;
        run(3000);
        assertThat(mtu.limit()).isBetween(1236, 1252);
    }

    @Test
    void aLossWhereLongOnesArriveChangesNothingAndIsDoubtedOnceASecond() {
        run(2000);
        asked.clear();
        for (int i = 0; i < 400; i++) {
            lost++;
            run(10);
            assertThat(mtu.limit()).isEqualTo(MOST);
        }
        assertThat(asked).hasSizeBetween(3, 5).containsOnly(MOST);
    }

    /** What it asked itself, too long for the path, would else be taken for a bad path. */
    @Test
    void whatItLosesItselfIsNoLossOfThePath() {
        carries = 1252;
        run(1000);
        assertThat(lost).isGreaterThan(3);
        assertThat(mtu.unarrived(sealed - 1)).isEqualTo(lost);
        run(5000);
        assertThat(mtu.unarrived(sealed - 1)).isEqualTo(lost);
    }

    @Test
    void anAnswerThatComesLateCounts() {
        carries = 1200;
        run(320);
        assertThat(asked).contains(MOST);
        mtu.arrived(MOST);
        assertThat(mtu.limit()).isEqualTo(MOST);
    }

    @Test
    void longerThanAnybodySendsIsNoAnswer() {
        mtu.arrived(MOST + 1);
        assertThat(mtu.limit()).isEqualTo(Protocol.LEAST_DATAGRAM);
    }

    @Test
    void aStreamIsNeverAskedAndAlwaysWide() {
        mtu = PathMtu.of(Protocol.TCP, MOST);
        lost++;
        run(100);
        lost++;
        run(5000);
        assertThat(asked).isEmpty();
        assertThat(mtu.limit()).isGreaterThan(MOST);
    }

    @Test
    void whatWasFoundOutlastsARest() {
        carries = 1252;
        run(1100);
        wanted = false;
        run(200);
        wanted = true;
        int found = mtu.limit();
        ByteBuffer bytes = ByteBuffer.allocate(64);
        mtu.encode(bytes, now);
        assertThat(bytes.position()).isLessThan(20);
        long rested = 100 * MILLI;
        now += rested;
        mtu = PathMtu.decode(Protocol.UDP, MOST, bytes.flip(), now);
        asked.clear();
        assertThat(mtu.limit()).isEqualTo(found);
        run(300);
        assertThat(asked).isEmpty();
        ByteBuffer fresh = ByteBuffer.allocate(64);
        PathMtu.of(Protocol.UDP, MOST).encode(fresh, now);
        assertThat(fresh.position())
                .as("bytes of one of which nothing is known")
                .isOne();
        assertThat(PathMtu.decode(Protocol.UDP, MOST, fresh.flip(), now).limit())
                .isEqualTo(Protocol.LEAST_DATAGRAM);
    }
}
