package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.control.Token;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.pair.ScriptedTable.Fate;
import jumpvpn.core.session.ReasonCode;
import org.junit.jupiter.api.Test;

/** Many sessions reattach at once, and the table is not so fast: whoever asks again is told to wait. */
class BusyGatewayTest {
    private static final int FEW = 100;

    private final LoneGateway gateway = new LoneGateway();
    private final List<HandClient> clients = new ArrayList<>();

    private void connect(int count) {
        for (int number = 1; number <= count; number++) {
            clients.add(new HandClient(gateway, number));
        }
        gateway.start();
        clients.forEach(HandClient::connect);
        gateway.run(2 * LoneGateway.SECOND);
        for (int i = 0; i < count; i++) {
            gateway.table.fates.add(Fate.LATE);
        }
    }

    /** Each asks and then says it again; what the last heard. */
    private List<ReattachAnswer> askTwice() {
        List<ReattachAnswer> heard = List.of();
        for (HandClient client : clients) {
            client.forget();
            byte[] request = client.datagram(client.ask(_ -> {}));
            client.send(request);
            client.send(request);
            heard = List.copyOf(client.answers);
        }
        return heard;
    }

    @Test
    void aRepeatedRequestIsToldToWait() {
        connect(FEW + 1);
        List<ReattachAnswer> heard = askTwice();
        assertThat(heard).singleElement().isInstanceOf(ReattachAnswer.Wait.class);
        assertThat(((ReattachAnswer.Wait) heard.getFirst()).pauseMillis()).isBetween(100, 1500);
        gateway.table.land();
        gateway.run(0);
        clients.getLast().listen();
        assertThat(clients.getLast().answers.getLast()).isInstanceOf(ReattachAnswer.Ack.class);
    }

    @Test
    void withFewUnderWayNothingIsSaid() {
        connect(FEW);
        assertThat(askTwice()).isEmpty();
    }

    @Test
    void aStaleRequestForASessionThatIsElsewhereIsRefusedBeforeItsRecordIsRead() {
        connect(FEW + 2);
        HandClient moved = clients.removeLast();
        SessionRecord record = gateway.memory.get(moved.id);
        gateway.table.tellCommitted(OwnerTest.ownedBy(OwnerTest.bound(record, 2), new Owner(77, 1)));
        gateway.run(0);
        askTwice();
        int reads = gateway.table.reads.size();
        moved.forget();
        moved.token = new Token(1, moved.token.issuedNanos());
        assertThat(moved.refusal(_ -> {})).isEqualTo(ReasonCode.STALE_REQUEST);
        assertThat(gateway.table.reads).hasSize(reads);
    }
}
