package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.security.JdkX25519;
import jumpvpn.core.security.KeyAgreement;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.SessionState;
import org.junit.jupiter.api.Test;

/** When a client asks for new keys, how often, how long it keeps which, and when it is too late (contract section 2, Keys). */
class RenewalTest {
    private static final long MILLI = Script.MILLI;
    private static final long SECOND = 1000 * MILLI;
    private static final long REKEY_AFTER = 120 * SECOND;
    private static final long LIMIT = 180 * SECOND;

    /** Remembers what passed through it, so that a test can see what was wiped. */
    private static final class Remembering implements KeyAgreement {
        final List<byte[]> privateKeys = new ArrayList<>();
        final List<byte[]> agreed = new ArrayList<>();
        private final JdkX25519 real = new JdkX25519();

        @Override
        public byte[] publicKey(byte[] privateKey) {
            privateKeys.add(privateKey);
            return real.publicKey(privateKey);
        }

        @Override
        public byte[] agree(byte[] privateKey, byte[] publicKey) throws InvalidKeyException {
            byte[] secret = real.agree(privateKey, publicKey);
            agreed.add(secret);
            return secret;
        }
    }

    private final Remembering keys = new Remembering();
    private final Script script = new Script(keys);
    /** When the handshake was answered: the keys are as old as that. */
    private final long born = script.now + 5 * MILLI;

    RenewalTest() {
        Script.attached(script, Policy.DEFAULT);
    }

    /** Traffic at this moment. */
    private void wakeAt(long nanos) {
        script.runTo(nanos - 1);
        script.now = nanos;
        script.agent.watch(nanos, script.active());
    }

    private BindingMessage.Rekey asked() {
        return (BindingMessage.Rekey) script.said.stream()
                .filter(BindingMessage.Rekey.class::isInstance)
                .reduce((_, last) -> last)
                .orElseThrow();
    }

    private void answer(BindingMessage.Rekey rekey) {
        script.say(script.served.getLast().rekey(rekey, script.now));
    }

    /** Asks as soon as it may and is answered after 5 ms; returns when. */
    private long renewKeys() {
        wakeAt(born + REKEY_AFTER);
        script.run(5);
        answer(asked());
        return script.now;
    }

    private void reattach() {
        script.accept(script.lastRequest());
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
        script.run(10);
    }

    @Test
    void keysAreAskedForWhenTheyAreOldEnough() {
        wakeAt(born + REKEY_AFTER);
        script.run(6);
        assertThat(script.times(BindingMessage.Rekey.class)).containsExactly(born + REKEY_AFTER);
        assertThat(asked().phase()).isEqualTo(1);
    }

    @Test
    void keysAreNotAskedForAMomentBefore() {
        wakeAt(born + REKEY_AFTER - 1);
        script.chat(1, 100);
        assertThat(script.times(BindingMessage.Rekey.class).getFirst()).isGreaterThan(born + REKEY_AFTER);
    }

    @Test
    void askingIsRepeatedWithGrowingPausesUntilItIsAnswered() {
        long first = born + REKEY_AFTER;
        wakeAt(first);
        script.run(4000);
        assertThat(script.times(BindingMessage.Rekey.class))
                .containsExactly(
                        first,
                        first + 250 * MILLI,
                        first + 750 * MILLI,
                        first + 1750 * MILLI,
                        first + 2750 * MILLI,
                        first + 3750 * MILLI);
        assertThat(script.said.stream()
                        .filter(BindingMessage.Rekey.class::isInstance)
                        .map(said -> ByteBuffer.wrap(((BindingMessage.Rekey) said).publicKey()))
                        .distinct())
                .as("the same key: whichever of them is answered, the answer can be used")
                .hasSize(1);
        answer(asked());
        script.forget();
        script.run(30_000);
        assertThat(script.times(BindingMessage.Rekey.class)).isEmpty();
    }

    @Test
    void onAFarPathAnAnswerHasTwoRoundTrips() {
        script.delayNanos = 200 * MILLI;
        script.run(60_000); // keepalives measure it
        long roundTrip = script.status().rttNanos();
        assertThat(roundTrip).isGreaterThan(125 * MILLI);
        long first = born + REKEY_AFTER;
        wakeAt(first);
        script.run(2500);
        List<Long> times = script.times(BindingMessage.Rekey.class);
        assertThat(times.get(1) - first).isBetween(2 * roundTrip, 400 * MILLI);
        assertThat(times.get(2) - times.get(1)).isEqualTo(2 * (times.get(1) - first));
    }

    @Test
    void anAnswerBringsNewKeysAtOnceAndThatIsSaid() {
        long answered = renewKeys();
        assertThat(script.told()).containsExactly("KEY_ROTATED REKEYED");
        assertThat(script.events.getLast().details()).containsExactly(new Detail("phase", 1L));
        assertThat(script.active().phase()).isEqualTo(1);
        assertThat(script.active().keysEndNanos()).isEqualTo(answered + LIMIT);
        assertThat(script.served.getLast().binding.newestOpened()).isFalse();
        script.run(5);
        assertThat(script.served.getLast().binding.newestOpened())
                .as("the gateway is shown at once that it may seal under them too")
                .isTrue();
    }

    @Test
    void thePrivateKeyAndWhatWasAgreedAreWiped() {
        wakeAt(born + REKEY_AFTER);
        byte[] privateKey = keys.privateKeys.getLast();
        assertThat(privateKey).isNotEqualTo(new byte[32]);
        script.run(5);
        answer(asked());
        assertThat(privateKey).containsOnly(0);
        assertThat(keys.agreed.getLast()).as("the client's").containsOnly(0);
        assertThat(keys.agreed.get(keys.agreed.size() - 2)).as("the gateway's").isNotEqualTo(new byte[32]);
    }

    @Test
    void whatWasAskedInABindingThatDiesIsForgotten() {
        wakeAt(born + REKEY_AFTER);
        byte[] privateKey = keys.privateKeys.getLast();
        script.run(5);
        BindingMessage.RekeyAnswer late = script.served.getLast().rekey(asked(), script.now);
        script.down(1);
        assertThat(privateKey).containsOnly(0);
        script.forget();
        script.say(late);
        script.run(1000);
        assertThat(script.told()).doesNotContain("KEY_ROTATED REKEYED");
        assertThat(script.times(BindingMessage.Rekey.class)).isEmpty();
    }

    @Test
    void whatWasAskedBeforeAJumpIsForgottenToo() {
        script.agent.jump(script.now, "wlan0");
        script.runTo(born + REKEY_AFTER - 100 * MILLI);
        script.agent.jump(script.now, "wlan0");
        wakeAt(born + REKEY_AFTER);
        byte[] privateKey = keys.privateKeys.getLast();
        script.run(5);
        BindingMessage.RekeyAnswer late = script.served.getLast().rekey(asked(), script.now);
        Served old = script.served.getLast();
        byte[] inTheOld = old.binding.sealed(PacketLayout.CONTROL, late.encode(), script.now);
        script.accept(script.lastRequest());
        assertThat(privateKey).containsOnly(0);
        script.forget();
        script.hears(inTheOld);
        assertThat(script.told()).isEmpty();
        assertThat(script.active().phase()).isZero();
        script.run(40);
        assertThat(asked().phase()).as("asked anew in the new binding").isEqualTo(1);
    }

    @Test
    void anAnswerThatFitsNoQuestionIsIgnored() {
        BindingMessage.RekeyAnswer unasked = new BindingMessage.RekeyAnswer(1, keys.real.publicKey(new byte[32]));
        script.say(unasked);
        wakeAt(born + REKEY_AFTER);
        script.run(5);
        script.say(new BindingMessage.RekeyAnswer(2, unasked.publicKey()));
        script.say(new BindingMessage.RekeyAnswer(0, unasked.publicKey()));
        script.say(new BindingMessage.RekeyAnswer(1, new byte[32])); // of low order
        assertThat(script.told()).isEmpty();
        assertThat(script.active().phase()).isZero();
        BindingMessage.RekeyAnswer right = script.served.getLast().rekey(asked(), script.now);
        script.say(right);
        script.say(right);
        assertThat(script.told()).containsExactly("KEY_ROTATED REKEYED");
    }

    @Test
    void olderKeysOpenTwoSecondsLongerThanTheGatewayNeedsThem() {
        renewKeys();
        script.run(5); // the gateway has seen the new keys and answers under them
        script.agent.watch(script.now, script.active());
        long seen = script.now;
        script.runTo(seen + 2 * SECOND - 1);
        assertThat(script.active().hasOlder()).isTrue();
        script.runTo(seen + 2 * SECOND);
        assertThat(script.active().hasOlder()).isFalse();
    }

    @Test
    void olderKeysAreGoneWhenTheyAreTooOldEvenIfTheGatewayNeverUsedTheNew() {
        renewKeys();
        script.silent.add("gw1");
        Binding active = script.active();
        script.runTo(born + LIMIT + 2 * SECOND - 1);
        assertThat(active.hasOlder()).isTrue();
        script.run(1);
        assertThat(active.hasOlder()).isFalse();
    }

    @Test
    void aBindingWhoseKeysAreTooOldIsDeadButNotItsPath() {
        script.runTo(born + LIMIT - 1);
        assertThat(script.state()).isEqualTo(SessionState.ATTACHED);
        script.runTo(born + LIMIT);
        assertThat(script.told())
                .startsWith(
                        "TRANSPORT_DEAD KEY_EXPIRED",
                        "ATTACHED>RECOVERING TRANSPORT_DEAD",
                        "REATTACH_REQUEST_SENT TRANSPORT_DEAD");
        assertThat(script.asked()).as("there is nothing wrong with it").containsExactly("1>gw1");
        reattach();
    }

    @Test
    void newKeysHaveTheirOwnTime() {
        long answered = renewKeys();
        script.runTo(answered + LIMIT - 1);
        assertThat(script.told()).containsExactly("KEY_ROTATED REKEYED");
        script.runTo(answered + LIMIT);
        assertThat(script.told()).contains("TRANSPORT_DEAD KEY_EXPIRED");
    }

    @Test
    void theNextKeysAreDueAsLongAfterTheAnswer() {
        long answered = renewKeys();
        script.runTo(answered + SECOND);
        script.forget();
        wakeAt(answered + REKEY_AFTER);
        script.run(6);
        assertThat(script.times(BindingMessage.Rekey.class)).containsExactly(answered + REKEY_AFTER);
        assertThat(asked().phase()).isEqualTo(2);
    }

    @Test
    void aJumpDoesNotPutOffTheRenewal() {
        script.agent.jump(script.now, "wlan0");
        reattach();
        wakeAt(born + REKEY_AFTER);
        script.run(6);
        assertThat(script.times(BindingMessage.Rekey.class)).containsExactly(born + REKEY_AFTER);
    }

    /** The new binding's keys start from a secret with the output in it, so there is nothing to catch up with. */
    @Test
    void aBindThatTookTheOutputInNeedsNoNewKeysSooner() {
        long answered = renewKeys();
        script.run(2000);
        script.agent.jump(script.now, "wlan0");
        reattach();
        script.forget();
        wakeAt(answered + REKEY_AFTER);
        script.run(6);
        assertThat(script.times(BindingMessage.Rekey.class)).containsExactly(answered + REKEY_AFTER);
    }

    @Test
    void aBindThatLostTheOutputAgreesAnewAtOnce() {
        renewKeys();
        script.run(2000);
        script.forget();
        script.served.getLast().mixes = false;
        script.agent.jump(script.now, "wlan0");
        script.accept(script.lastRequest());
        long bound = script.now;
        script.run(6);
        assertThat(script.times(BindingMessage.Rekey.class)).containsExactly(bound);
        answer(asked());
        assertThat(script.told()).endsWith("KEY_ROTATED REKEYED");
    }

    @Test
    void aBindingDiesInTheMomentInWhichItsKeysDoWhateverElseIsDueThen() {
        wakeAt(born + REKEY_AFTER + 1); // from here on it is looked at between the milliseconds
        script.runTo(born + LIMIT - 1);
        assertThat(script.told()).isEmpty();
        script.runTo(born + LIMIT);
        assertThat(script.told()).startsWith("TRANSPORT_DEAD KEY_EXPIRED");
    }

    @Test
    void theEndOfTheSessionWipesThePrivateKeyThatWasAskedWith() {
        wakeAt(born + REKEY_AFTER);
        byte[] privateKey = keys.privateKeys.getLast();
        script.agent.terminate(script.now);
        assertThat(privateKey).containsOnly(0);
    }
}
