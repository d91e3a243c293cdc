package jumpvpn.core.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long MILLI = 1_000_000;

    private final Pace pace = new Pace();
    private long nowNanos;

    private void end(int count, int underWay, long nanosEach) {
        for (int i = 0; i < count; i++) {
            nowNanos += nanosEach;
            pace.ended(nowNanos, underWay);
        }
    }

    @Test
    void takesTwoMillisecondsEachToBeginWith() {
        assertThat(pace.isLate(100)).isFalse();
        assertThat(pace.isLate(101)).isTrue();
        assertThat(pace.waitNanos(150)).isEqualTo(300 * MILLI);
    }

    @Test
    void learnsHowFastTheyEnd() {
        end(5_000, 200, MILLI / 2);

        assertThat(pace.waitNanos(1)).isBetween(MILLI / 2, MILLI * 6 / 10);
        assertThat(pace.isLate(300)).isFalse();

        end(5_000, 200, 5 * MILLI);

        assertThat(pace.waitNanos(1)).isBetween(MILLI * 45 / 10, 5 * MILLI);
    }

    @Test
    void whereTheyWaitForClientsNothingIsLearnt() {
        end(5_000, 63, 9 * MILLI);
        end(200, 64, MILLI / 2); // less than what is measured at once

        assertThat(pace.waitNanos(1)).isEqualTo(2 * MILLI);
    }

    @Test
    void isNeverFasterOrSlowerThanABound() {
        end(20_000, 500, 0);
        assertThat(pace.waitNanos(1)).isBetween(MILLI / 10, MILLI / 5);

        end(20_000, 500, 1_000 * MILLI);
        assertThat(pace.waitNanos(1)).isBetween(9 * MILLI, 10 * MILLI);
        assertThat(pace.isLate(63))
                .as("few, from which nothing better could be learnt")
                .isFalse();
        assertThat(pace.isLate(64)).isTrue();
    }
}
