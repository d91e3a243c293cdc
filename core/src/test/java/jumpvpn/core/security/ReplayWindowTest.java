package jumpvpn.core.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The window against known cases and against an oracle that keeps everything. */
class ReplayWindowTest {
    private static final int SIZE = 8192;

    private final ReplayWindow window = new ReplayWindow(SIZE);

    @Test
    void isEmptyAtFirst() {
        assertThat(window.largest()).isEqualTo(-1);
        assertThat(window.accept(0)).isTrue();
        assertThat(window.largest()).isZero();
        assertThat(window.accept(0)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 100, 128, 1 << 20})
    void hasTheSizeThatPolicySays(int size) {
        ReplayWindow sized = new ReplayWindow(size);
        assertThat(sized.accept(5L * size)).isTrue();
        assertThat(sized.accept(4L * size)).as("one too old").isFalse();
        assertThat(sized.accept(4L * size + 1)).as("the oldest").isTrue();
        for (long counter = 5L * size + 1; counter < 7L * size; counter++) {
            assertThat(sized.accept(counter)).isTrue();
            assertThat(sized.accept(counter)).isFalse();
        }
    }

    @Test
    void afterARestEverythingUpToTheLargestIsTakenForReceived() {
        ReplayWindow rested = new ReplayWindow(SIZE, 1000);
        assertThat(rested.largest()).isEqualTo(1000);
        for (long counter = 0; counter <= 1000; counter++) {
            assertThat(rested.accept(counter)).isFalse();
        }
        assertThat(rested.accept(1003)).isTrue();
        assertThat(rested.accept(1002)).isTrue();
        assertThat(rested.accept(1002)).isFalse();
        assertThat(new ReplayWindow(SIZE, -1).accept(0))
                .as("nothing was received yet")
                .isTrue();
    }

    @Test
    void afterARestBehindTheFirstPacketThatOneIsTakenForReceived() {
        ReplayWindow rested = new ReplayWindow(SIZE, 0);
        assertThat(rested.largest()).isZero();
        assertThat(rested.accept(0)).isFalse();
        assertThat(rested.accept(1)).isTrue();
        assertThat(new ReplayWindow(SIZE, -1).accept(0))
                .as("nothing came before")
                .isTrue();
    }

    @Test
    void takesEachCounterOnceInAnyOrder() {
        assertThat(window.accept(1)).isTrue();
        assertThat(window.accept(9)).isTrue();
        assertThat(window.accept(8)).isTrue();
        assertThat(window.accept(7)).isTrue();
        assertThat(window.accept(7)).isFalse();
        assertThat(window.accept(9)).isFalse();
        assertThat(window.accept(0)).isTrue();
        assertThat(window.accept(1)).isFalse();
        assertThat(window.largest()).isEqualTo(9);
    }

    @Test
    void reachesBackExactlyItsSize() {
        assertThat(window.accept(SIZE)).isTrue();
        assertThat(window.accept(0)).as("one too old").isFalse();
        assertThat(window.accept(1)).as("the oldest").isTrue();
        assertThat(window.accept(1)).isFalse();
        assertThat(window.accept(SIZE + 1)).isTrue();
        assertThat(window.accept(1)).isFalse();
        assertThat(window.accept(2)).isTrue();
    }

    @Test
    void takesAWholeWindowForwardsAndBackwardsOnce() {
        for (long counter = 0; counter < SIZE; counter++) {
            assertThat(window.accept(counter)).isTrue();
        }
        for (long counter = 0; counter < SIZE; counter++) {
            assertThat(window.accept(counter)).isFalse();
        }
        ReplayWindow backwards = new ReplayWindow(SIZE);
        for (long counter = SIZE - 1; counter >= 0; counter--) {
            assertThat(backwards.accept(counter)).isTrue();
        }
        assertThat(backwards.accept(SIZE)).isTrue();
        assertThat(backwards.accept(0)).isFalse();
    }

    /** What a jump passes over was never received, whatever stood in its places one round before. */
    @ParameterizedTest
    @ValueSource(
            ints = {1, 2, 63, 64, 65, 127, 128, SIZE - 65, SIZE - 64, SIZE - 1, SIZE, SIZE + 1, 2 * SIZE, 3 * SIZE + 5})
    void aJumpForgetsWhatItPassesOverAndNothingElse(int jump) {
        long start = 5L * SIZE + 37;
        for (long counter = start - SIZE + 1; counter <= start; counter++) {
            window.accept(counter);
        }
        long end = start + jump;
        assertThat(window.accept(end)).isTrue();
        for (long counter = end - SIZE + 1; counter < end; counter++) {
            assertThat(window.accept(counter)).as("counter " + counter).isEqualTo(counter > start);
        }
    }

    @Test
    void countersAreUnsigned() {
        assertThat(window.accept(Long.MAX_VALUE)).isTrue();
        assertThat(window.accept(Long.MIN_VALUE)).as("2^63").isTrue();
        assertThat(window.accept(Long.MAX_VALUE)).isFalse();
        assertThat(window.accept(Long.MAX_VALUE - 1)).isTrue();
        assertThat(window.accept(-1)).as("2^64 - 1").isTrue();
        assertThat(window.accept(-1)).isFalse();
        assertThat(window.accept(0)).as("nothing comes after 2^64 - 1").isFalse();
        assertThat(window.accept(Long.MAX_VALUE - 2)).isFalse();
        assertThat(window.accept(-SIZE)).as("the oldest").isTrue();
        assertThat(window.accept(-SIZE - 1)).isFalse();
        assertThat(window.largest()).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithTheOracle(long seed) {
        Random random = new Random(seed);
        Oracle oracle = new Oracle();
        // Half of the runs begin low, half cross from 2^63 - 1 to 2^63.
        long base = seed % 2 == 0 ? Long.MAX_VALUE - 20_000 : 2 * SIZE;
        for (int i = 0; i < 40_000; i++) {
            long counter = base
                    + switch (random.nextInt(20)) {
                        case 0 -> random.nextInt(3 * SIZE);
                        case 1, 2, 3 -> -random.nextInt(2 * SIZE);
                        default -> random.nextInt(64) - 40;
                    };
            assertThat(window.accept(counter))
                    .as("seed %d, step %d, counter %d", seed, i, counter)
                    .isEqualTo(oracle.accept(counter));
            base = oracle.largest.longValue();
            assertThat(window.largest()).isEqualTo(base);
        }
    }

    /** Keeps every counter for ever, as an unbounded unsigned number. */
    private static final class Oracle {
        private final Set<BigInteger> received = new HashSet<>();
        private BigInteger largest = BigInteger.ONE.negate();

        boolean accept(long counter) {
            BigInteger value = unsigned(counter);
            boolean young = value.compareTo(largest.subtract(BigInteger.valueOf(SIZE))) > 0;
            if (!young || !received.add(value)) {
                return false;
            }
            largest = largest.max(value);
            return true;
        }

        private static BigInteger unsigned(long counter) {
            return new BigInteger(Long.toUnsignedString(counter));
        }
    }
}
