package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.net.Protocol;
import org.junit.jupiter.api.Test;

/** Which paths are kept ready, and what that costs. Paths 1 (eth0) and 2 (wlan0) go to the gateway that the session is on, by path 1. */
class StandbysTest {
    private static final int LTE = 5;
    private static final int TCP = 6;

    private final Script script = new Script();

    private void attached(int standbys) {
        script.standbys = standbys;
        script.renews = true;
        script.up(1, "eth0", "gw1", Script.ONE);
        script.agent.start(script.now);
        script.run(3000);
        script.forget();
    }

    private List<Integer> probed() {
        return script.probes.stream().map(Script.Probe::pathId).toList();
    }

    private void answerAll() {
        while (!script.probes.isEmpty()) {
            script.answer(script.probes.removeFirst());
        }
    }

    private boolean isStandby(int id) {
        return script.status().candidates().stream()
                .anyMatch(candidate -> candidate.path().id() == id && candidate.ready());
    }

    private boolean isDead(int id) {
        return script.status().candidates().stream()
                .anyMatch(candidate -> candidate.path().id() == id && candidate.dead());
    }

    @Test
    void aPathByAnotherLinkIsAskedWhenItIsNewAndThenSeldom() {
        attached(2);
        script.up(2, "wlan0", "gw1", Script.ONE);
        assertThat(probed()).containsExactly(2);
        assertThat(isStandby(2)).as("it has not answered").isFalse();
        answerAll();
        assertThat(isStandby(2)).isTrue();
        int asked = 0;
        for (int second = 0; second < 600; second++) {
            script.run(1000);
            asked += script.probes.size();
            answerAll();
        }
        assertThat(asked).as("in ten minutes").isBetween(20, 24);
    }

    @Test
    void oneThatDoesNotAnswerTwiceIsDeadAndTheNextTakesItsPlace() {
        attached(1);
        script.up(2, "wlan0", "gw1", Script.ONE);
        script.up(TCP, Protocol.TCP, "wlan0", "gw1", Script.ONE);
        script.run(900);
        assertThat(probed()).containsOnly(2);
        script.run(200);
        assertThat(probed()).as("a lost one says nothing").containsExactly(2, 2);
        assertThat(isDead(2)).isFalse();
        script.run(1000);
        assertThat(isDead(2)).isTrue();
        assertThat(probed()).containsExactly(2, 2, TCP);
    }

    @Test
    void theBestOfEachOtherLinkComesFirstAndThereAreNoMoreThanPolicySays() {
        attached(2);
        script.up(TCP, Protocol.TCP, "eth0", "gw1", Script.ONE);
        script.run(100);
        assertThat(probed())
                .as("a connection on the same link costs the gateway more than it brings")
                .isEmpty();
        script.up(2, "wlan0", "gw1", Script.ONE);
        script.up(LTE, "lte0", "gw1", Script.ONE);
        script.up(7, "usb0", "gw1", Script.ONE);
        script.run(100);
        assertThat(probed()).containsExactlyInAnyOrder(2, LTE);
    }

    @Test
    void noneIfPolicyWantsNone() {
        attached(0);
        script.up(2, "wlan0", "gw1", Script.ONE);
        script.run(60_000);
        assertThat(probed()).isEmpty();
    }

    @Test
    void oneThatAnsweredIsAskedFirstWhenTheLinkGoes() {
        attached(1);
        script.up(2, "wlan0", "gw1", Script.ONE);
        answerAll();
        script.up(TCP, Protocol.UDP, "eth0", "gw1", Script.ONE);
        script.down(1);
        assertThat(script.lastRequest().pathId()).isEqualTo(2);
    }
}
