package jumpvpn.node.ownership.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlacesTest {
    /** What a tree says, at every step: few keys and many, so that rows are added, moved into gaps and removed, and chunks come and go. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void saysWhatATreeSays(long seed) {
        Random random = new Random(seed);
        Places places = new Places();
        TreeMap<Long, Long> tree = new TreeMap<>();
        int keys = 1 << 2 * seed + 1;
        for (int step = 0; step < 60_000; step++) {
            boolean grows = step / 20_000 != 1;
            long number = random.nextInt(keys);
            long before = tree.getOrDefault(number, Places.NONE);
            if (random.nextInt(4) < (grows ? 3 : 1)) {
                long place = Places.of(random.nextLong(1L << 46), random.nextInt(65_536 + Entry.HEADER_BYTES + 1));
                assertThat(places.put(key(number), place))
                        .as("seed %d, step %d", seed, step)
                        .isEqualTo(before);
                tree.put(number, place);
            } else {
                assertThat(places.remove(key(number)))
                        .as("seed %d, step %d", seed, step)
                        .isEqualTo(before);
                tree.remove(number);
            }
            long asked = random.nextInt(keys);
            assertThat(places.get(key(asked)))
                    .as("seed %d, step %d", seed, step)
                    .isEqualTo(tree.getOrDefault(asked, Places.NONE));
        }
        for (long number = 0; number < keys; number++) {
            assertThat(places.get(key(number))).as("seed %d", seed).isEqualTo(tree.getOrDefault(number, Places.NONE));
        }
    }

    /** Kinds, upper and lower halves differ in one bit, in part. */
    private static Entry.Key key(long number) {
        return new Entry.Key((byte) (1 + (number & 1)), number >> 1 & 7, number >> 4);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 32, (1L << 46) - 1})
    void aPlaceIsWhereAndHowLong(long at) {
        int bytes = Entry.MOST_VALUE_BYTES + Entry.HEADER_BYTES;
        assertThat(Places.at(Places.of(at, bytes))).isEqualTo(at);
        assertThat(Places.bytes(Places.of(at, bytes))).isEqualTo(bytes);
    }
}
