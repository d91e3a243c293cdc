package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.Token;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import org.junit.jupiter.api.Test;

/** A client with two gateways: who is asked when, with which token, and what it makes of being sent elsewhere. */
class SeveralGatewaysTest {
    private final Script script = Script.attached();

    @Test
    void anEscapeAsksItsOwnGatewayFirstAndTheOtherWhenItStaysSilent() {
        script.silent.add("gw1");
        script.down(1);
        script.run(2000);
        assertThat(script.asked().stream().distinct()).containsExactly("2>gw1", "3>gw2", "4>gw2");
        assertThat(script.requests.getFirst().body().cause()).isEqualTo(BindCause.DEAD);
    }

    @Test
    void anotherGatewayIsNotAskedAfterItsOwnHasAnswered() {
        script.down(1);
        script.refuse(script.lastRequest(), ReasonCode.DUAL_ACTIVE_FORBIDDEN);
        script.run(2000);
        assertThat(script.asked().stream().distinct()).containsExactly("2>gw1");
    }

    @Test
    void aGatewayThatCantReadTheTableIsNoReasonNotToAskTheOther() {
        script.down(1);
        script.refuse(script.lastRequest(), ReasonCode.STORE_UNAVAILABLE);
        script.run(600);
        assertThat(script.asked()).contains("3>gw2");
    }

    @Test
    void aTakeOverMovesTheSessionWithItsIdAndItsTokens() {
        script.down(1);
        script.silent.add("gw1");
        script.run(460);
        Script.Request second = script.lastRequest(Script.TWO);
        assertThat(second.body().token()).as("none of gw2 yet").isEqualTo(Token.NONE);
        script.refuse(second, ReasonCode.STALE_REQUEST);
        Script.Request again = script.lastRequest();
        assertThat(again.to()).isEqualTo(Script.TWO);
        assertThat(again.body().token().incarnation())
                .isEqualTo(script.token(Script.TWO).incarnation());
        script.accept(again);
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
        assertThat(script.status().gateway()).isEqualTo("gw2");
        assertThat(script.status().id()).isEqualTo(script.served.getFirst().id);
        script.run(3000);
        script.forget();
        script.say(new BindingMessage.Notice(script.status().version()));
        assertThat(script.lastRequest().to()).as("the new owner is asked first").isEqualTo(Script.TWO);
        assertThat(script.lastRequest().body().token().incarnation())
                .isEqualTo(script.token(Script.TWO).incarnation());
        assertThat(script.lastRequest().body().expectedEpoch()).isEqualTo(2);
    }

    @Test
    void notOwnerLeadsToTheOwnerOverTheCandidateThere() {
        script.down(1);
        script.refuse(script.lastRequest(), ReasonCode.NOT_OWNER, Script.TWO);
        assertThat(script.asked()).containsExactly("2>gw1", "3>gw2");
        script.accept(script.lastRequest());
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
        assertThat(script.status().gateway()).isEqualTo("gw2");
        assertThat(script.told()).doesNotContain("SWITCH_DENIED NOT_OWNER");
    }

    @Test
    void notOwnerLeadsToAnEndpointThatIsNotConfigured() {
        script.down(1);
        script.refuse(script.lastRequest(), ReasonCode.NOT_OWNER, Script.STRANGE);
        assertThat(script.asked()).containsExactly("2>gw1", "2>strange");
        assertThat(script.lastRequest().body().token())
                .as("gw1's token means nothing there")
                .isEqualTo(Token.NONE);
        script.refuse(script.lastRequest(), ReasonCode.STALE_REQUEST);
        assertThat(script.asked()).as("the same end again, with its token").endsWith("2>strange", "2>strange");
        assertThat(script.lastRequest().body().token().incarnation())
                .isEqualTo(script.token(Script.STRANGE).incarnation());
        script.accept(script.lastRequest());
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
        assertThat(script.status().remote()).isEqualTo(Script.STRANGE);
    }

    @Test
    void aSessionAtAnEndpointThatIsNotConfiguredFindsBackByTheOthers() {
        notOwnerLeadsToAnEndpointThatIsNotConfigured();
        script.run(2000);
        script.forget();
        script.say(new BindingMessage.Notice(script.status().version()));
        script.refuse(script.lastRequest(), ReasonCode.STALE_REQUEST);
        script.run(1000);
        assertThat(script.requests).isNotEmpty();
        assertThat(script.asked()).contains("2>gw1");
        script.refuse(script.lastRequest(Script.ONE), ReasonCode.NOT_OWNER, Script.STRANGE);
        assertThat(script.lastRequest().to()).isEqualTo(Script.STRANGE);
        script.accept(script.lastRequest());
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
    }

    @Test
    void aSessionAtAnEndpointThatIsNotConfiguredIsNotStuckWhenThatRefuses() {
        notOwnerLeadsToAnEndpointThatIsNotConfigured();
        script.run(2000);
        script.forget();
        script.say(new BindingMessage.Notice(script.status().version()));
        script.refuse(script.lastRequest(), ReasonCode.NOT_OWNER, Script.STRANGE);
        script.refuse(script.lastRequest(), ReasonCode.DUAL_ACTIVE_FORBIDDEN);
        int before = script.requests.size();
        script.run(1000);
        assertThat(script.asked().subList(before, script.requests.size())).isNotEmpty();
    }

    @Test
    void gatewaysThatPointAtEachOtherAreNotRunBetween() {
        script.down(1);
        for (int i = 0; i < 3; i++) {
            Script.Request request = script.lastRequest();
            script.refuse(request, ReasonCode.NOT_OWNER, request.to().equals(Script.ONE) ? Script.TWO : Script.ONE);
        }
        assertThat(script.requests).hasSizeLessThanOrEqualTo(3);
        assertThat(script.told()).contains("SWITCH_DENIED NOT_OWNER");
        script.run(9000);
        assertThat(script.state()).isEqualTo(SessionState.DEGRADED);
    }

    @Test
    void aGatewayThatAlwaysCallsTheRequestStaleIsNotAskedWithoutAPause() {
        script.down(1);
        for (int i = 0; i < 100; i++) {
            script.refuse(script.lastRequest(), ReasonCode.STALE_REQUEST);
        }
        assertThat(script.requests.size()).isLessThan(20);
    }

    @Test
    void aGatewayThatDrainsIsLeftForTheOther() {
        script.say(new BindingMessage.Draining());
        assertThat(script.asked()).containsExactly("3>gw2");
        assertThat(script.lastRequest().body().cause()).isEqualTo(BindCause.GATEWAY_DRAINING);
        assertThat(script.rows()).containsExactly("ATTACHED>RECOVERING GATEWAY_DRAINING");
        script.accept(script.lastRequest());
        assertThat(script.rows()).endsWith("RECOVERING>ATTACHED REATTACH_ACCEPT");
        assertThat(script.status().gateway()).isEqualTo("gw2");
    }

    @Test
    void ifTheOtherWontHaveItTheSessionStaysUntilItIsToldAgain() {
        script.say(new BindingMessage.Draining());
        script.say(new BindingMessage.Draining());
        script.run(9000);
        assertThat(script.asked().stream().distinct()).containsExactly("3>gw2", "4>gw2");
        assertThat(script.rows())
                .containsExactly("ATTACHED>RECOVERING GATEWAY_DRAINING", "RECOVERING>ATTACHED JUMP_ABANDONED");
        script.forget();
        script.run(1000);
        assertThat(script.requests).isEmpty();
        script.say(new BindingMessage.Draining());
        script.accept(script.lastRequest());
        assertThat(script.status().gateway()).isEqualTo("gw2");
    }

    @Test
    void aDrainingGatewayWithoutAnotherIsStayedAt() {
        script.down(3);
        script.down(4);
        script.forget();
        script.say(new BindingMessage.Draining());
        script.say(new BindingMessage.Draining());
        assertThat(script.told()).as("said once").containsExactly("SWITCH_DENIED NO_VALID_CANDIDATE");
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
        script.up(5, "eth0", "gw2", Script.TWO);
        script.say(new BindingMessage.Draining());
        assertThat(script.asked()).containsExactly("5>gw2");
    }

    @Test
    void aDrainingGatewayThatDiesIsEscapedFromToTheOther() {
        script.say(new BindingMessage.Draining());
        script.silent.add("gw1");
        script.down(1);
        assertThat(script.state()).isEqualTo(SessionState.RECOVERING);
        script.run(1000);
        script.accept(script.lastRequest(Script.TWO));
        assertThat(script.status().gateway()).isEqualTo("gw2");
    }

    @Test
    void anOwnerGoneForGoodEndsTheSessionExplicitlyAndANewOneIsMade() {
        script.down(1);
        script.refuse(script.lastRequest(), ReasonCode.OWNER_GONE);
        assertThat(script.rows()).endsWith("RECOVERING>TERMINATED OWNER_GONE");
        assertThat(script.ends).singleElement().asString().startsWith("OWNER_GONE");
        script.run(3000);
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
        assertThat(script.served).hasSize(2);
    }

    @Test
    void aRefusedHandshakeMovesToTheNextGateway() {
        Script fresh = new Script();
        fresh.refusing.put("gw1", ReasonCode.POOL_EXHAUSTED);
        fresh.up(1, "eth0", "gw1", Script.ONE);
        fresh.up(2, "wlan0", "gw1", Script.ONE);
        fresh.up(3, "eth0", "gw2", Script.TWO);
        fresh.agent.start(fresh.now);
        fresh.run(300);
        assertThat(fresh.state()).isEqualTo(SessionState.ATTACHED);
        assertThat(fresh.status().gateway()).isEqualTo("gw2");
        assertThat(fresh.ends).singleElement().asString().endsWith("; trying the next gateway");
        assertThat(fresh.firsts.stream().map(Script.First::pathId)).containsExactly(1, 3);
    }

    @Test
    void refusedByAllOfThemTheAttemptFailsAtOnceAndIsMadeAgainLater() {
        Script fresh = new Script();
        fresh.refusing.put("gw1", ReasonCode.POOL_EXHAUSTED);
        fresh.refusing.put("gw2", ReasonCode.UNKNOWN_CLIENT);
        fresh.up(1, "eth0", "gw1", Script.ONE);
        fresh.up(3, "eth0", "gw2", Script.TWO);
        fresh.agent.start(fresh.now);
        fresh.run(100);
        assertThat(fresh.rows()).containsExactly("BIRTH>TERMINATED HANDSHAKE_FAIL");
        assertThat(fresh.ends).hasSize(2);
        assertThat(fresh.ends.getLast()).startsWith("UNKNOWN_CLIENT").contains("public-key");
        fresh.refusing.clear();
        fresh.run(1000);
        assertThat(fresh.state()).isEqualTo(SessionState.ATTACHED);
        assertThat(fresh.status().gateway()).isEqualTo("gw1");
    }

    @Test
    void aPathThatComesUpEndsThePauseBetweenAttempts() {
        Script fresh = new Script();
        fresh.agent.start(fresh.now);
        fresh.run(40_000);
        assertThat(fresh.ends).as("10 s each, 0.5, 1, 2 s between").hasSizeBetween(3, 4);
        while (fresh.ends.size() < 5) {
            fresh.run(10);
        }
        fresh.up(1, "eth0", "gw1", Script.ONE);
        fresh.run(50);
        assertThat(fresh.state()).isEqualTo(SessionState.ATTACHED);
    }

    @Test
    void theSecondGatewayIsTriedBesideASilentFirst() {
        Script fresh = new Script();
        fresh.silent.add("gw1");
        fresh.up(1, "eth0", "gw1", Script.ONE);
        fresh.up(3, "eth0", "gw2", Script.TWO);
        fresh.agent.start(fresh.now);
        fresh.silent.add("gw2");
        fresh.run(500);
        fresh.silent.remove("gw2");
        fresh.run(200);
        assertThat(fresh.status().gateway()).isEqualTo("gw2");
        assertThat(fresh.firsts.stream().map(Script.First::pathId)).containsExactly(1, 3, 1, 3);
        assertThat(List.of(fresh.firsts.get(0).datagram(), fresh.firsts.get(2).datagram()))
                .as("the repeat is the same bytes")
                .satisfies(both -> assertThat(both.get(0)).isEqualTo(both.get(1)));
    }
}
