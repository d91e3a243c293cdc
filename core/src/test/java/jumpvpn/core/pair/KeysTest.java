package jumpvpn.core.pair;

import static jumpvpn.core.pair.LoneGateway.MILLI;
import static jumpvpn.core.pair.LoneGateway.MINUTE;
import static jumpvpn.core.pair.LoneGateway.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.BindingMessage.Rekey;
import jumpvpn.core.control.BindingMessage.RekeyAnswer;
import jumpvpn.core.control.BindingMessage.Renew;
import jumpvpn.core.control.BindingMessage.Renewed;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.security.RekeyOutput;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;

/** The gateway's half of the renewal of keys, message by message (contract section 2, Keys). */
class KeysTest extends Renewals {
    @Test
    void newKeysAreOpenedBeforeTheAnswerAndSealedUnderWhenTheClientHasShownThem() {
        KeyPair own = ask(1);
        assertThat(answer().phase()).isOne();
        assertThat(rotated(ReasonCode.REKEYED)).isEmpty();
        works(1);
        half(own);
        int before = gateway.sent.size();
        gateway.sendDown(client.inner, 2);
        assertThat(gateway.sent.get(before).bytes()[1]).as("the phase").isZero();
        client.listen();
        client.acknowledge();
        gateway.run(50 * MILLI);
        assertThat(rotated(ReasonCode.REKEYED)).singleElement().satisfies(event -> {
            assertThat(LoneGateway.detail(event, "phase")).isEqualTo(1L);
            assertThat(event.version()).isEqualTo(StateVersion.of(1, 0));
            assertThat(event.path()).isEqualTo("udp/from/" + client.from);
        });
        before = gateway.sent.size();
        gateway.sendDown(client.inner, 3);
        assertThat(gateway.sent.get(before).bytes()[1]).isEqualTo((byte) 1);
        client.listen();
        works(4);
        assertThat(gateway.rows()).isEmpty();
        assertThat(gateway.table.commits).as("the birth's only").hasSize(1);
    }

    @Test
    void aRepeatedQuestionGetsTheSameAnswerAndAnotherOneNone() {
        KeyPair own = ask(1);
        client.say(new Rekey(1, own.publicKey()));
        client.say(new Rekey(1, own.publicKey()));
        assertThat(client.heard(RekeyAnswer.class)).hasSize(3);
        assertThat(client.heard(RekeyAnswer.class).stream()
                        .map(each -> List.of(each.publicKey()))
                        .distinct())
                .hasSize(3);
        byte[] first = client.heard(RekeyAnswer.class).getFirst().publicKey();
        assertThat(client.heard(RekeyAnswer.class))
                .allSatisfy(each -> assertThat(each.publicKey()).isEqualTo(first));
        ask(1);
        client.say(new Rekey(2, own.publicKey()));
        assertThat(client.heard(RekeyAnswer.class)).hasSize(3);
        half(own);
        works(1);
    }

    @Test
    void onlyTheNextPhaseIsAnswered() {
        ask(0);
        ask(2);
        ask(-1);
        assertThat(client.heard(RekeyAnswer.class)).isEmpty();
        renewKeys(1);
        gateway.run(3 * SECOND);
        ask(1);
        assertThat(client.heard(RekeyAnswer.class)).hasSize(1);
        client.acknowledge();
        renewKeys(2);
        assertThat(client.heard(RekeyAnswer.class)).hasSize(2);
        assertThat(rotated(ReasonCode.REKEYED)).hasSize(2);
    }

    @Test
    void aKeyThatYieldsNoSecretIsNotAnsweredAndTheOldKeysGoOn() {
        client.say(new Rekey(1, new byte[32]));
        assertThat(client.heard(RekeyAnswer.class)).isEmpty();
        works(1);
        renewKeys(1);
        assertThat(rotated(ReasonCode.REKEYED)).hasSize(1);
        works(2);
    }

    @Test
    void packetsUnderTheOlderKeysHaveTwoSecondsAndUntilThenNoOtherRenewalBegins() {
        byte[] soon = client.data(client.binding, 1);
        byte[] late = client.data(client.binding, 2);
        KeyPair own = ask(1);
        half(own);
        client.acknowledge();
        gateway.run(25 * MILLI);
        long shown = rotated(ReasonCode.REKEYED).getFirst().nanos();
        while (gateway.now + 200 * MILLI < shown + 2 * SECOND) { // a binding at rest takes what is late for received
            gateway.run(200 * MILLI);
            client.acknowledge();
        }
        gateway.run(shown + 2 * SECOND - 1 - gateway.now);
        gateway.receive(client.from, soon);
        assertThat(gateway.delivered).containsExactly(1);
        ask(2);
        assertThat(client.heard(RekeyAnswer.class)).hasSize(1);
        client.acknowledge();
        gateway.run(1);
        gateway.receive(client.from, late);
        assertThat(gateway.delivered).containsExactly(1);
        assertThat(gateway.drops.get(DropReason.BAD_TAG)).isOne();
        ask(2);
        assertThat(client.heard(RekeyAnswer.class)).hasSize(2);
    }

    @Test
    void aBindingWhoseKeysAreThreeMinutesOldIsDeadAndTheSessionIsNot() {
        stay(150 * SECOND);
        gateway.run(born + 3 * MINUTE - 1 - gateway.now);
        assertThat(gateway.events).isEmpty();
        gateway.run(1);
        assertThat(gateway.told()).containsExactly("TRANSPORT_DEAD KEY_EXPIRED", "ATTACHED>RECOVERING TRANSPORT_DEAD");
        assertThat(gateway.events.getFirst().nanos()).isEqualTo(born + 3 * MINUTE);
        assertThat(LoneGateway.detail(gateway.events.getLast(), "detail")).isEqualTo("KEY_EXPIRED");
        client.reattach(BindCause.DEAD);
        works(1);
    }

    @Test
    void renewedKeysHaveThreeMinutesOfTheirOwn() {
        stay(MINUTE);
        long renewed = gateway.now;
        renewKeys(1);
        client.forget();
        stay(170 * SECOND);
        assertThat(gateway.events).isEmpty();
        gateway.run(20 * SECOND);
        assertThat(gateway.told()).startsWith("TRANSPORT_DEAD KEY_EXPIRED");
        assertThat(gateway.events.getFirst().nanos()).isEqualTo(renewed + 3 * MINUTE);
    }

    @Test
    void aReattachNamesTheRenewalsOutputAndTheGatewayMixesItIn() {
        RekeyOutput output = renewKeys(1);
        ReattachAnswer answer = client.request(ask -> {
            ask.cause = BindCause.OPERATOR_JUMP;
            ask.phase = 1;
            ask.output = output;
        });
        assertThat(answer)
                .isInstanceOfSatisfying(
                        ReattachAnswer.Ack.class, ack -> assertThat(ack.mixed()).isTrue());
        works(1);
    }

    @Test
    void itDoesSoAlsoWhenNothingCameUnderTheNewKeysYet() {
        KeyPair own = ask(1);
        RekeyOutput output = half(own);
        ReattachAnswer answer = client.request(ask -> {
            ask.cause = BindCause.OPERATOR_JUMP;
            ask.phase = 1;
            ask.output = output;
        });
        assertThat(((ReattachAnswer.Ack) answer).mixed()).isTrue();
        works(1);
    }

    @Test
    void whatTheClientDoesNotNameIsNotMixedIn() {
        renewKeys(1);
        assertThat(((ReattachAnswer.Ack) client.request(ask -> ask.cause = BindCause.OPERATOR_JUMP)).mixed())
                .isFalse();
        works(1);
    }

    @Test
    void anOutputThatWasMixedInStaysWithItsBindingForAClientWhoseAckWasLost() {
        RekeyOutput output = renewKeys(1);
        HandClient.Ask first = client.ask(ask -> {
            ask.cause = BindCause.OPERATOR_JUMP;
            ask.phase = 1;
            ask.output = output;
        });
        gateway.receive(client.from, client.datagram(first));
        client.forgetSent(); // its ACK is lost
        gateway.run(600 * MILLI);
        ReattachAnswer answer = client.request(ask -> {
            ask.phase = 1;
            ask.output = output;
            ask.unanswered = List.of(first.nonce);
        });
        assertThat(answer).isInstanceOfSatisfying(ReattachAnswer.Ack.class, ack -> {
            assertThat(ack.version()).isEqualTo(StateVersion.of(3, 0));
            assertThat(ack.mixed()).isTrue();
        });
        works(1);
        gateway.run(600 * MILLI);
        assertThat(((ReattachAnswer.Ack) client.request(ask -> {
                            ask.cause = BindCause.OPERATOR_JUMP;
                            ask.phase = 1;
                        }))
                        .mixed())
                .as("no longer: that was an older binding's")
                .isFalse();
        works(2);
    }

    @Test
    void aNewBindingBeginsWithPhaseOneAgain() {
        KeyPair lost = ask(1);
        client.reattach(BindCause.OPERATOR_JUMP);
        client.heard.clear();
        client.say(new Rekey(1, lost.publicKey()));
        assertThat(client.heard(RekeyAnswer.class)).hasSize(1);
        half(lost);
        works(1);
        gateway.run(50 * MILLI);
        assertThat(rotated(ReasonCode.REKEYED)).hasSize(1);
    }

    @Test
    void anOldBindingsQuestionsAreNotAnswered() {
        renewKeys(1);
        Binding old = client.binding;
        client.reattach(BindCause.OPERATOR_JUMP);
        client.forget();
        KeyPair own = KeyPair.generate(gateway.crypto);
        for (var message : List.of(new Rekey(2, own.publicKey()), new Renew(0, 1), new Rekey(1, own.publicKey()))) {
            gateway.receive(client.from, client.sealed(old, PacketLayout.CONTROL, message.encode()));
        }
        assertThat(client.heard(RekeyAnswer.class)).isEmpty();
        assertThat(client.heard(Renewed.class)).isEmpty();
        assertThat(gateway.memory.live().getFirst().secret().generation()).isOne();
    }

    @Test
    void aDeadBindingsQuestionsAreNotAnswered() {
        renewKeys(1);
        gateway.run(2 * SECOND);
        gateway.sendDown(client.inner, 1);
        gateway.run(2 * SECOND);
        assertThat(gateway.session().state()).isEqualTo(SessionState.RECOVERING);
        client.say(new Renew(0, 1));
        ask(2);
        assertThat(client.heard(Renewed.class)).isEmpty();
        assertThat(client.heard(RekeyAnswer.class)).hasSize(1);
    }
}
