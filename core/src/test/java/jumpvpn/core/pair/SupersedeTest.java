package jumpvpn.core.pair;

import static jumpvpn.core.pair.LoneGateway.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.data.Binding;
import jumpvpn.core.ownership.SessionTable.Outcome;
import jumpvpn.core.pair.ScriptedTable.Fate;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client's newer handshake while its older session is not at rest in the table (contract section 2, superseding). */
class SupersedeTest {
    private final LoneGateway gateway = new LoneGateway();
    private final HandClient client = new HandClient(gateway, 1);
    private SessionId old;
    private Binding before;

    @BeforeEach
    void connected() {
        gateway.start();
        client.connect();
        client.acknowledge();
        gateway.run(SECOND);
        client.forget();
        gateway.table.commits.clear();
        old = client.id;
        before = client.binding;
    }

    private void begin() {
        gateway.receive(client.from, client.init());
        client.listen();
    }

    private void confirm() {
        client.say(new BindingMessage.Confirm());
    }

    private void land() {
        gateway.table.land();
        gateway.run(0);
        client.listen();
    }

    @Test
    void whileItIsBeingCommittedNoOtherRowOfTheOldSessionIsTaken() {
        gateway.table.fates.add(Fate.LATE);
        begin();
        confirm();
        gateway.gateway.terminate(gateway.now, old);
        gateway.run(SECOND);
        assertThat(gateway.table.commits).as("its end waits").hasSize(1);
        assertThat(gateway.rows()).isEmpty();
        land();
        assertThat(gateway.rows()).containsExactly("SUPERSEDED 1.1", "HANDSHAKE_OK 1.0");
        assertThat(gateway.session().id()).isEqualTo(client.id).isNotEqualTo(old);
    }

    @Test
    void ifItIsRefusedTheEndThatWaitedIsCommitted() {
        gateway.table.fates.add(Fate.LATE);
        begin();
        confirm();
        gateway.gateway.terminate(gateway.now, old);
        gateway.table.settleLate(Outcome.REFUSED);
        gateway.run(0);
        assertThat(gateway.rows()).containsExactly("OPERATOR_TERMINATE 1.1");
        assertThat(gateway.memory.live()).isEmpty();
        confirm();
        assertThat(gateway.rows()).containsExactly("OPERATOR_TERMINATE 1.1", "HANDSHAKE_OK 1.0");
    }

    @Test
    void anEndThatTheTableDoesNotTakeIsAskedForOnceASecondWhateverElseIsRefused() {
        gateway.table.fates.addAll(Collections.nCopies(9, Fate.UNAVAILABLE));
        gateway.gateway.terminate(gateway.now, old);
        begin();
        confirm();
        confirm();
        assertThat(gateway.table.commits)
                .as("the end, and two tries of a birth that would end it too")
                .extracting(List::size)
                .containsExactly(1, 2, 2);
        gateway.run(3 * SECOND);
        assertThat(gateway.table.commits).hasSize(6);
    }

    @Test
    void ifItIsRefusedTheOldSessionGoesOn() {
        gateway.table.fates.add(Fate.UNAVAILABLE);
        begin();
        confirm();
        assertThat(gateway.session().id()).isEqualTo(old);
        gateway.receive(client.from, client.data(before, 1));
        assertThat(gateway.delivered).containsExactly(1);
        gateway.sendDown(client.inner, 2);
        gateway.run(2 * SECOND);
        assertThat(gateway.session().state()).as("and takes its rows again").isEqualTo(SessionState.RECOVERING);
    }

    @Test
    void whatIsKnownOfTheOldSessionMustBeWhatTheTableHas() {
        gateway.table.fates.add(Fate.DONE_UNKNOWN);
        gateway.table.readsAreLate = true;
        client.request(ask -> ask.cause = BindCause.LINK_GOING_DOWN); // in, and nobody here knows
        begin();
        confirm();
        confirm();
        assertThat(gateway.table.commits).as("not beside it").hasSize(1);
        gateway.table.readsAreLate = false;
        land();
        assertThat(gateway.rows()).containsExactly("LINK_GOING_DOWN 1.1", "REATTACH_ACCEPT 2.0");
    }

    @Test
    void theClientConfirmsAgainWhenThatIsKnown() {
        gateway.table.fates.add(Fate.DONE_UNKNOWN);
        gateway.table.readsAreLate = true;
        gateway.receive(client.from, client.datagram(client.ask(ask -> ask.cause = BindCause.LINK_GOING_DOWN)));
        begin();
        confirm();
        client.forgetSent();
        gateway.table.readsAreLate = false;
        gateway.table.land();
        gateway.run(0);
        client.forgetSent(); // an ACK of a session that it has given up
        confirm();
        assertThat(gateway.rows())
                .containsExactly("LINK_GOING_DOWN 1.1", "REATTACH_ACCEPT 2.0", "SUPERSEDED 2.1", "HANDSHAKE_OK 1.0");
    }

    @Test
    void aRevocationWaitsForThatToo() {
        gateway.table.fates.add(Fate.DONE_UNKNOWN);
        gateway.table.readsAreLate = true;
        gateway.receive(client.from, client.datagram(client.ask(ask -> ask.cause = BindCause.LINK_GOING_DOWN)));
        gateway.gateway.revoke(gateway.now, client.key.publicKey());
        gateway.run(SECOND / 2);
        gateway.table.readsAreLate = false;
        gateway.table.land();
        gateway.run(SECOND / 2 - 1);
        assertThat(gateway.rows()).containsExactly("LINK_GOING_DOWN 1.1", "REATTACH_ACCEPT 2.0");
        gateway.run(1);
        assertThat(gateway.rows()).last().isEqualTo("REVOKED 2.1");
    }

    @Test
    void aRefusalIsLookedIntoEverySecondUntilTheTableCanBeRead() {
        gateway.table.fates.add(Fate.LATE);
        begin();
        confirm();
        gateway.table.readable = false;
        gateway.table.settleLate(Outcome.REFUSED);
        gateway.run(0);
        gateway.table.reads.clear();
        gateway.run(SECOND - 1);
        assertThat(gateway.table.reads).isEmpty();
        gateway.run(1);
        assertThat(gateway.table.reads).containsExactly(client.id);
        gateway.table.readable = true;
        confirm();
        assertThat(gateway.table.commits).as("it may still be in").hasSize(1);
        gateway.run(SECOND);
        confirm();
        assertThat(gateway.rows()).containsExactly("SUPERSEDED 1.1", "HANDSHAKE_OK 1.0");
    }

    @Test
    void aRevokedClientThatIsBeingBornIsEndedAtOnce() {
        gateway.gateway.terminate(gateway.now, old);
        client.forget();
        gateway.table.fates.add(Fate.LATE);
        begin();
        confirm();
        gateway.gateway.revoke(gateway.now, client.key.publicKey());
        land();
        assertThat(gateway.rows()).containsExactly("HANDSHAKE_OK 1.0", "REVOKED 1.1");
        assertThat(client.heard(BindingMessage.Close.class)).contains(new BindingMessage.Close(ReasonCode.REVOKED));
        assertThat(gateway.sessions()).isEmpty();
    }
}
