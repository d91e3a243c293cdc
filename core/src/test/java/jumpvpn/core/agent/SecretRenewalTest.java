package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import org.junit.jupiter.api.Test;

/** How the output of a renewal gets into the session's secret without a bind, and what becomes of a session whose secret stays old (contract section 2, Keys). */
class SecretRenewalTest {
    private static final long MILLI = Script.MILLI;
    private static final long SECOND = 1000 * MILLI;
    private static final long ENTER_AFTER = 3300 * SECOND;
    private static final long LIMIT = 7200 * SECOND;

    private final Script script = Script.attached();
    /** When the handshake was answered. */
    private final long born = 1_000_000_000_000L + 5 * MILLI;
    /** When the first REKEY since the script forgot was answered. */
    private long renewed;

    /** Lets time pass while the gateway answers every REKEY, but no RENEW. */
    private void serve(long untilNanos) {
        script.renews = true;
        script.runTo(untilNanos);
        renewed = script.events.stream()
                .filter(event -> event.reason() == ReasonCode.REKEYED)
                .mapToLong(Event::nanos)
                .findFirst()
                .orElse(renewed);
    }

    /** The moment at which RENEW is due, just before it happens. */
    private long beforeRenew() {
        serve(born + 130 * SECOND);
        long due = renewed + ENTER_AFTER;
        serve(due - 1);
        script.forget();
        return due;
    }

    private BindingMessage.Renew asked() {
        return (BindingMessage.Renew) script.said.stream()
                .filter(BindingMessage.Renew.class::isInstance)
                .reduce((_, last) -> last)
                .orElseThrow();
    }

    private void reattach() {
        script.accept(script.lastRequest());
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
        script.run(10);
    }

    @Test
    void anOutputThatNoBindTookInIsEnteredAfterFiftyFiveMinutes() {
        long due = beforeRenew();
        serve(due + 10 * MILLI);
        assertThat(script.times(BindingMessage.Renew.class)).containsExactly(due);
        assertThat(asked().generation()).isZero();
        assertThat(asked().phase()).as("the newest").isEqualTo(script.active().phase());
        script.say(script.served.getLast().renew(asked()));
        assertThat(script.told()).containsExactly("KEY_ROTATED SECRET_RENEWED");
        assertThat(script.events.getLast().details()).containsExactly(new Detail("generation", 1L));
        script.down(1);
        assertThat(script.lastRequest().body().generation()).isEqualTo(1);
        reattach();
    }

    @Test
    void askingIsRepeatedMoreAndMoreSeldom() {
        long due = beforeRenew();
        serve(due + 190 * SECOND);
        assertThat(script.times(BindingMessage.Renew.class).stream().map(at -> (at - due) / MILLI))
                .containsExactly(0L, 500L, 1500L, 3500L, 7500L, 15_500L, 31_500L, 63_500L, 123_500L, 183_500L);
        assertThat(script.said.stream()
                        .filter(BindingMessage.Renew.class::isInstance)
                        .distinct())
                .as("the same question, though there are newer outputs")
                .hasSize(1);
    }

    @Test
    void anAnswerToAnotherQuestionIsIgnored() {
        long due = beforeRenew();
        serve(due + 10 * MILLI);
        BindingMessage.Renew asked = asked();
        script.say(new BindingMessage.Renewed(asked.generation() + 1, asked.phase(), 1));
        script.say(new BindingMessage.Renewed(asked.generation(), asked.phase() - 1, 1));
        assertThat(script.told()).isEmpty();
        BindingMessage.Renewed right = script.served.getLast().renew(asked);
        script.say(right);
        script.say(right);
        assertThat(script.told()).containsExactly("KEY_ROTATED SECRET_RENEWED");
    }

    /** Nothing is asked until there is another output; that one waits as long again. */
    @Test
    void theNextOutputWaitsAsLong() {
        long due = beforeRenew();
        serve(due + 10 * MILLI);
        script.say(script.served.getLast().renew(asked()));
        script.forget();
        serve(due + 130 * SECOND);
        assertThat(renewed).as("keys were renewed meanwhile").isGreaterThan(due);
        serve(renewed + ENTER_AFTER + 10 * MILLI);
        assertThat(script.times(BindingMessage.Renew.class)).containsExactly(renewed + ENTER_AFTER);
        assertThat(asked().generation()).isEqualTo(1);
        script.say(script.served.getLast().renew(asked()));
        assertThat(script.event("KEY_ROTATED SECRET_RENEWED").details()).containsExactly(new Detail("generation", 2L));
    }

    @Test
    void anOutputThatCameWhileTheAnswerWasAwaitedWaitsFromTheAnswerOn() {
        long due = beforeRenew();
        serve(due + 130 * SECOND);
        BindingMessage.Renew asked = asked();
        assertThat(script.active().phase()).isGreaterThan(asked.phase());
        long answered = script.now;
        script.served.getLast().secrets.put(1, script.served.getLast().secrets.get(0)); // its key is not used here
        script.say(new BindingMessage.Renewed(asked.generation(), asked.phase(), 1));
        script.forget();
        serve(answered + ENTER_AFTER + 10 * MILLI);
        assertThat(script.times(BindingMessage.Renew.class)).containsExactly(answered + ENTER_AFTER);
    }

    @Test
    void aBindWithTheOutputInItMakesTheRenewalNeedless() {
        long due = beforeRenew();
        script.agent.jump(script.now, "wlan0");
        reattach();
        serve(due + 60 * SECOND);
        assertThat(script.times(BindingMessage.Renew.class)).isEmpty();
    }

    @Test
    void aQuestionThatABindOvertookIsNotAnswered() {
        long due = beforeRenew();
        serve(due + 10 * MILLI);
        BindingMessage.Renew asked = asked();
        script.agent.jump(script.now, "wlan0");
        reattach();
        script.forget();
        script.say(new BindingMessage.Renewed(asked.generation(), asked.phase(), 7));
        assertThat(script.told()).isEmpty();
        serve(due + 60 * SECOND);
        assertThat(script.times(BindingMessage.Renew.class)).isEmpty();
    }

    @Test
    void nothingIsAskedWhileThereIsNoBinding() {
        long due = beforeRenew();
        script.silent.add("gw1");
        script.silent.add("gw2");
        script.down(1);
        script.runTo(due + SECOND);
        script.silent.clear();
        assertThat(script.told()).doesNotContain("KEY_ROTATED SECRET_RENEWED");
        reattach();
        assertThat(script.times(BindingMessage.Renew.class)).isEmpty();
    }

    @Test
    void aSecretThatStaysOldEndsTheSession() {
        serve(born + LIMIT - 1);
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
        script.forget();
        script.runTo(born + LIMIT);
        assertThat(script.rows()).containsExactly("ATTACHED>TERMINATED KEY_EXPIRED");
        script.run(5);
        assertThat(script.said)
                .as("it is told, and thrice")
                .containsExactly(
                        new BindingMessage.Close(ReasonCode.KEY_EXPIRED),
                        new BindingMessage.Close(ReasonCode.KEY_EXPIRED),
                        new BindingMessage.Close(ReasonCode.KEY_EXPIRED));
    }

    @Test
    void aSecretThatWasEnteredIsYoungAgain() {
        long due = beforeRenew();
        serve(due + 10 * MILLI);
        script.say(script.served.getLast().renew(asked()));
        long entered = script.now;
        script.forget();
        serve(entered + LIMIT - 1);
        assertThat(script.rows()).isEmpty();
        script.runTo(entered + LIMIT);
        assertThat(script.rows()).containsExactly("ATTACHED>TERMINATED KEY_EXPIRED");
    }

    @Test
    void aBindWithTheOutputInItMakesTheSecretYoung() {
        serve(born + 200 * SECOND);
        script.agent.jump(script.now, "wlan0");
        script.accept(script.lastRequest());
        long bound = script.now;
        script.forget();
        serve(bound + LIMIT - 1);
        assertThat(script.rows()).isEmpty();
        script.runTo(bound + LIMIT);
        assertThat(script.rows()).containsExactly("ATTACHED>TERMINATED KEY_EXPIRED");
    }

    @Test
    void timeWithoutABindingDoesNotCount() {
        serve(born + 60 * SECOND);
        script.silent.add("gw1");
        script.down(1);
        long died = script.now;
        script.runTo(died + 30 * SECOND);
        script.silent.clear();
        script.up(7, "eth0", "gw1", Script.ONE);
        script.served.getLast().mixes = false;
        script.accept(script.lastRequest());
        long without = script.now - died;
        script.forget();
        serve(born + LIMIT + without - 1);
        assertThat(script.rows()).isEmpty();
        script.runTo(born + LIMIT + without);
        assertThat(script.rows()).containsExactly("ATTACHED>TERMINATED KEY_EXPIRED");
        assertThat(without).isEqualTo(30 * SECOND);
    }

    @Test
    void aSecretDoesNotGrowTooOldWhileThereIsNoBinding() {
        serve(born + LIMIT - 60 * SECOND);
        script.silent.add("gw1");
        script.silent.add("gw2");
        script.down(1);
        script.runTo(born + LIMIT + 60 * SECOND);
        assertThat(script.state()).isEqualTo(SessionState.DEGRADED);
    }
}
