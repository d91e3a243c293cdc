package jumpvpn.lab.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Objects;
import jumpvpn.core.session.Fault;
import jumpvpn.lab.explore.Choice.Limit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The everyday share of {@code jumpvpn lab explore}: shallow, but with every kind of choice; and planted faults, which it must find. */
class ExplorationTest {
    private static Exploration.Result explore(Bounds bounds, int depth, boolean heals) {
        return new Exploration(bounds, EnumSet.noneOf(Fault.class), heals).run(depth, _ -> {});
    }

    private static void isSound(Exploration.Result result) {
        assertThat(result.broken()).isNull();
    }

    @Test
    void everythingOnceToAShallowDepth() {
        isSound(explore(Setting.ALL.bounds, 2, true));
    }

    @Test
    void theSmallWorldToADepth() {
        isSound(explore(Setting.SMALL.bounds, 9, true));
    }

    /** The attacker's half of the small world: every state, in everyday tests too. */
    @Test
    void twoGatewaysAJumpAndAnAttackToTheEnd() {
        Exploration.Result result =
                explore(Bounds.none(2, Bounds.ANY).with(Limit.JUMPS, 1).with(Limit.ATTACKS, 1), 60, true);
        isSound(result);
        assertThat(result.complete()).isTrue();
        assertThat(result.states()).isGreaterThan(500);
    }

    @Test
    void oneJumpToTheEnd() {
        Exploration.Result result = explore(Bounds.none(1, 3).with(Limit.JUMPS, 1), 40, true);
        isSound(result);
        assertThat(result.complete()).isTrue();
        assertThat(result.states()).isEqualTo(12);
    }

    /** Found by exploration: the client came anew while the answer to its last bind was under way, and its session was ended beside the one in memory. */
    @Test
    void aClientThatComesAnewWhileABindIsUnderWay() {
        Exploration.Result result =
                explore(Bounds.none(1, 3).with(Limit.JUMPS, 1).with(Limit.CRASHES, 1), 40, false);
        isSound(result);
        assertThat(result.complete()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "ANSWER_BEFORE_DURABLE, I4",
        "VERSION_ROLLBACK, I4",
        "FORGET_VERSION_STEP, I4",
        "KEEP_OLD_BINDING, I1",
        "COOLDOWN_IGNORED, I7",
    })
    void findsAPlantedFault(Fault fault, String invariant) {
        Bounds bounds = Bounds.none(1, 3).with(Limit.JUMPS, 2).with(Limit.SILENCES, 1);
        Exploration.Result result = new Exploration(bounds, EnumSet.of(fault), false).run(9, _ -> {});
        assertThat(result.broken())
                .as("%s in %d states", fault, result.states())
                .isNotNull();
        assertThat(Objects.requireNonNull(result.broken()).violation().invariant())
                .isEqualTo(invariant);
    }
}
