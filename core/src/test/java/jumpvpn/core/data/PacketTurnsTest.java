package jumpvpn.core.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Grace ends when every thread that was in a turn has ended it. */
class PacketTurnsTest {
    private final PacketTurns turns = new PacketTurns(2);

    @Test
    void isOverAtOnceWhereAllWait() {
        turns.begin(0);
        turns.end(0);
        assertThat(turns.begin().isOver()).isTrue();
    }

    @Test
    void waitsForEveryTurnThatWasUnderWay() {
        turns.begin(0);
        turns.begin(1);
        Grace.Period period = turns.begin();
        assertThat(period.isOver()).isFalse();
        turns.end(0);
        assertThat(period.isOver()).isFalse();
        turns.begin(0);
        assertThat(period.isOver())
                .as("a new turn of one, the old one of the other")
                .isFalse();
        turns.end(1);
        assertThat(period.isOver())
                .as("who has begun anew sees what is published now")
                .isTrue();
    }

    @Test
    void doesNotWaitForWhoBeganLater() {
        Grace.Period period = turns.begin();
        turns.begin(0);
        assertThat(period.isOver()).isTrue();
    }
}
