package jumpvpn.lab.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import jumpvpn.lab.cluster.Chaos.Blow;
import jumpvpn.lab.cluster.Chaos.Draw;
import org.junit.jupiter.api.Test;

/** What is drawn for the rounds of chaos. */
class ChaosTest {
    private static final int BLOWS = Blow.values().length;

    private static List<Draw> draws(long seed, int from, int rounds) {
        return IntStream.range(from, from + rounds)
                .mapToObj(round -> Draw.of(seed, round))
                .toList();
    }

    private static List<Blow> blows(long seed, int turn) {
        return draws(seed, turn * BLOWS, BLOWS).stream().map(Draw::blow).toList();
    }

    @Test
    void eachBlowComesOnceInAsManyRoundsAsThereAre() {
        for (long seed = 1; seed <= 20; seed++) {
            for (int turn = 0; turn < 20; turn++) {
                assertThat(blows(seed, turn)).containsExactlyInAnyOrder(Blow.values());
            }
        }
    }

    @Test
    void theirOrderAndPlaceAreAnotherForEachTurnAndSeed() {
        assertThat(IntStream.range(0, 20).mapToObj(turn -> blows(1, turn)).distinct())
                .hasSizeGreaterThan(15);
        assertThat(IntStream.range(1, 21).mapToObj(seed -> blows(seed, 0)).distinct())
                .hasSizeGreaterThan(15);
        assertThat(draws(1, 0, 600).stream()
                        .map(draw -> draw.blow() + " " + draw.gateway())
                        .distinct())
                .as("everything happens everywhere")
                .hasSize(BLOWS * ClusterTopology.GATEWAYS);
        assertThat(draws(1, 0, 100).stream().map(Draw::length).distinct()).hasSizeGreaterThan(90);
    }

    @Test
    void aRunGoesOnWithWhatItWouldHaveDrawn() {
        assertThat(draws(3, 7, 10)).isEqualTo(draws(3, 0, 17).subList(7, 17));
    }
}
