package jumpvpn.node.ownership.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import jumpvpn.core.ownership.MemorySessionTable;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable.Change;
import jumpvpn.core.ownership.SessionTable.Outcome;
import jumpvpn.core.ownership.SessionTable.Reading;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TakenSessionsTest {
    private static final Owner OWNER = new Owner(5, 77);

    private final TakenSessions sessions = new TakenSessions();
    private final MemorySessionTable table = new MemorySessionTable();

    /** Takes what a table with whole records takes, and knows what that knows. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void decidesAsATableInMemory(long seed) {
        Random random = new Random(seed);
        int ids = 1 << 2 * seed;
        int committed = 0;
        for (int step = 0; step < 20_000; step++) {
            List<Change> changes = new ArrayList<>();
            for (int i = 1 + random.nextInt(2); i > 0; i--) {
                Change change = change(random, random.nextInt(ids));
                if (changes.stream().noneMatch(other -> other.id().equals(change.id()))) {
                    changes.add(change);
                }
            }
            Outcome[] outcome = new Outcome[1];
            table.commit(step, changes, it -> outcome[0] = it);
            assertThat(sessions.fit(changes))
                    .as("seed %d, step %d: %s", seed, step, changes)
                    .isEqualTo(outcome[0] == Outcome.COMMITTED);
            if (outcome[0] == Outcome.COMMITTED) {
                committed++;
                sessions.take(changes, step);
                for (Change change : changes) {
                    assertSame(seed, step, change.id().low());
                }
            }
            assertSame(seed, step, random.nextInt(ids));
        }
        assertThat(committed).isGreaterThan(5000);
    }

    private Change change(Random random, int number) {
        SessionRecord now = table.get(id(number));
        int epoch = now == null || !now.isLive() ? 0 : now.version().epoch();
        int expected = random.nextInt(8) == 0 ? random.nextInt(3) : epoch;
        return new Change(
                id(number),
                expected,
                switch (random.nextInt(4)) {
                    case 0 -> null;
                    case 1 -> record(number, Math.max(1, expected), SessionState.TERMINATED);
                    default -> record(number, expected + 1, SessionState.ATTACHED);
                });
    }

    private static SessionRecord record(int number, int epoch, SessionState to) {
        return EmbeddedSessionTableTest.record(id(number), client(number), OWNER, epoch, to);
    }

    private static SessionId id(long number) {
        return new SessionId(number >> 2, number);
    }

    /** Two sessions a client. */
    private static String client(long number) {
        return "%04x".formatted(number / 2);
    }

    private void assertSame(long seed, int step, long number) {
        SessionRecord record = table.get(id(number));
        boolean live = record != null && record.isLive();
        assertThat(sessions.epoch(id(number)))
                .as("seed %d, step %d, session %d", seed, step, number)
                .isEqualTo(live ? record.version().epoch() : 0);
        assertThat(sessions.writtenNanos(id(number)) == null)
                .as("seed %d, step %d, session %d", seed, step, number)
                .isEqualTo(record == null);
        String clientKey = record((int) number, 1, SessionState.ATTACHED).clientKey();
        assertThat(sessions.ofClient(clientKey))
                .as("seed %d, step %d, client of %d", seed, step, number)
                .isEqualTo(clientsSession(clientKey));
    }

    private @Nullable SessionId clientsSession(String clientKey) {
        Reading[] reading = new Reading[1];
        table.readClient(clientKey, it -> reading[0] = it);
        return reading[0] instanceof Reading.Found found ? found.record().id() : null;
    }
}
