package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.data.Forwarding;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import org.junit.jupiter.api.Test;

/** Which paths a search asks after what has happened to them, and with which tickets. */
class SearchChoicesTest {
    private static final long MILLI = Script.MILLI;

    private final Script script = Script.attached();

    private static List<Integer> pathsAsked(Script of) {
        return of.requests.stream().map(Script.Request::pathId).distinct().toList();
    }

    @Test
    void aPathThatFellSilentIsAskedAfterAllOthersOfItsGateway() {
        script.silent.add("gw1");
        script.chat(50, 10);
        assertThat(script.told()).contains("TRANSPORT_DEAD NO_DELIVERY_WINDOW");
        script.run(1000);
        assertThat(pathsAsked(script)).startsWith(2, 1);
    }

    @Test
    void aJumpWhoseOldPathDiesBecomesAnEscapeByAnyPath() {
        script.agent.jump(script.now, "2");
        script.down(1);
        assertThat(script.rows()).as("no second row").containsExactly("ATTACHED>RECOVERING OPERATOR_JUMP");
        assertThat(script.told()).contains("TRANSPORT_DEAD LINK_DOWN");
        script.run(2000);
        assertThat(pathsAsked(script)).containsExactly(2, 3, 4);
        script.run(8000);
        assertThat(script.rows()).last().isEqualTo("RECOVERING>DEGRADED RECOVERY_WINDOW_EXCEEDED");
    }

    @Test
    void aJumpToNowhereOrToWhatIsForbiddenIsDeniedAndThatIsSaid() {
        Script udpOnly = Script.attached(Policy.DEFAULT.with(PolicyKey.TRANSPORT_ALLOWED, Protocol.UDP.number()));
        udpOnly.up(9, Protocol.TCP, "eth0", "gw1", Script.ONE);
        udpOnly.forget();
        assertThat(udpOnly.agent.jump(udpOnly.now, "9")).isEqualTo(ReasonCode.TRANSPORT_NOT_ALLOWED);
        assertThat(udpOnly.told()).containsExactly("SWITCH_DENIED TRANSPORT_NOT_ALLOWED");
        assertThat(udpOnly.events.getLast().path())
                .isEqualTo(udpOnly.paths.get(9).name());
        assertThat(udpOnly.agent.jump(udpOnly.now, "nowhere")).isEqualTo(ReasonCode.NO_VALID_CANDIDATE);
        for (int path = 2; path <= 4; path++) {
            udpOnly.down(path);
        }
        udpOnly.forget();
        assertThat(udpOnly.agent.jump(udpOnly.now, null)).isEqualTo(ReasonCode.NO_VALID_CANDIDATE);
        assertThat(udpOnly.told()).containsExactly("SWITCH_DENIED NO_VALID_CANDIDATE");
    }

    @Test
    void aJumpThatWasRefusedIsDoneWith() {
        script.agent.jump(script.now, "2");
        script.refuse(script.lastRequest(), ReasonCode.COOLDOWN_ACTIVE);
        script.forget();
        script.run(20_000);
        assertThat(script.told()).as("its window too").isEmpty();
    }

    @Test
    void onAFarPathARequestIsNotRepeatedBeforeItsAnswerCanBeThere() {
        script.delayNanos = 200 * MILLI;
        script.run(60_000);
        long roundTrip = script.status().rttNanos();
        assertThat(roundTrip).isGreaterThan(100 * MILLI);
        script.say(new BindingMessage.Notice(script.status().version()));
        script.run(2000);
        Nonce first = script.requests.getFirst().proven().nonce();
        List<Long> times = script.requests.stream()
                .filter(request -> request.proven().nonce().equals(first))
                .map(Script.Request::nanos)
                .toList();
        assertThat(times.get(1) - times.get(0)).isGreaterThanOrEqualTo(2 * roundTrip);
    }

    @Test
    void aPathThatStaysSilentGivesItsPlaceToAnotherInTheSameSearch() {
        Script one = Script.attached(Policy.DEFAULT.with(PolicyKey.TRANSPORT_MAX_CANDIDATES, 1));
        one.up(5, "eth0", "gw1", Script.ONE);
        one.down(3);
        one.down(4);
        one.down(1);
        one.run(7000);
        assertThat(one.state()).isEqualTo(SessionState.RECOVERING);
        assertThat(one.asked()).contains("5>gw1");
    }

    /** Links that come and go while nothing passes must not use the tickets up. */
    @Test
    void aLinkThatComesAndGoesIsAskedEveryTime() {
        script.down(3);
        script.down(4);
        script.down(2);
        script.down(1);
        for (int id = 20; id < 45; id++) {
            script.up(id, "wlan0", "gw1", Script.ONE);
            script.run(50);
            script.down(id);
        }
        assertThat(pathsAsked(script)).hasSize(25);
    }

    @Test
    void aRefusalBringsATicketForOnePathMore() {
        Script many = Script.attached(Policy.DEFAULT.with(PolicyKey.TRANSPORT_MAX_CANDIDATES, 32));
        many.down(3);
        many.down(4);
        many.down(1);
        for (int id = 20; id < 27; id++) {
            many.up(id, "wlan0", "gw1", Script.ONE);
            many.run(10);
        }
        assertThat(pathsAsked(many)).as("eight tickets, eight paths").hasSize(8);
        many.up(27, "wlan0", "gw1", Script.ONE);
        many.run(10);
        assertThat(pathsAsked(many)).doesNotContain(27);
        many.refuse(many.requests.getFirst(), ReasonCode.DUAL_ACTIVE_FORBIDDEN);
        many.up(28, "wlan0", "gw1", Script.ONE);
        many.run(10);
        assertThat(pathsAsked(many)).hasSize(9);
    }

    @Test
    void aGatewayThatCantReadTheTableIsAskedAgainAfterTheInterval() {
        script.down(3);
        script.down(4);
        script.down(1);
        script.refuse(script.lastRequest(), ReasonCode.STORE_UNAVAILABLE);
        assertThat(script.told()).endsWith("REATTACH_REJECT STORE_UNAVAILABLE", "SWITCH_DENIED STORE_UNAVAILABLE");
        script.run(499);
        assertThat(script.requests).hasSize(1);
        script.run(1);
        assertThat(script.requests).hasSize(2);
    }

    @Test
    void whereAnEarlierSearchWasSentIsNotAskedInTheNext() {
        script.down(1);
        script.refuse(script.lastRequest(), ReasonCode.NOT_OWNER, Script.STRANGE, Script.TWO);
        script.accept(script.lastRequest());
        script.run(3000);
        script.forget();
        script.say(new BindingMessage.Notice(script.status().version()));
        script.run(240);
        assertThat(script.asked()).doesNotContain("3>gw2");
    }

    @Test
    void aRequestOfAnEarlierSearchIsNotRepeatedInTheNext() {
        script.agent.jump(script.now, "2");
        script.run(200);
        script.refuse(script.lastRequest(), ReasonCode.SWITCH_RATE_LIMITED);
        script.run(2000);
        script.agent.jump(script.now, "2");
        Nonce old = script.lastRequest().proven().nonce();
        script.run(9000);
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
        script.forget();
        script.down(1);
        script.run(3000);
        assertThat(script.requests)
                .isNotEmpty()
                .noneMatch(request -> request.proven().nonce().equals(old));
    }

    @Test
    void withoutAPathPacketsWaitAtOnce() {
        script.down(2);
        script.down(3);
        script.down(4);
        script.down(1);
        assertThat(script.gate.forwarding()).isInstanceOf(Forwarding.Hold.class);
    }

    @Test
    void aPathThatComesUpWhileAllIsWellChangesNothing() {
        script.up(9, "wlan0", "gw1", Script.ONE);
        script.run(15_000);
        assertThat(script.told()).containsExactly("CANDIDATE CANDIDATE_UP");
        assertThat(script.requests).isEmpty();
    }
}
