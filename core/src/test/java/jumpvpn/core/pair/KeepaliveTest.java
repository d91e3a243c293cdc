package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.SessionState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How an idle client finds out how long the routers on its path remember it, though a forgotten mapping gets its old port back, so that the gateway sees no other address. */
class KeepaliveTest {
    private static final long SECOND = 1000 * Pair.MILLI;
    /** Of a packet that asks for a later one. */
    private static final int TRIAL_BYTES = 54;

    private static final int LEARNT_MILLIS = 200_000;

    private final Pair pair = Pair.connected(Policy.DEFAULT.with(PolicyKey.TRANSPORT_MAX_STANDBYS, 0));
    private long usedNanos = pair.now;
    private long remembersNanos = Long.MAX_VALUE;
    private int forgotten;

    /** The router of link a forgets a mapping that was not used for so long; only what goes out makes or keeps one. */
    private void remembers(int seconds) {
        remembersNanos = seconds * SECOND;
        usedNanos = pair.now;
        pair.a.swallowUp = _ -> {
            usedNanos = pair.now;
            return false;
        };
        pair.a.swallowDown = _ -> {
            boolean gone = pair.now - usedNanos > remembersNanos;
            forgotten += gone ? 1 : 0;
            return gone;
        };
    }

    /** The longest time in which the client says nothing within the next so many, in whole seconds. */
    private long longestQuietSeconds(int millis) {
        pair.seen.clear();
        pair.run(millis);
        List<Long> times = pair.seen.stream()
                .filter(Pair.Datagram::up)
                .map(Pair.Datagram::nanos)
                .toList();
        long longest = 0;
        for (int i = 1; i < times.size(); i++) {
            longest = Math.max(longest, times.get(i) - times.get(i - 1));
        }
        return longest / SECOND;
    }

    @ParameterizedTest
    @CsvSource({"10, 9", "30, 20", "60, 40", "120, 40"})
    void itIsQuietForAsLongAsTheRouterRemembersIt(int remembers, int quiet) {
        remembers(remembers);
        pair.run(LEARNT_MILLIS);
        assertThat(forgotten).as("trials that failed").isLessThanOrEqualTo(2);
        forgotten = 0;
        assertThat(longestQuietSeconds(1_800_000)).isEqualTo(quiet);
        assertThat(forgotten).isZero();
        assertThat(pair.gatewayEvents).noneMatch(event -> event.type() == EventType.TRANSPORT_DEAD);
        pair.sendDown(7);
        pair.run(50);
        assertThat(pair.atClient).containsExactly(7);
    }

    @Test
    void afterAnHourItIsProvenAnew() {
        remembers(60);
        pair.run(LEARNT_MILLIS);
        remembers(10);
        pair.run(3_600_000);
        assertThat(pair.state()).isEqualTo(SessionState.ATTACHED);
        pair.run(400_000);
        forgotten = 0;
        assertThat(longestQuietSeconds(600_000)).isEqualTo(9);
        assertThat(forgotten).isZero();
    }

    @Test
    void itIsRememberedWhenTheLinkComesBackAndProvenAnew() {
        remembers(120);
        pair.run(LEARNT_MILLIS);
        pair.agent.pathDown(pair.now, pair.a.path.id());
        pair.await(() -> pair.status().path().id() == pair.b.path.id(), 1000);
        pair.agent.pathUp(pair.now, pair.a.path);
        pair.run(2000);
        assertThat(pair.agent.jump(pair.now, "eth0")).isNull();
        pair.await(() -> pair.status().path().id() == pair.a.path.id(), 1000);
        pair.run(2000);
        assertThat(longestQuietSeconds(180_000)).isEqualTo(40);
        assertThat(pair.seen.stream().filter(sent -> sent.up() && sent.bytes().length == TRIAL_BYTES))
                .as("trials")
                .hasSize(1);
    }

    @Test
    void whereThereIsTrafficInBetweenATrialTellsNothing() {
        remembers(10);
        for (int i = 0; i < 20; i++) {
            pair.run(21_000); // the trial begins after 20
            pair.chat(i, 1, 10);
        }
        assertThat(longestQuietSeconds(42_000)).as("the first step, still").isEqualTo(22);
    }

    @Test
    void whatWasAskedForInOneBindingIsNotSaidInAnother() {
        pair.run(21_000);
        assertThat(pair.agent.jump(pair.now, "wlan0")).isNull();
        pair.run(2000);
        pair.seen.clear();
        pair.await(() -> !pair.seen.isEmpty(), 30_000);
        assertThat(pair.seen.getFirst().up()).isTrue();
    }

    @Test
    void whoSleptThroughATrialLearntNothing() {
        pair.a.swallowDown = _ -> false;
        for (int i = 0; i < 4; i++) {
            pair.run(25_000);
            pair.sleep(100_000);
        }
        pair.run(LEARNT_MILLIS);
        assertThat(longestQuietSeconds(600_000)).isEqualTo(40);
    }
}
