package jumpvpn.lab.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import jumpvpn.core.session.Fault;
import jumpvpn.lab.explore.Choice.Limit;
import org.junit.jupiter.api.Test;

/** What is known of a life holds for every engine with that digest, whatever its own history. */
class LivesTest {
    private static final Bounds BOUNDS = Bounds.none(2, 3)
            .with(Limit.JUMPS, 2)
            .with(Limit.LINKS, 1)
            .with(Limit.ATTACKS, 2)
            .with(Limit.DUPLICATES, 2)
            .with(Limit.CRASHES, 1)
            .with(Limit.STORE_FAULTS, 1)
            .with(Limit.WAITS, 2)
            .with(Limit.PACKETS, 2);

    /** Beside what is known, engines that are led by nothing but what came in. */
    private static final class Watched extends Lives {
        private final Given given;
        private final Map<Integer, Engine> engines = new HashMap<>();
        private int compared;

        Watched(Given given) {
            super(given);
            this.given = given;
        }

        @Override
        Step started(Input.Start start) {
            engines.put(start.number(), Engine.started(given, start));
            return compare(start.number(), start, super.started(start));
        }

        @Override
        Step next(Life before, Input input, boolean kept) {
            Life first = before;
            while (first.before != null) {
                first = first.before;
            }
            int number = ((Input.Start) first.input).number();
            Step step = super.next(before, input, kept);
            Objects.requireNonNull(engines.get(number)).take(input);
            return compare(number, input, step);
        }

        private Step compare(int number, Input input, Step step) {
            Engine engine = Objects.requireNonNull(engines.get(number));
            compared++;
            assertThat(text(engine.outputs())).as("after %s", input).isEqualTo(text(step.outputs()));
            engine.shown(input.nowNanos());
            assertThat(engine.anatomy()).as("after %s", input).isEqualTo(step.after().digest);
            return step;
        }

        private static List<String> text(List<Output> outputs) {
            return outputs.stream()
                    .map(output -> switch (output) {
                        case Output.Sent sent -> "sent " + sent.message().digest();
                        case Output.Asked asked -> asked.what() + asked.digest();
                        case Output.Said _, Output.Delivered _, Output.Marked _, Output.Sealed _ -> output.toString();
                    })
                    .toList();
        }
    }

    @Test
    void engineWithThatHistoryDoesTheSame() {
        Given given = Given.of(BOUNDS, EnumSet.noneOf(Fault.class));
        Watched lives = new Watched(given);
        for (int seed = 0; seed < 15; seed++) {
            Random random = new Random(seed);
            SmallWorld world = SmallWorld.attached(given, lives);
            for (int step = 0; step < 40 && !world.choices().isEmpty(); step++) {
                List<Choice> choices = world.choices();
                world.take(choices.get(random.nextInt(choices.size())));
            }
        }
        assertThat(lives.size()).as("lives, fewer than inputs").isLessThan(lives.compared / 2);
    }
}
