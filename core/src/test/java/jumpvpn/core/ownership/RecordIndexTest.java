package jumpvpn.core.ownership;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeMap;
import jumpvpn.core.session.SessionId;
import org.junit.jupiter.api.Test;

class RecordIndexTest {
    /** What a table of the JDK says, at every step; few ids, so that places are taken, given up and taken again. */
    @Test
    void saysWhatATreeSays() {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            RecordIndex index = new RecordIndex();
            TreeMap<SessionId, SessionRecord> tree = new TreeMap<>();
            int ids = 1 << 1 + seed % 8;
            for (int step = 0; step < 2000; step++) {
                long id = random.nextInt(ids);
                SessionRecord record = Records.bound(id, "c" + id, step);
                if (random.nextInt(3) == 0) {
                    index.remove(record.id());
                    tree.remove(record.id());
                } else {
                    index.put(record);
                    tree.put(record.id(), record);
                }
                SessionId asked = Records.bound(random.nextInt(ids), "", 1).id();
                assertThat(index.get(asked)).isSameAs(tree.get(asked));
                assertThat(index.size()).isEqualTo(tree.size());
            }
            assertThat(index.all()).containsExactlyElementsOf(tree.values());
        }
    }
}
