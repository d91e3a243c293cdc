package jumpvpn.core.pair;

import static jumpvpn.core.pair.LoneGateway.MILLI;
import static jumpvpn.core.pair.LoneGateway.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.ownership.SessionTable.Outcome;
import jumpvpn.core.pair.ScriptedTable.Fate;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A bind that was under way when the lease ended, and what is made of it when the lease is back (contract section 4). */
class LeaseTest {
    private final LoneGateway gateway = new LoneGateway();
    private final HandClient client = new HandClient(gateway, 1);

    @BeforeEach
    void connected() {
        gateway.table.leaseNanos = 9 * SECOND;
        gateway.start();
        client.connect();
        client.acknowledge();
        gateway.run(SECOND);
        client.forget();
    }

    private void bind(Fate fate) {
        gateway.table.fates.add(fate);
        gateway.receive(client.from, client.datagram(client.ask(ask -> ask.cause = BindCause.LINK_GOING_DOWN)));
    }

    private void loseTheLease() {
        gateway.table.markOutcome = Outcome.UNAVAILABLE;
        gateway.run(10 * SECOND);
        assertThat(gateway.sessions()).isEmpty();
    }

    private void haveItBack() {
        gateway.table.markOutcome = Outcome.COMMITTED;
        gateway.run(SECOND);
    }

    private void isBoundOnce() {
        assertThat(gateway.session().version()).isEqualTo(StateVersion.of(2, 0));
        assertThat(gateway.rows())
                .filteredOn(row -> row.startsWith("REATTACH_ACCEPT"))
                .containsOnly("REATTACH_ACCEPT 2.0 again");
        assertThat(gateway.routes.size()).isOne();
    }

    @Test
    void whatWasLoadedBeforeTheBindCameInIsReadAnew() {
        bind(Fate.LATE);
        loseTheLease();
        gateway.table.loadsWait = true;
        haveItBack();
        assertThat(gateway.sessions()).as("not loaded yet").isEmpty();
        gateway.table.land();
        gateway.run(0);
        gateway.table.landLoads();
        gateway.run(0);
        isBoundOnce();
    }

    @Test
    void whatIsHereAlreadyGivesWayToTheBindThatCameInLate() {
        bind(Fate.LATE);
        loseTheLease();
        haveItBack();
        assertThat(gateway.session().version()).isEqualTo(StateVersion.of(1, 0));
        gateway.events.clear();
        gateway.table.land();
        gateway.run(0);
        isBoundOnce();
        assertThat(gateway.events(EventType.OWNERSHIP_CHANGE, ReasonCode.NOT_OWNER))
                .as("what was loaded is not the session any more")
                .hasSize(1);
    }

    @Test
    void aBindThatNobodyCouldSayWaitsUntilItIsSettled() {
        gateway.table.onCommit = () -> gateway.table.readable = false;
        bind(Fate.DONE_UNKNOWN);
        loseTheLease();
        haveItBack();
        gateway.run(3 * SECOND);
        assertThat(gateway.sessions()).as("whoever asked for it hears first").isEmpty();
        gateway.table.readable = true;
        gateway.run(6 * SECOND);
        isBoundOnce();
    }

    @Test
    void whatIsHereAgainGivesWayToItsClientsNewSession() {
        SessionId old = client.id;
        gateway.receive(client.from, client.init());
        client.listen();
        gateway.table.fates.add(Fate.LATE);
        client.say(new BindingMessage.Confirm());
        loseTheLease();
        haveItBack();
        assertThat(gateway.session().id()).isEqualTo(old);
        gateway.events.clear();
        gateway.table.loadsAreLate = true; // the watch too: only the commit's own answer says it
        gateway.table.land();
        gateway.run(0);
        assertThat(gateway.session().id()).isEqualTo(client.id).isNotEqualTo(old);
        assertThat(gateway.rows()).containsExactly("SUPERSEDED 1.1 again", "HANDSHAKE_OK 1.0");
        gateway.table.land();
        gateway.run(SECOND);
        assertThat(gateway.rows()).as("said once").hasSize(2);
    }

    @Test
    void aRequestForWhichARecordIsReadAndThatIsAnsweredMeanwhileGetsTheSameAnswer() {
        bind(Fate.LATE);
        loseTheLease();
        haveItBack();
        gateway.table.readable = false;
        gateway.table.land();
        gateway.run(0); // what is here is old, and can't be read anew for a second
        gateway.table.readable = true;
        gateway.table.readsAreLate = true;
        byte[] request = client.datagram(client.ask(ask -> {
            ask.expectedEpoch = 2;
            ask.cause = BindCause.LINK_GOING_DOWN;
        }));
        assertThat(client.send(request)).as("a record is read for it").isNull();
        gateway.table.readsAreLate = false;
        gateway.run(SECOND);
        assertThat(client.send(request)).isInstanceOf(ReattachAnswer.Ack.class);
        byte[] answer = gateway.sent.getLast().bytes();
        gateway.sent.clear();
        gateway.table.land();
        gateway.run(0);
        assertThat(gateway.sent).extracting(LoneGateway.Sent::bytes).containsExactly(answer);
    }

    @Test
    void aLeaseIsOverAlsoForWhoHasNotNoticed() {
        gateway.table.markOutcome = Outcome.UNAVAILABLE;
        gateway.run(5 * SECOND);
        gateway.sleep(10 * SECOND);
        gateway.table.commits.clear();
        assertThat(client.request(ask -> ask.cause = BindCause.LINK_GOING_DOWN))
                .isInstanceOfSatisfying(
                        ReattachAnswer.Reject.class,
                        reject -> assertThat(reject.reason()).isEqualTo(ReasonCode.STORE_UNAVAILABLE));
        assertThat(gateway.table.commits).isEmpty();
        assertThat(gateway.sessions()).isEmpty();
    }

    @Test
    void whateverIsReadIsEvidence() {
        gateway.table.onCommit = () -> gateway.table.readable = false;
        bind(Fate.DONE_UNKNOWN);
        gateway.run(3 * SECOND); // it looks every few seconds by now
        gateway.table.readable = true;
        gateway.table.reads.clear();
        gateway.receive(client.from, client.datagram(client.ask(ask -> ask.expectedEpoch = 2)));
        assertThat(gateway.table.reads).as("for this request").hasSize(1);
        assertThat(gateway.session().version()).isEqualTo(StateVersion.of(2, 0));
        gateway.table.reads.clear();
        gateway.run(10 * SECOND);
        assertThat(gateway.table.reads).as("nothing is looked for any more").isEmpty();
    }

    @Test
    void aTableThatCannotBeReadIsReadAgainEverySecond() {
        bind(Fate.LATE);
        loseTheLease();
        haveItBack();
        gateway.table.readable = false;
        gateway.table.land();
        gateway.table.reads.clear();
        gateway.run(0);
        assertThat(gateway.table.reads).hasSize(1);
        gateway.run(SECOND - MILLI);
        assertThat(gateway.table.reads).hasSize(1);
        gateway.table.readable = true;
        gateway.run(MILLI);
        assertThat(gateway.table.reads).hasSize(2);
        isBoundOnce();
    }
}
