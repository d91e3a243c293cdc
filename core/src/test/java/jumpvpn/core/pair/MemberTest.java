package jumpvpn.core.pair;

import static jumpvpn.core.pair.LoneGateway.MILLI;
import static jumpvpn.core.pair.LoneGateway.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.gateway.Cluster;
import jumpvpn.core.gateway.OwnershipStatus;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.ownership.Member;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.ownership.SessionTable.Outcome;
import jumpvpn.core.pair.ScriptedTable.Fate;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.ReasonCode;
import org.junit.jupiter.api.Test;

/** A gateway as one of several (contract section 4): what it may do with a lease, whom it sends where, what it tells the world. */
class MemberTest {
    private static final List<Member> SET = Site.set(3);

    private final LoneGateway gateway = new LoneGateway();
    private final HandClient client = new HandClient(gateway, 1);

    private void connect() {
        gateway.start();
        client.connect();
        client.acknowledge();
        gateway.run(SECOND);
        client.forget();
    }

    private void use(Cluster cluster) {
        gateway.number = cluster.number();
        gateway.placement = cluster.placement();
        gateway.others = cluster.others();
    }

    /** Of the wire identifier that the gateway gave out for the newest binding. */
    private int firstByte() {
        return client.data(client.binding, 1)[4];
    }

    @Test
    void wireIdentifiersBeginWithItsNumber() {
        use(Cluster.shared(SET.get(1), null, SET));
        connect();
        assertThat(firstByte()).isEqualTo(2);
        client.reattach(BindCause.DEAD);
        assertThat(firstByte()).isEqualTo(2);
        assertThat(Cluster.NONE.routed(-7)).as("alone: all of it is random").isEqualTo(-7);
    }

    @Test
    void nothingPassesAfterTheLeasesEndAlsoWhereNobodyHadTimeToNotice() {
        gateway.table.leaseNanos = 6 * SECOND;
        connect();
        byte[] early = client.data(client.binding, 1);
        gateway.sleep(6 * SECOND);
        gateway.sent.clear();
        gateway.receive(client.from, early);
        gateway.sendDown(client.inner, 2);
        assertThat(gateway.delivered).isEmpty();
        assertThat(gateway.sent).isEmpty();
        assertThat(gateway.drops.get(DropReason.LEASE_OVER)).isEqualTo(2);
        assertThat(gateway.sessions()).as("nobody noticed").hasSize(1);
    }

    @Test
    void withoutALeaseYetNothingPasses() {
        gateway.table.leaseNanos = 6 * SECOND;
        gateway.table.markOutcome = Outcome.UNAVAILABLE;
        gateway.start();
        assertThat(gateway.gateway.ownership(gateway.now))
                .isEqualTo(new OwnershipStatus(false, Long.MIN_VALUE, false, 0, 0));
        gateway.sendDown(client.inner, 1);
        assertThat(gateway.drops.get(DropReason.LEASE_OVER)).isOne();
    }

    /** What was held for it would go out on the new binding. */
    @Test
    void aBindThatIsHeardOfAfterTheLeasesEndIsNotActedUpon() {
        gateway.table.leaseNanos = 6 * SECOND;
        connect();
        client.die(4 * SECOND);
        gateway.sendDown(client.inner, 3);
        gateway.table.fates.add(Fate.LATE);
        gateway.receive(client.from, client.datagram(client.ask(_ -> {})));
        gateway.table.markOutcome = Outcome.UNAVAILABLE;
        gateway.sleep(6 * SECOND);
        gateway.sent.clear();
        gateway.table.land();
        gateway.gateway.proceed(gateway.now);
        assertThat(gateway.sent).isEmpty();
        assertThat(gateway.events(EventType.OWNERSHIP_CHANGE, ReasonCode.LEASE_LOST))
                .hasSize(1);
        gateway.table.markOutcome = Outcome.COMMITTED;
        gateway.run(SECOND);
        assertThat(gateway.session().version().epoch()).as("it is in").isEqualTo(2);
    }

    /** Who has the processor again after a while looks at what the table said first. */
    @Test
    void aMarkThatWasAnsweredInTimeKeepsWhatThereIs() {
        gateway.table.leaseNanos = 6 * SECOND;
        connect();
        gateway.table.marksAreLate = true;
        gateway.run(5 * SECOND);
        long end = gateway.gateway.ownership(gateway.now).leaseEndNanos();
        gateway.sleep(end - gateway.now + MILLI);
        gateway.table.land();
        gateway.gateway.proceed(gateway.now);
        assertThat(gateway.sessions()).hasSize(1);
        assertThat(gateway.events(EventType.OWNERSHIP_CHANGE, ReasonCode.LEASE_LOST))
                .isEmpty();
    }

    @Test
    void theWorldHearsWhoseAddressesAre() {
        gateway.table.leaseNanos = 6 * SECOND;
        connect();
        String inner = "[" + client.inner + "/24]";
        assertThat(gateway.world).containsExactly("owns " + inner);
        client.reattach(BindCause.DEAD);
        assertThat(gateway.world).as("a bind here changes nothing").hasSize(1);
        gateway.table.markOutcome = Outcome.UNAVAILABLE;
        gateway.run(7 * SECOND);
        assertThat(gateway.world).endsWith("releases " + inner + " to 0");
        gateway.table.markOutcome = Outcome.COMMITTED;
        gateway.run(SECOND);
        assertThat(gateway.world).hasSize(3).endsWith("owns " + inner);
        SessionRecord record = gateway.memory.live().getFirst();
        Owner owner = new Owner(SET.get(1).gateway(), 5);
        gateway.table.tellCommitted(OwnerTest.ownedBy(OwnerTest.bound(record, 9), owner));
        gateway.run(0);
        assertThat(gateway.world)
                .endsWith("releases " + inner + " to " + SET.get(1).gateway());
    }

    @Test
    void whoseSessionEndedHasItsAddressesNoMore() {
        connect();
        client.say(new BindingMessage.Close(ReasonCode.PEER_CLOSED));
        assertThat(gateway.world).hasSize(2).endsWith("releases [" + client.inner + "/24] to 0");
    }

    @Test
    void stickyGatewaysSendEachSessionToItsOwn() {
        use(Cluster.sticky(SET.getFirst(), new byte[32], SET));
        connect();
        gateway.gateway.drain(gateway.now);
        assertThat(client.refusal(ask -> ask.cause = BindCause.GATEWAY_DRAINING))
                .as("nobody else can have it")
                .isNull();
        use(Cluster.sticky(SET.get(1), new byte[32], SET));
        LoneGateway second = gateway.start();
        assertThat(second.rows())
                .endsWith("OPERATOR_TERMINATE " + second.events.getLast().version());
        assertThat(client.request(_ -> {})).isInstanceOfSatisfying(ReattachAnswer.Reject.class, reject -> {
            assertThat(reject.reason()).isEqualTo(ReasonCode.NOT_OWNER);
            assertThat(reject.endpoints()).isEqualTo(SET.getFirst().endpoints());
        });
        use(Cluster.sticky(
                SET.get(1),
                new byte[32],
                List.of(new Member("gw1", 1, List.of(), null, true), SET.get(1), SET.get(2))));
        gateway.start();
        assertThat(client.refusal(_ -> {})).isEqualTo(ReasonCode.OWNER_GONE);
    }

    @Test
    void aDrainMovesClientsAlsoWhereOnlyTheyKnowOtherGateways() {
        gateway.table.leaseNanos = 6 * SECOND;
        connect();
        gateway.gateway.drain(gateway.now);
        assertThat(client.refusal(ask -> ask.cause = BindCause.GATEWAY_DRAINING))
                .isEqualTo(ReasonCode.NOT_OWNER);
        gateway.table.leaseNanos = Deadlines.NEVER;
        gateway.start();
        gateway.gateway.drain(gateway.now);
        assertThat(client.refusal(_ -> {})).as("a token of before").isEqualTo(ReasonCode.STALE_REQUEST);
        assertThat(client.refusal(ask -> ask.cause = BindCause.GATEWAY_DRAINING))
                .as("a table of its own")
                .isNull();
    }

    private List<HandClient> crowd(int clients) {
        gateway.cheapAgreement();
        gateway.networks = List.of(Prefix.parse("10.77.0.1/20"));
        gateway.clients.clear();
        List<HandClient> crowd = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            HandClient one = new HandClient(gateway, 1 + i % 250);
            one.from = new Endpoint(one.from.address(), 40_000 + i);
            crowd.add(one);
        }
        gateway.start();
        crowd.forEach(HandClient::connect);
        crowd.forEach(HandClient::acknowledge);
        return crowd;
    }

    private static long told(List<HandClient> crowd, long times) {
        return crowd.stream()
                .filter(one -> one.heard(BindingMessage.Draining.class).size() == times)
                .count();
    }

    @Test
    void aDrainTellsSixtyFourAtATimeAgainAndAgainUntilNobodyIsLeft() {
        List<HandClient> crowd = crowd(100);
        gateway.gateway.drain(gateway.now);
        assertThat(told(crowd, 1)).isEqualTo(64);
        gateway.run(SECOND / 2);
        crowd.forEach(HandClient::acknowledge);
        assertThat(told(crowd, 1)).as("none of them has left").isEqualTo(64);
        gateway.run(SECOND / 2);
        assertThat(told(crowd, 1)).isEqualTo(100);
        crowd.forEach(HandClient::acknowledge);
        gateway.run(SECOND);
        assertThat(told(crowd, 2)).isEqualTo(64);
        assertThat(gateway.gateway.drained()).isFalse();
        gateway.run(10 * SECOND);
        assertThat(gateway.sessions()).as("they wait for clients that are gone").hasSize(100);
        assertThat(gateway.gateway.drained()).isTrue();
    }

    @Test
    void whoHasLeftLetsAnotherGo() {
        List<HandClient> crowd = crowd(100);
        gateway.gateway.drain(gateway.now);
        Owner owner = new Owner(SET.get(1).gateway(), 5);
        for (HandClient one : crowd) {
            if (one.heard(BindingMessage.Draining.class).size() == 1) {
                SessionRecord record = gateway.memory.get(one.id);
                gateway.table.tellCommitted(OwnerTest.ownedBy(OwnerTest.bound(record, 9), owner));
                break;
            }
        }
        gateway.run(SECOND / 10);
        assertThat(told(crowd, 1)).isEqualTo(65);
    }

    @Test
    void nobodyIsLeftWhereNobodyWas() {
        gateway.start();
        assertThat(gateway.gateway.drained()).as("it does not drain").isFalse();
        gateway.gateway.drain(gateway.now);
        assertThat(gateway.gateway.drained()).isTrue();
    }

    @Test
    void oneMarkTellsFiveHundredAndTwelveLossesAndTheNextTheRestAtOnce() {
        gateway.table.leaseNanos = 60 * SECOND;
        gateway.table.marks.clear();
        for (HandClient one : crowd(600)) {
            gateway.sendDown(one.inner, 1);
        }
        gateway.table.marks.clear();
        gateway.run(20 * SECOND);
        List<SessionTable.Mark> full = gateway.table.marks.stream()
                .filter(mark -> !mark.losses().isEmpty())
                .toList();
        assertThat(full).extracting(mark -> mark.losses().size()).containsExactly(512, 88);
        assertThat(full)
                .extracting(SessionTable.Mark::nanos)
                .containsOnly(full.getFirst().nanos());
    }
}
