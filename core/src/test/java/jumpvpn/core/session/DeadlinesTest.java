package jumpvpn.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The table of named deadlines. */
class DeadlinesTest {
    private enum Timer {
        FIRST,
        SECOND,
        THIRD
    }

    private final Deadlines<Timer> deadlines = new Deadlines<>(Timer.values());

    @Test
    void hasNoneAtFirst() {
        assertThat(deadlines.next()).isEqualTo(Deadlines.NEVER);
        assertThat(deadlines.pollDue(Deadlines.NEVER - 1)).isNull();
        assertThat(deadlines.isSet(Timer.FIRST)).isFalse();
    }

    @Test
    void givesTheDueInTheOrderOfTheirNames() {
        deadlines.set(Timer.THIRD, 10);
        deadlines.set(Timer.FIRST, 20);
        deadlines.set(Timer.SECOND, 21);
        assertThat(deadlines.next()).isEqualTo(10);
        assertThat(deadlines.pollDue(9)).isNull();
        assertThat(deadlines.pollDue(20)).isEqualTo(Timer.FIRST);
        assertThat(deadlines.pollDue(20)).isEqualTo(Timer.THIRD);
        assertThat(deadlines.pollDue(20)).isNull();
        assertThat(deadlines.isSet(Timer.SECOND)).isTrue();
        assertThat(deadlines.at(Timer.SECOND)).isEqualTo(21);
    }

    @Test
    void movesAndForgets() {
        deadlines.set(Timer.FIRST, 5);
        deadlines.set(Timer.FIRST, 50);
        assertThat(deadlines.pollDue(49)).isNull();
        deadlines.clear(Timer.FIRST);
        deadlines.set(Timer.SECOND, 1);
        deadlines.clearAll();
        assertThat(deadlines.next()).isEqualTo(Deadlines.NEVER);
    }
}
