package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.session.SessionState;
import org.junit.jupiter.api.Test;

/** When a session goes back to a better path than the one it is on, and when it does not. */
class ReturnTest {
    private static final int TCP = 9;

    private final Script script = new Script();

    /** Attached by TCP, since UDP is silent; there is one link. */
    private void attachedByTcp() {
        script.up(1, "eth0", "gw1", Script.ONE);
        script.agent.start(script.now);
        script.run(3000);
        script.up(TCP, Protocol.TCP, "eth0", "gw1", Script.ONE);
        script.down(1);
        script.accept(script.lastRequest());
        assertThat(script.status().path().id()).isEqualTo(TCP);
        script.forget();
        script.up(1, "eth0", "gw1", Script.ONE);
    }

    private List<Integer> probed() {
        return script.probes.stream().map(Script.Probe::pathId).toList();
    }

    private void chat(int seconds) {
        script.chat(100 * seconds, 10);
    }

    private void answersFor(int millis) {
        for (int passed = 0; passed < millis; passed += 10) {
            while (!script.probes.isEmpty()) {
                script.answer(script.probes.removeFirst());
            }
            script.chat(1, 10);
        }
    }

    @Test
    void aBetterPathIsProbedAtOnceWhenItComesUpAndThenMoreSeldomWhileThereIsTraffic() {
        attachedByTcp();
        assertThat(probed()).containsExactly(1);
        chat(60);
        assertThat(probed()).as("after 4, 8, 16, 20, 20 seconds").hasSize(4 + 1);
    }

    @Test
    void withoutTrafficNobodyIsProbed() {
        attachedByTcp();
        script.run(5000);
        script.probes.clear();
        script.run(14_000);
        assertThat(probed()).isEmpty();
    }

    @Test
    void itGoesBackOnceItWasAnsweredForTheHoldTime() {
        attachedByTcp();
        answersFor(1900);
        assertThat(script.rows()).isEmpty();
        answersFor(700);
        assertThat(script.rows()).containsExactly("ATTACHED>RECOVERING BETTER_PATH");
        assertThat(script.asked()).containsOnly("1>gw1");
        script.accept(script.lastRequest());
        assertThat(script.status().path().id()).isEqualTo(1);
        script.probes.clear();
        chat(60);
        assertThat(probed()).as("it is on the best").isEmpty();
    }

    @Test
    void aPathThatAnswersLateIsNotBetter() {
        attachedByTcp();
        for (int passed = 0; passed < 6000; passed += 10) {
            while (!script.probes.isEmpty() && script.probes.getFirst().nanos() <= script.now - 160 * Script.MILLI) {
                script.answer(script.probes.removeFirst());
            }
            script.chat(1, 10);
        }
        assertThat(script.rows()).isEmpty();
    }

    @Test
    void oneAnswerThatIsMissingBeginsAnew() {
        attachedByTcp();
        answersFor(1600);
        chat(1);
        script.probes.clear();
        answersFor(1500);
        assertThat(script.rows()).isEmpty();
    }

    @Test
    void whereTheOperatorSentItItStays() {
        script.up(1, "eth0", "gw1", Script.ONE);
        script.up(TCP, Protocol.TCP, "eth0", "gw1", Script.ONE);
        script.agent.start(script.now);
        script.run(3000);
        script.agent.jump(script.now, "tcp");
        script.accept(script.lastRequest());
        assertThat(script.status().path().id()).isEqualTo(TCP);
        script.probes.clear();
        chat(30);
        script.up(1, "eth0", "gw1", Script.ONE);
        chat(30);
        assertThat(probed()).isEmpty();
    }

    @Test
    void aPathThatDiedSoonAfterItsReturnIsNotGoneToForAMinute() {
        attachedByTcp();
        answersFor(2600);
        script.accept(script.lastRequest());
        script.silent.add("gw1");
        for (int i = 0; script.state() != SessionState.RECOVERING; i++) {
            assertThat(i).as("it dies").isLessThan(300);
            script.chat(1, 10);
        }
        script.silent.clear();
        script.accept(script.requests.stream()
                .filter(request -> request.pathId() == TCP)
                .toList()
                .getLast());
        script.probes.clear();
        chat(40);
        assertThat(probed()).isEmpty();
        chat(40);
        assertThat(probed()).contains(1);
    }
}
