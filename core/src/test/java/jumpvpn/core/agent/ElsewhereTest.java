package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.Token;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import org.junit.jupiter.api.Test;

/** When a client is ready to leave its gateway, when it does, and that it does not come back without cause. Paths 1 and 2 lead to its own, 3 and 4 to the other. */
class ElsewhereTest {
    private static final int TCP = 5;
    private static final int SECOND_UDP = 6;

    private final Script script = new Script();

    /** All of these are up, and every probe is answered for a while. */
    private void attached(int standbys) {
        script.standbys = standbys;
        script.renews = true;
        script.up(1, "eth0", "gw1", Script.ONE);
        script.up(2, "wlan0", "gw1", Script.ONE);
        script.up(3, "eth0", "gw2", Script.TWO);
        script.up(4, "wlan0", "gw2", Script.TWO);
        script.agent.start(script.now);
        answering(3000);
        script.forget();
    }

    /** Lets time pass and answers all probes. @return where they went */
    private List<Integer> answering(long millis) {
        List<Integer> asked = new java.util.ArrayList<>();
        for (long end = script.now + millis * Script.MILLI; script.now < end; ) {
            script.run(1);
            while (!script.probes.isEmpty()) {
                Script.Probe probe = script.probes.removeFirst();
                asked.add(probe.pathId());
                script.answer(probe);
            }
        }
        return asked;
    }

    private List<String> order() {
        return script.asked().stream().distinct().toList();
    }

    @Test
    void oneOfTheStandbysIsAtTheOtherGateway() {
        attached(2);
        assertThat(answering(30_000)).containsExactlyInAnyOrder(2, 3);
    }

    @Test
    void withOneStandbyItIsThatOne() {
        attached(1);
        assertThat(answering(30_000)).containsExactly(3);
    }

    @Test
    void itTakesThePlaceOfMoreUdpAndComesBehindTheOtherLinks() {
        attached(3);
        script.up(SECOND_UDP, "eth0", "gw1", Script.ONE);
        script.up(7, "lte0", "gw1", Script.ONE);
        answering(3000);
        assertThat(answering(30_000)).containsExactlyInAnyOrder(2, 7, 3);
        script.down(3);
        script.down(4);
        answering(30_000);
        assertThat(answering(30_000)).containsExactlyInAnyOrder(2, 7, SECOND_UDP);
    }

    @Test
    void aGatewayThatNeverAnswersIsAskedAsSeldomAsAnyStandby() {
        script.standbys = 2;
        script.renews = true;
        script.up(1, "eth0", "gw1", Script.ONE);
        script.up(3, "eth0", "gw2", Script.TWO);
        script.up(4, "wlan0", "gw2", Script.TWO);
        script.agent.start(script.now);
        script.run(10_000);
        script.forget();
        script.run(600_000);
        assertThat(script.probes.size()).isLessThanOrEqualTo(46);
    }

    @Test
    void anEscapeAsksEachOtherLinkThenTheReadyGatewayThenTheRest() {
        attached(2);
        script.up(TCP, Protocol.TCP, "eth0", "gw1", Script.ONE);
        script.up(SECOND_UDP, "wlan0", "gw1", Script.ONE);
        script.up(7, "lte0", "gw1", Script.ONE);
        script.forget();
        script.silent.add("gw1");
        script.chat(50, 10);
        assertThat(script.told()).contains("TRANSPORT_DEAD NO_DELIVERY_WINDOW");
        script.run(4000);
        assertThat(order()).startsWith("2>gw1", "7>gw1", "3>gw2").contains("5>gw1", "6>gw1", "1>gw1", "4>gw2");
    }

    @Test
    void ofOneLinkItsOwnGatewayIsAskedFirst() {
        attached(2);
        script.down(2);
        script.down(4);
        script.forget();
        script.silent.add("gw1");
        script.chat(50, 10);
        script.run(1000);
        assertThat(order()).containsExactly("1>gw1", "3>gw2");
    }

    @Test
    void aReadyGatewayIsNotAskedWhereItsOwnAnswers() {
        attached(2);
        script.down(1);
        script.refuse(script.lastRequest(), ReasonCode.DUAL_ACTIVE_FORBIDDEN);
        script.run(5000);
        assertThat(order()).containsExactly("2>gw1");
    }

    @Test
    void onAFarLinkItsGatewayGetsTheTimeThatAnAnswerTakes() {
        attached(2);
        while (script.probes.size() < 2) {
            script.run(10);
        }
        script.run(800);
        script.probes.forEach(script::answer);
        script.forget();
        script.down(1);
        script.run(980);
        assertThat(order()).containsExactly("2>gw1");
        script.run(40);
        assertThat(order()).containsExactly("2>gw1", "3>gw2");
    }

    @Test
    void theTakeOverNeedsNoFurtherRoundTripForAToken() {
        attached(2);
        script.silent.add("gw1");
        script.chat(50, 10);
        script.run(500);
        Script.Request request = script.lastRequest(Script.TWO);
        assertThat(request.body().token()).isNotEqualTo(Token.NONE);
        assertThat(request.body().token().incarnation())
                .isEqualTo(script.token(Script.TWO).incarnation());
    }

    @Test
    void afterATakeOverItStaysThoughItsFirstGatewayIsThereAgain() {
        attached(2);
        script.silent.add("gw1");
        script.chat(50, 10);
        script.run(500);
        script.accept(script.lastRequest(Script.TWO));
        assertThat(script.status().gateway()).isEqualTo("gw2");
        script.silent.clear();
        script.forget();
        for (int second = 0; second < 120; second++) {
            script.chat(2, 10);
            answering(980);
        }
        assertThat(script.requests).isEmpty();
        assertThat(script.status().gateway()).isEqualTo("gw2");
        assertThat(script.status().candidates().stream()
                        .filter(candidate ->
                                candidate.ready() && candidate.path().gateway().equals("gw1")))
                .as("the standby is at the first now")
                .hasSize(1);
    }

    @Test
    void aGatewayWhosePathsAreAllBadIsLeftForAnother() {
        attached(0);
        script.lossy = true;
        while (script.probes.isEmpty()) {
            script.chat(3, 10);
        }
        assertThat(script.probes).extracting(Script.Probe::pathId).containsExactly(2);
        while (script.probes.stream().noneMatch(probe -> probe.pathId() == 3)) {
            script.chat(3, 10);
        }
        Script.Probe elsewhere = script.probes.stream()
                .filter(probe -> probe.pathId() == 3)
                .findFirst()
                .orElseThrow();
        script.probes.clear();
        script.answer(elsewhere);
        List<Script.Probe> trial = List.copyOf(script.probes);
        assertThat(trial).hasSize(48).extracting(Script.Probe::pathId).containsOnly(3);
        trial.forEach(script::answer);
        assertThat(script.lastRequest().to()).isEqualTo(Script.TWO);
        assertThat(script.lastRequest().body().cause()).isEqualTo(BindCause.BETTER_PATH);
        script.accept(script.lastRequest());
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
        assertThat(script.status().gateway()).isEqualTo("gw2");
    }

    @Test
    void severalGatewaysBehindOneNameShareItsKeyAndAreTriedOneAfterTheOther() {
        script.refusing.put("gw1", ReasonCode.POOL_EXHAUSTED);
        script.up(1, "eth0", "gw1/203.0.113.1", Script.ONE);
        script.up(2, "eth0", "gw1/203.0.113.2", Script.TWO);
        script.keys.put("gw2", script.keys.get("gw1"));
        script.agent.start(script.now);
        script.run(300);
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
        assertThat(script.status().gateway()).isEqualTo("gw1/203.0.113.2");
        assertThat(Stream.of(script.firsts.getFirst(), script.firsts.getLast()).map(Script.First::pathId))
                .containsExactly(1, 2);
    }
}
