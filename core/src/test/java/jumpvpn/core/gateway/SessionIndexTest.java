package jumpvpn.core.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.SessionId;
import org.junit.jupiter.api.Test;

/** The index and the heap of wake-ups against tables of the JDK, with ids that collide. */
class SessionIndexTest {
    private final Random random = new Random(5);
    private final PolicySnapshot snapshot = new PolicySnapshot(Policy.DEFAULT, true, new DropCounters());

    private RestingSession session(long id) {
        RestingSession session = new RestingSession(new ForwardingGate(), snapshot);
        session.state(new SessionId(id % 7, id).bytes());
        return session;
    }

    @Test
    void findsWhatIsThereAndNothingElse() {
        SessionIndex index = new SessionIndex();
        TreeMap<SessionId, Resident> expected = new TreeMap<>();
        for (int i = 0; i < 20_000; i++) {
            RestingSession session = session(random.nextInt(300));
            if (random.nextInt(100) < (i / 2000 % 2 == 0 ? 70 : 30)) {
                index.put(session);
                expected.put(session.id(), session);
            } else {
                index.remove(session.id());
                expected.remove(session.id());
            }
            SessionId asked = session(random.nextInt(300)).id();
            assertThat(index.get(asked)).isSameAs(expected.get(asked));
            assertThat(index.isEmpty()).isEqualTo(expected.isEmpty());
        }
        assertThat(index.all()).containsExactlyInAnyOrderElementsOf(expected.values());
    }

    @Test
    void wakesInOrderOfTimeAndId() {
        Wakeups wakeups = new Wakeups();
        List<RestingSession> all =
                random.longs(200, 0, Long.MAX_VALUE).mapToObj(this::session).toList();
        TreeMap<Long, TreeMap<SessionId, RestingSession>> expected = new TreeMap<>();
        for (int i = 0; i < 20_000; i++) {
            RestingSession session = all.get(random.nextInt(all.size()));
            expected.values().forEach(same -> same.remove(session.id()));
            expected.values().removeIf(TreeMap::isEmpty);
            if (random.nextBoolean()) {
                long at = random.nextInt(50);
                wakeups.set(session, at);
                expected.computeIfAbsent(at, _ -> new TreeMap<>()).put(session.id(), session);
            } else {
                wakeups.remove(session);
            }
            if (!expected.isEmpty()) {
                assertThat(wakeups.nextNanos()).isEqualTo(expected.firstKey());
                if (random.nextInt(4) == 0) {
                    TreeMap<SessionId, RestingSession> first =
                            expected.firstEntry().getValue();
                    assertThat(wakeups.pollDue(expected.firstKey()))
                            .isSameAs(first.pollFirstEntry().getValue());
                }
            }
        }
    }
}
