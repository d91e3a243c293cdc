package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable.Outcome;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionMachine;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;

/** Two gateways over one table: link a leads to the first, link b to the second (contract section 4). */
class ClusterTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int UPPER = SessionMachine.FIRST_STEP_WITHOUT_MEMORY;

    private final Pair pair = new Pair();
    private ScriptedTable first;
    private ScriptedTable second;
    private Site site;

    private void start(long leaseNanos) {
        first = new ScriptedTable(pair.table);
        second = new ScriptedTable(pair.table);
        first.leaseNanos = leaseNanos;
        second.leaseNanos = leaseNanos;
        pair.startGatewayOver(List.of(pair.client()), first);
        site = pair.startSecond(second);
        pair.b.leadsToSecond = true;
        pair.startClient(pair.gatewayKey.publicKey());
    }

    private void connect() {
        pair.connect();
        assertThat(site.sessions()).isEmpty();
        pair.forgetEvents();
        site.events.clear();
    }

    private void cutA() {
        pair.a.passes = false;
        pair.agent.pathDown(pair.now, pair.a.path.id());
    }

    private static List<String> rows(List<Event> events) {
        return events.stream()
                .filter(event -> event.type() == EventType.STATE_CHANGE)
                .map(event -> event.reason() + " " + event.version()
                        + (event.details().contains(new Event.Detail("again", true)) ? " again" : ""))
                .toList();
    }

    private long requests() {
        return pair.seen.stream()
                .filter(datagram -> datagram.up() && datagram.bytes()[0] == MessageType.REATTACH_REQUEST)
                .count();
    }

    @Test
    void theSessionGoesOnAtTheOtherGatewayAndTheOldOwnerLetsGo() {
        start(Long.MAX_VALUE);
        connect();
        SessionId id = pair.status().id();
        IpAddress inner = pair.inner();
        cutA();
        pair.await(() -> pair.state() == SessionState.ATTACHED, 1000);
        pair.run(200);
        assertThat(pair.status().id()).isEqualTo(id);
        assertThat(pair.inner()).isEqualTo(inner);
        assertThat(rows(site.events))
                .containsExactly(
                        "HANDSHAKE_OK 1.0 again", "PEER_REPORTED " + StateVersion.of(1, UPPER), "REATTACH_ACCEPT 2.0");
        assertThat(Pair.count(site.events, EventType.OWNERSHIP_CHANGE, ReasonCode.REATTACH_ACCEPT))
                .isOne();
        assertThat(rows(pair.gatewayEvents)).isEmpty();
        assertThat(Pair.count(pair.gatewayEvents, EventType.OWNERSHIP_CHANGE, ReasonCode.NOT_OWNER))
                .isOne();
        assertThat(pair.sessions()).isEmpty();
        pair.sendDown(1); // at the old owner: it has no route any more
        pair.sendUp(2);
        site.sendDown(3);
        pair.run(100);
        assertThat(pair.atClient).containsExactly(3);
        assertThat(site.delivered).contains(2);
    }

    @Test
    void itCanGoThereAndBackAndEveryVersionIsSaidOnce() {
        start(Long.MAX_VALUE);
        connect();
        cutA();
        pair.await(() -> pair.state() == SessionState.ATTACHED, 1000);
        pair.run(2000);
        pair.a.passes = true;
        pair.agent.pathUp(pair.now, pair.a.path);
        pair.b.passes = false;
        pair.agent.pathDown(pair.now, pair.b.path.id());
        pair.await(() -> pair.sessions().size() == 1 && pair.state() == SessionState.ATTACHED, 3000);
        pair.run(100);
        assertThat(site.sessions()).isEmpty();
        assertThat(rows(pair.gatewayEvents)).contains("REATTACH_ACCEPT 3.0");
        assertThat(pair.table.live())
                .singleElement()
                .satisfies(record -> assertThat(record.version()).isEqualTo(StateVersion.of(3, 0)));
    }

    @Test
    void anOldOwnerThatHearsNothingOfItBindsNothing() {
        start(Long.MAX_VALUE);
        connect();
        cutA();
        pair.run(1);
        first.fated = _ -> true;
        first.fates.add(ScriptedTable.Fate.LATE); // the first gateway commits something as the second takes over
        pair.gateway.terminate(pair.now, pair.status().id());
        pair.await(() -> pair.state() == SessionState.ATTACHED, 1000);
        first.land();
        pair.run(100);
        assertThat(pair.table.live()).hasSize(1);
        assertThat(rows(pair.gatewayEvents)).isEmpty();
        assertThat(pair.state()).isEqualTo(SessionState.ATTACHED);
        assertThat(pair.ends).isEmpty();
    }

    /** Else the older session's end is told after the newer one was taken over, and both seem to have had one address. */
    @Test
    void aSessionIsNotTakenOverBesideAnotherOfItsClientsWhoseEndIsNotTold() {
        start(Long.MAX_VALUE);
        connect();
        SessionId old = pair.status().id();
        first.fates.add(ScriptedTable.Fate.DONE_UNKNOWN);
        first.readsAreLate = true;
        pair.a.passes = false;
        pair.gateway.terminate(pair.now, old);
        pair.await(() -> !pair.table.get(old).isLive(), 1000);
        pair.startClient(pair.gatewayKey.publicKey());
        pair.agent.start(pair.now);
        pair.await(() -> site.sessions().size() == 1 && pair.state() == SessionState.ATTACHED, 3000);
        first.readsAreLate = false; // but what was read of the end before is on its way still
        pair.a.passes = true;
        pair.agent.jump(pair.now, "eth0");
        pair.await(() -> Pair.told(pair.clientEvents).contains("REATTACH_REJECT DUAL_ACTIVE_FORBIDDEN"), 1000);
        assertThat(rows(pair.gatewayEvents)).isEmpty();
        first.land();
        pair.run(3000);
        pair.agent.jump(pair.now, "eth0");
        pair.await(() -> pair.sessions().size() == 1, 3000);
        assertThat(rows(pair.gatewayEvents))
                .startsWith("OPERATOR_TERMINATE 1.1", "HANDSHAKE_OK 1.0 again")
                .endsWith("REATTACH_ACCEPT 2.0");
    }

    @Test
    void aNewHandshakeAtTheOtherGatewayEndsTheOldSessionInTheSameCommit() {
        start(Long.MAX_VALUE);
        connect();
        SessionId old = pair.status().id();
        IpAddress inner = pair.inner();
        pair.a.passes = false;
        pair.startClient(pair.gatewayKey.publicKey());
        pair.agent.pathDown(pair.now, pair.a.path.id());
        pair.agent.start(pair.now);
        pair.await(
                () -> pair.state() == SessionState.ATTACHED && site.sessions().size() == 1, 3000);
        assertThat(pair.status().id()).isNotEqualTo(old);
        assertThat(pair.inner()).isEqualTo(inner);
        assertThat(pair.sessions()).isEmpty();
        assertThat(rows(site.events))
                .containsExactly(
                        "HANDSHAKE_OK 1.0 again", "SUPERSEDED " + StateVersion.of(1, UPPER), "HANDSHAKE_OK 1.0");
        assertThat(second.commits.getFirst()).hasSize(2);
        assertThat(Pair.count(pair.gatewayEvents, EventType.OWNERSHIP_CHANGE, ReasonCode.NOT_OWNER))
                .isOne();
        assertThat(pair.table.live()).hasSize(1);
        pair.run(11_000);
        assertThat(pair.table.size())
                .as("what was left of the old one is removed")
                .isOne();
    }

    @Test
    void aGatewayWithoutALeaseAcceptsNothing() {
        start(9 * SECOND);
        pair.run(1);
        second.markOutcome = Outcome.UNAVAILABLE;
        connect();
        pair.run(12_000);
        cutA();
        pair.await(() -> Pair.told(pair.clientEvents).contains("REATTACH_REJECT STORE_UNAVAILABLE"), 2000);
        assertThat(pair.table.live().getFirst().version()).isEqualTo(StateVersion.of(1, 0));
        second.markOutcome = Outcome.COMMITTED;
        pair.await(() -> pair.state() == SessionState.ATTACHED, 4000);
        assertThat(site.sessions()).hasSize(1);
    }

    @Test
    void anOwnerCutOffDropsItsBindingsWhenItsLeaseEndsByItsOwnCautiousClock() {
        start(9 * SECOND);
        connect();
        pair.b.passes = false;
        pair.run(10_000);
        SessionId id = pair.status().id();
        first.markOutcome = Outcome.UNAVAILABLE;
        long lastMark = first.marks.getLast().nanos();
        long until = (lastMark + 9 * SECOND - pair.now) / Pair.MILLI;
        pair.run(until - 1);
        assertThat(pair.sessions()).hasSize(1);
        pair.sendDown(1);
        pair.run(2);
        assertThat(pair.sessions()).isEmpty();
        assertThat(Pair.count(pair.gatewayEvents, EventType.OWNERSHIP_CHANGE, ReasonCode.LEASE_LOST))
                .isOne();
        assertThat(rows(pair.gatewayEvents)).as("no row").isEmpty();
        pair.run(100);
        pair.atClient.clear();
        pair.sendDown(2);
        pair.sendUp(3);
        pair.run(100);
        assertThat(pair.atClient).isEmpty();
        assertThat(pair.atGateway).isEmpty();
        first.markOutcome = Outcome.COMMITTED;
        pair.run(4000);
        assertThat(pair.sessions())
                .as("its own again, from the table")
                .singleElement()
                .satisfies(session -> assertThat(session.id()).isEqualTo(id));
        assertThat(rows(pair.gatewayEvents)).first().isEqualTo("HANDSHAKE_OK 1.0 again");
    }

    @Test
    void theLeaseIsRenewedInTime() {
        start(9 * SECOND);
        connect();
        pair.run(60_000);
        assertThat(pair.sessions()).hasSize(1);
        assertThat(first.marks.size()).isBetween(40, 42);
        assertThat(Pair.count(pair.gatewayEvents, EventType.OWNERSHIP_CHANGE, ReasonCode.LEASE_LOST))
                .isZero();
    }

    @Test
    void aBirthThatIsCommittedAfterTheLeaseHasEndedIsNotServed() {
        start(9 * SECOND);
        pair.run(100);
        pair.agent.pathDown(pair.now, pair.b.path.id());
        first.fates.add(ScriptedTable.Fate.LATE);
        first.markOutcome = Outcome.UNAVAILABLE;
        pair.agent.start(pair.now);
        pair.run(9500);
        first.land();
        pair.run(1);
        assertThat(pair.table.live()).hasSize(1);
        assertThat(pair.sessions()).isEmpty();
        assertThat(Pair.count(pair.gatewayEvents, EventType.OWNERSHIP_CHANGE, ReasonCode.LEASE_LOST))
                .isOne();
    }

    @Test
    void aBindThatLandsAfterTheLeaseIsBackIsAdopted() {
        start(9 * SECOND);
        pair.b.leadsToSecond = false;
        connect();
        SessionId id = pair.status().id();
        first.fates.add(ScriptedTable.Fate.LATE);
        cutA();
        pair.await(() -> first.commits.size() == 2, 1000); // the birth and the bind
        pair.b.passes = false;
        first.markOutcome = Outcome.UNAVAILABLE;
        pair.run(9500);
        assertThat(pair.sessions()).isEmpty();
        first.markOutcome = Outcome.COMMITTED;
        pair.run(1500);
        assertThat(pair.sessions()).hasSize(1);
        assertThat(pair.sessions().getFirst().version().epoch()).isEqualTo(1);
        first.land();
        pair.run(1);
        assertThat(pair.sessions()).singleElement().satisfies(session -> {
            assertThat(session.id()).isEqualTo(id);
            assertThat(session.version()).isEqualTo(StateVersion.of(2, 0));
        });
        assertThat(rows(pair.gatewayEvents)).contains("PEER_REPORTED 1.1 again", "REATTACH_ACCEPT 2.0 again");
        pair.b.passes = true;
        pair.await(() -> pair.state() == SessionState.ATTACHED, 10_000);
        assertThat(pair.status().id()).isEqualTo(id);
    }

    @Test
    void aDueEndIsCommittedByAnyoneWhenTheOwnersLeaseIsGone() {
        pair.policy = Policy.DEFAULT.with(PolicyKey.SESSION_TRANSPORT_LOSS_TTL, 30 * SECOND);
        start(Long.MAX_VALUE);
        connect();
        SessionRecord record = pair.table.live().getFirst();
        first.fates.add(ScriptedTable.Fate.UNAVAILABLE);
        first.fated = changes -> {
            first.fates.add(ScriptedTable.Fate.UNAVAILABLE); // the first gateway is cut off for good
            return true;
        };
        first.markOutcome = Outcome.UNAVAILABLE;
        second.tellOwnerGone(record);
        pair.a.passes = false;
        pair.b.passes = false;
        second.readable = false;
        pair.run(31_000);
        assertThat(pair.table.live()).as("not while the table can't be read").hasSize(1);
        second.readable = true;
        pair.run(1500);
        assertThat(pair.table.live()).isEmpty();
        assertThat(rows(site.events))
                .containsExactly("HANDSHAKE_OK 1.0 again", "TTL_TRANSPORT_LOSS_EXPIRED " + StateVersion.of(1, UPPER));
        pair.run(11_000);
        assertThat(pair.table.size()).isZero();
    }

    @Test
    void anOwnerThatIsBackKeepsItsSession() {
        pair.policy = Policy.DEFAULT.with(PolicyKey.SESSION_TRANSPORT_LOSS_TTL, 30 * SECOND);
        start(Long.MAX_VALUE);
        connect();
        second.tellOwnerGone(pair.table.live().getFirst());
        second.ownerGone = false;
        pair.run(60_000);
        assertThat(pair.table.live()).hasSize(1);
        assertThat(rows(site.events)).isEmpty();
    }

    @Test
    void anOrphansLifetimeEndsToo() {
        pair.policy = Policy.DEFAULT.with(PolicyKey.SESSION_MAX_LIFETIME, 60 * SECOND);
        start(Long.MAX_VALUE);
        connect();
        SessionRecord record = pair.table.live().getFirst();
        first.fated = changes -> {
            first.fates.add(ScriptedTable.Fate.UNAVAILABLE);
            return true;
        };
        first.fates.add(ScriptedTable.Fate.UNAVAILABLE);
        pair.b.passes = false;
        pair.a.swallowUp = datagram -> datagram[0] == MessageType.HANDSHAKE_INIT;
        second.tellOwnerGone(record);
        pair.run(61_000);
        assertThat(rows(site.events)).contains("TTL_SESSION_EXPIRED " + StateVersion.of(1, UPPER));
        assertThat(pair.table.live()).isEmpty();
    }

    @Test
    void aDrainingGatewaySendsItsClientsToTheOthersAndServesWhatItHas() {
        pair.others = Site.members(Pair.GATEWAY);
        start(Long.MAX_VALUE);
        connect();
        pair.gateway.drain(pair.now);
        pair.run(100);
        assertThat(Pair.told(pair.clientEvents)).contains("SWITCH_DENIED NO_VALID_CANDIDATE");
        pair.chat(1, 3, 5);
        pair.run(100);
        assertThat(pair.atGateway).containsExactly(1, 2, 3);
        pair.b.leadsToSecond = false;
        cutA();
        pair.await(() -> Pair.told(pair.clientEvents).contains("REATTACH_REJECT NOT_OWNER"), 1000);
        assertThat(pair.sessions()).hasSize(1);
        pair.b.leadsToSecond = true;
        pair.await(() -> pair.state() == SessionState.ATTACHED, 3000);
        assertThat(site.sessions()).hasSize(1);
        pair.startClient(pair.gatewayKey.publicKey());
        pair.a.passes = true;
        pair.agent.pathDown(pair.now, pair.b.path.id());
        pair.seen.clear();
        pair.agent.start(pair.now);
        pair.run(1000);
        assertThat(pair.seen)
                .filteredOn(datagram -> datagram.link() == pair.a)
                .as("no new session here")
                .isNotEmpty()
                .allMatch(Pair.Datagram::up);
    }

    @Test
    void aDrainingGatewayWithoutOthersGoesOnServingItsOwn() {
        start(Long.MAX_VALUE);
        pair.b.leadsToSecond = false;
        connect();
        pair.gateway.drain(pair.now);
        pair.run(100);
        cutA();
        pair.await(() -> pair.state() == SessionState.ATTACHED, 1000);
        assertThat(pair.sessions()).hasSize(1);
    }

    @Test
    void aTokenOfTheOldOwnerCostsOneMoreRoundTrip() {
        start(Long.MAX_VALUE);
        connect();
        cutA();
        pair.await(() -> pair.state() == SessionState.ATTACHED, 1000);
        assertThat(requests()).isEqualTo(2);
        assertThat(Pair.told(pair.clientEvents))
                .containsSubsequence("REATTACH_REJECT STALE_REQUEST", "REATTACH_ACK_RECEIVED REATTACH_ACCEPT");
    }
}
