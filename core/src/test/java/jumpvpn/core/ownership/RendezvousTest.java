package jumpvpn.core.ownership;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import jumpvpn.core.session.SessionId;
import org.junit.jupiter.api.Test;

/** Ids are spread evenly, and a change of the set moves those only that have to. */
class RendezvousTest {
    private static final int IDS = 100_000;

    private final List<Member> members = IntStream.rangeClosed(1, 10)
            .mapToObj(number -> new Member("gw" + number, number, List.of(), null, false))
            .toList();

    private static List<SessionId> ids() {
        SplittableRandom random = new SplittableRandom(1);
        return IntStream.range(0, IDS)
                .mapToObj(_ -> new SessionId(random.nextLong(), random.nextLong()))
                .toList();
    }

    @Test
    void eachMemberHasItsShare() {
        Rendezvous rendezvous = new Rendezvous(members);
        TreeMap<Integer, Integer> shares = new TreeMap<>();
        ids().forEach(id -> shares.merge(rendezvous.of(id).number(), 1, Integer::sum));
        assertThat(shares).hasSize(10);
        assertThat(shares.values())
                .allSatisfy(share -> assertThat(share)
                        .as("a tenth is 10,000, its deviation 95")
                        .isBetween(9_500, 10_500));
    }

    @Test
    void whoComesTakesItsShareAndNobodyElseMoves() {
        Rendezvous before = new Rendezvous(members.subList(0, 9));
        Rendezvous after = new Rendezvous(members);
        int moved = 0;
        for (SessionId id : ids()) {
            if (before.of(id).number() != after.of(id).number()) {
                assertThat(after.of(id).number()).isEqualTo(10);
                moved++;
            }
        }
        assertThat(moved).isBetween(9_500, 10_500);
    }

    @Test
    void theOrderOfTheSetDoesNotMatterNorThatSomebodyIsGone() {
        List<Member> others = new ArrayList<>(members.reversed());
        others.set(3, new Member("gw7", 7, List.of(), null, true));
        Rendezvous rendezvous = new Rendezvous(members);
        Rendezvous other = new Rendezvous(others);
        assertThat(ids())
                .allMatch(id -> rendezvous.of(id).number() == other.of(id).number());
    }

    /** Another gateway must come to the same answer, whatever its version: these are the bytes of the rule. */
    @Test
    void theRuleIsFixed() {
        Rendezvous rendezvous = new Rendezvous(members);
        assertThat(IntStream.range(0, 12)
                        .map(i -> rendezvous.of(new SessionId(i, 7L * i)).number())
                        .toArray())
                .containsExactly(5, 9, 6, 7, 7, 5, 1, 5, 6, 10, 9, 8);
    }
}
