package jumpvpn.core.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The table against an ordered map, and one writer against a reader. */
class LookupTableTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void behavesLikeAMap(long seed) {
        Random random = new Random(seed);
        LookupTable<Integer> table = new LookupTable<>();
        TreeMap<Long, Integer> oracle = new TreeMap<>();
        int keys = 1 << (3 + 2 * (int) seed);
        for (int i = 0; i < 20_000; i++) {
            long key = random.nextInt(keys);
            if (random.nextInt(3) > 0) {
                table.put(key >> 3, key, i);
                oracle.put(key, i);
            } else {
                table.remove(key >> 3, key);
                oracle.remove(key);
            }
            long asked = random.nextInt(keys);
            assertThat(table.get(asked >> 3, asked)).isEqualTo(oracle.get(asked));
            assertThat(table.size()).isEqualTo(oracle.size());
        }
        for (long key = 0; key < keys; key++) {
            assertThat(table.get(key >> 3, key)).isEqualTo(oracle.get(key));
            assertThat(table.get((key >> 3) + 1, key))
                    .as("both halves of the key count")
                    .isNull();
        }
    }

    @Test
    void tellsKeysApartThatShareAHalf() {
        LookupTable<Integer> table = new LookupTable<>();
        for (int i = 0; i < 2000; i++) {
            table.put(i, 7, i);
            table.put(7, -1 - i, -i);
        }
        for (int i = 0; i < 2000; i++) {
            assertThat(table.get(i, 7)).isEqualTo(i);
            assertThat(table.get(7, -1 - i)).isEqualTo(-i);
        }
    }

    @Test
    void staysSmallHoweverOftenKeysComeAndGo() {
        LookupTable<String> table = new LookupTable<>();
        Random random = new Random(9);
        for (int i = 0; i < 300_000; i++) {
            long key = random.nextLong();
            table.put(0, key, "x");
            table.remove(0, key);
        }
        assertThat(table.size()).isZero();
        assertThat(table.get(0, 1)).isNull();
    }

    @Test
    void knowsWhatIsLeftOfARush() {
        LookupTable<Integer> table = new LookupTable<>();
        for (int rush = 1; rush <= 4; rush++) {
            int most = 1 << 3 * rush;
            for (int key = 0; key < most; key++) {
                table.put(key, rush, key);
            }
            for (int key = 0; key < most; key++) {
                if (key % 7 != 0) {
                    table.remove(key, rush);
                }
                assertThat(table.get(key - key % 7, rush)).isEqualTo(key - key % 7);
            }
            for (int key = 0; key < most; key++) {
                assertThat(table.get(key, rush)).isEqualTo(key % 7 == 0 ? key : null);
            }
        }
        assertThat(table.size()).isEqualTo(2 + 10 + 74 + 586);
    }

    @Test
    void aReaderSeesOnlyWholeValuesWhileOneWrites() throws InterruptedException {
        LookupTable<long[]> table = new LookupTable<>();
        table.put(7, 7, new long[] {7, 7}); // this one is never removed: it must always be there
        AtomicBoolean done = new AtomicBoolean();
        AtomicReference<String> wrong = new AtomicReference<>();
        Thread reader = new Thread(() -> {
            Random random = new Random(1);
            while (!done.get() && wrong.get() == null) {
                long key = 100 + random.nextInt(64);
                long[] value = table.get(key, -key);
                if (value != null && (value[0] != key || value[1] % 1000 != key)) {
                    wrong.set("key " + key + " had " + value[0] + ", " + value[1]);
                }
                if (table.get(7, 7) == null) {
                    wrong.set("a key that was never removed was gone");
                }
            }
        });
        reader.start();
        Random random = new Random(2);
        for (int i = 0; i < 300_000; i++) {
            long key = 100 + random.nextInt(64);
            if (random.nextBoolean()) {
                table.put(key, -key, new long[] {key, 1000L * i + key});
            } else {
                table.remove(key, -key);
            }
        }
        done.set(true);
        reader.join();
        assertThat(wrong.get()).isNull();
    }
}
