package jumpvpn.core.pair;

import static jumpvpn.core.pair.LoneGateway.MINUTE;
import static jumpvpn.core.pair.LoneGateway.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.BindingMessage.Renew;
import jumpvpn.core.control.BindingMessage.Renewed;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.pair.ScriptedTable.Fate;
import jumpvpn.core.security.RekeyOutput;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;

/** New Diffie-Hellman in the session's secret: how it gets there, and how long a session may do without (contract section 2, Keys). */
class SecretTest extends Renewals {
    private static final long HOUR = 60 * MINUTE;

    @Test
    void aRenewalOfTheSecretIsCommittedWithoutARowAndRepeatedOnDemand() {
        renewKeys(1);
        client.say(new Renew(0, 1));
        assertThat(client.heard(Renewed.class)).containsExactly(new Renewed(0, 1, 1));
        assertThat(rotated(ReasonCode.SECRET_RENEWED)).singleElement().satisfies(event -> {
            assertThat(LoneGateway.detail(event, "generation")).isEqualTo(1L);
            assertThat(event.version()).isEqualTo(StateVersion.of(1, 0));
        });
        client.say(new Renew(0, 1));
        assertThat(client.heard(Renewed.class)).hasSize(2).containsOnly(new Renewed(0, 1, 1));
        assertThat(gateway.table.commits).hasSize(2);
        assertThat(gateway.rows()).isEmpty();
        assertThat(gateway.memory.live().getFirst().version()).isEqualTo(StateVersion.of(1, 0));
        assertThat(gateway.memory.live().getFirst().secrets().stream().map(each -> each.generation()))
                .containsExactly(0, 1);
    }

    @Test
    void whatWasRenewedIsWhatTheNextBindStartsFrom() {
        RekeyOutput output = renewKeys(1);
        client.say(new Renew(0, 1));
        client.secret = client.secret.mixed(output).numbered(1);
        client.reattach(BindCause.OPERATOR_JUMP);
        works(1);
        assertThat(gateway.memory.live().getFirst().secrets().stream().map(each -> each.generation()))
                .containsExactly(1, 2);
    }

    @Test
    void aRenewalOfWhatIsNotHeldIsNotAnswered() {
        client.say(new Renew(0, 1));
        renewKeys(1);
        client.say(new Renew(7, 1));
        client.say(new Renew(0, 2));
        assertThat(client.heard(Renewed.class)).isEmpty();
        assertThat(gateway.table.commits).hasSize(1);
    }

    @Test
    void oneRenewalOfTheSecretIsCommittedAtATimeAndNoneBesideABind() {
        renewKeys(1);
        gateway.table.fates.add(Fate.LATE);
        client.say(new Renew(0, 1));
        client.say(new Renew(0, 1));
        assertThat(gateway.table.commits).hasSize(2);
        gateway.table.land();
        gateway.run(0);
        assertThat(client.heard(Renewed.class)).hasSize(1);
        gateway.run(3 * SECOND);
        client.acknowledge();
        renewKeys(2);
        gateway.table.fates.add(Fate.LATE);
        client.send(client.datagram(client.ask(ask -> ask.cause = BindCause.OPERATOR_JUMP)));
        client.say(new Renew(1, 2));
        assertThat(gateway.table.commits).as("the bind's is the last").hasSize(3);
    }

    @Test
    void aBindThatRunsAtTheSameTimeWins() {
        RekeyOutput output = renewKeys(1);
        gateway.table.fates.add(Fate.LATE);
        client.say(new Renew(0, 1));
        client.send(client.datagram(client.ask(ask -> {
            ask.cause = BindCause.OPERATOR_JUMP;
            ask.phase = 1;
            ask.output = output;
        })));
        assertThat(client.epoch).isEqualTo(2);
        gateway.table.land();
        gateway.run(0);
        assertThat(client.heard(Renewed.class)).isEmpty();
        assertThat(rotated(ReasonCode.SECRET_RENEWED)).isEmpty();
        works(1);
    }

    @Test
    void aRenewalThatTheTableRefusedChangesNothingAndMayBeAskedAgain() {
        renewKeys(1);
        gateway.table.fates.addAll(List.of(Fate.REFUSED, Fate.UNAVAILABLE));
        client.say(new Renew(0, 1));
        client.say(new Renew(0, 1));
        assertThat(client.heard(Renewed.class)).isEmpty();
        client.say(new Renew(0, 1));
        assertThat(client.heard(Renewed.class)).containsExactly(new Renewed(0, 1, 1));
        works(1);
    }

    /** Keys are renewed every two minutes, but nothing of it enters the secret: after two hours with a binding the session ends. */
    @Test
    void aSecretWithoutNewDiffieHellmanEndsTheSessionAfterTwoHours() {
        renewKeysUntil(1, born + 2 * HOUR);
        gateway.run(born + 2 * HOUR - 1 - gateway.now);
        assertThat(gateway.sessions()).hasSize(1);
        gateway.run(1);
        assertThat(gateway.rows()).containsExactly("KEY_EXPIRED 1.1");
        assertThat(gateway.events.getLast().nanos()).isEqualTo(born + 2 * HOUR);
    }

    @Test
    void aRenewalOfTheSecretBeginsItsTwoHoursAnew() {
        stay(MINUTE);
        renewKeys(1);
        client.say(new Renew(0, 1));
        long renewed = gateway.now;
        assertThat(client.heard(Renewed.class)).hasSize(1);
        client.acknowledge();
        stay(MINUTE);
        renewKeysUntil(2, renewed + 2 * HOUR);
        gateway.run(renewed + 2 * HOUR - 1 - gateway.now);
        assertThat(gateway.sessions()).hasSize(1);
        gateway.run(1);
        assertThat(gateway.rows()).containsExactly("KEY_EXPIRED 1.1");
    }

    @Test
    void timeWithoutABindingDoesNotCount() {
        stay(MINUTE);
        gateway.run(2 * SECOND);
        gateway.sendDown(client.inner, 1);
        gateway.run(2 * SECOND);
        long alive = gateway.events(EventType.STATE_CHANGE, ReasonCode.TRANSPORT_DEAD)
                        .getFirst()
                        .nanos()
                - born;
        gateway.run(3 * HOUR);
        assertThat(gateway.sessions()).as("asleep").hasSize(1);
        client.forget();
        client.reattach(BindCause.DEAD);
        long end = gateway.now + 2 * HOUR - alive;
        works(1);
        renewKeysUntil(1, end);
        gateway.run(end - 1 - gateway.now);
        assertThat(gateway.sessions()).hasSize(1);
        gateway.run(1);
        assertThat(gateway.rows()).last().isEqualTo("KEY_EXPIRED 2.1");
    }
}
