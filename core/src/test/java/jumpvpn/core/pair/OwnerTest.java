package jumpvpn.core.pair;

import static jumpvpn.core.pair.LoneGateway.MILLI;
import static jumpvpn.core.pair.LoneGateway.MINUTE;
import static jumpvpn.core.pair.LoneGateway.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.Grant;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.ownership.SessionTable.Outcome;
import jumpvpn.core.pair.ScriptedTable.Fate;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionMachine;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;

/** What the gateway does with records that are another's, or nobody's (contract section 4). */
class OwnerTest {
    private static final int UPPER = SessionMachine.FIRST_STEP_WITHOUT_MEMORY;

    private final LoneGateway gateway = new LoneGateway();
    private final HandClient client = new HandClient(gateway, 1);
    private final List<Long> commits = new ArrayList<>();

    private void connect() {
        gateway.start();
        client.connect();
        client.acknowledge();
        gateway.run(SECOND);
        client.forget();
        gateway.table.commits.clear();
        gateway.table.marks.clear();
        gateway.table.onCommit = () -> commits.add(gateway.now);
    }

    private void stay(long nanos) {
        long until = gateway.now + nanos;
        while (gateway.now < until) {
            gateway.run(Math.min(10 * SECOND, until - gateway.now));
            client.listen();
            client.acknowledge();
        }
    }

    /** The record, as its owner would have committed it under another gateway's name. */
    static SessionRecord ownedBy(SessionRecord record, Owner owner) {
        return new SessionRecord(
                record.id(),
                record.clientKey(),
                record.clientName(),
                owner,
                record.commitId() + 1,
                record.rows(),
                record.secrets(),
                record.bindNonce(),
                record.inner(),
                record.policy(),
                record.lifetimeEndNanos(),
                record.noBindingSinceNanos(),
                record.switches());
    }

    private void put(SessionRecord record) {
        SessionRecord before = gateway.memory.get(record.id());
        gateway.memory.commit(
                1,
                List.of(new SessionTable.Change(record.id(), before.version().epoch(), record)),
                outcome -> assertThat(outcome).isEqualTo(Outcome.COMMITTED));
    }

    @Test
    void aDrainingGatewayTellsEveryClientThatHasABindingAndAcceptsNothingNew() {
        HandClient second = new HandClient(gateway, 2);
        HandClient third = new HandClient(gateway, 3);
        gateway.others = Site.members(Pair.GATEWAY);
        connect();
        second.connect();
        third.connect();
        third.acknowledge();
        gateway.run(SECOND);
        client.acknowledge();
        gateway.run(2 * SECOND);
        assertThat(gateway.sessions().stream().map(each -> each.state()))
                .containsExactlyInAnyOrder(SessionState.ATTACHED, SessionState.ATTACHED, SessionState.RECOVERING);
        gateway.gateway.drain(gateway.now);
        assertThat(client.heard(BindingMessage.Draining.class)).hasSize(1);
        assertThat(third.heard(BindingMessage.Draining.class)).hasSize(1);
        assertThat(second.heard(BindingMessage.Draining.class))
                .as("its binding is dead")
                .isEmpty();
        assertThat(client.refusal(ask -> ask.cause = BindCause.GATEWAY_DRAINING))
                .isEqualTo(ReasonCode.NOT_OWNER);
        client.sendUp(1);
        assertThat(gateway.delivered).containsExactly(1);
        assertThat(gateway.rows()).noneMatch(row -> row.startsWith("GATEWAY_DRAINING"));
    }

    @Test
    void whatAnotherGatewayCommittedEndsTheBindingHereWithoutARow() {
        connect();
        SessionRecord record = gateway.memory.live().getFirst();
        Owner other = new Owner(77, 1);
        put(ownedBy(bound(record, 2), other));
        gateway.run(0);
        assertThat(gateway.sessions()).isEmpty();
        assertThat(gateway.bindings.size()).isZero();
        assertThat(gateway.routes.size()).isZero();
        assertThat(gateway.told()).containsExactly("OWNERSHIP_CHANGE NOT_OWNER");
        assertThat(client.heard)
                .as("nothing is said in the epoch that was left")
                .isEmpty();
    }

    @Test
    void anOlderRecordOfAnotherGatewayTakesNothing() {
        connect();
        client.reattach(BindCause.LINK_GOING_DOWN);
        SessionRecord old = bound(gateway.memory.live().getFirst(), 1);
        gateway.table.tellCommitted(ownedBy(old, new Owner(77, 1)));
        gateway.run(0);
        assertThat(gateway.session().version()).isEqualTo(StateVersion.of(2, 0));
        client.sendUp(1);
        assertThat(gateway.delivered).containsExactly(1);
    }

    /** The record with a bind that began this epoch. */
    static SessionRecord bound(SessionRecord record, int epoch) {
        SessionRecord.Row row = new SessionRecord.Row(
                StateVersion.of(epoch, 0), SessionState.RECOVERING, SessionState.ATTACHED, ReasonCode.REATTACH_ACCEPT);
        return new SessionRecord(
                record.id(),
                record.clientKey(),
                record.clientName(),
                record.owner(),
                record.commitId() + 1,
                List.of(row),
                record.secrets(),
                record.bindNonce(),
                record.inner(),
                record.policy(),
                record.lifetimeEndNanos(),
                record.noBindingSinceNanos(),
                record.switches());
    }

    @Test
    void aTakeOverSaysItsRowsAgainWhoHadItAndWhoHasIt() {
        connect();
        SessionRecord record = gateway.memory.live().getFirst();
        put(ownedBy(bound(record, 2), new Owner(77, 1)));
        gateway.run(0);
        client.forget();
        client.epoch = 2;
        assertThat(client.refusal(_ -> {})).isNull();
        assertThat(gateway.told())
                .as("first what was, then who has it")
                .startsWith("RECOVERING>ATTACHED REATTACH_ACCEPT", "OWNERSHIP_CHANGE REATTACH_ACCEPT");
        assertThat(gateway.rows())
                .containsExactly(
                        "REATTACH_ACCEPT 2.0 again",
                        "PEER_REPORTED " + StateVersion.of(2, UPPER),
                        "REATTACH_ACCEPT 3.0");
        assertThat(gateway.events(EventType.OWNERSHIP_CHANGE, ReasonCode.REATTACH_ACCEPT))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.path()).isEqualTo("udp/from/" + client.from);
                    assertThat(event.details())
                            .containsExactly(
                                    new Event.Detail("from_gateway", "4d"),
                                    new Event.Detail(
                                            "to_gateway",
                                            Long.toHexString(record.owner().gateway())));
                });
        client.sendUp(1);
        assertThat(gateway.delivered).containsExactly(1);
        assertThat(gateway.session().id()).isEqualTo(client.id);
        assertThat(gateway.world)
                .as("announced when packets that come at once are taken")
                .endsWith("owns [" + client.inner + "/24]");
    }

    @Test
    void whileATakeOverIsUnderWayTheSessionIsNotShownAndARefusedOneLeavesNothing() {
        connect();
        SessionRecord record = gateway.memory.live().getFirst();
        put(ownedBy(bound(record, 2), new Owner(77, 1)));
        gateway.run(0);
        client.forget();
        client.epoch = 2;
        gateway.table.fates.add(Fate.LATE);
        assertThat(client.request(_ -> {})).isNull();
        assertThat(gateway.sessions()).isEmpty();
        assertThat(gateway.routes.size()).as("no route before the commit").isZero();
        put(ownedBy(bound(record, 3), new Owner(77, 1)));
        gateway.table.land();
        gateway.run(0);
        client.listen();
        assertThat(client.answers).as("what is known of it here is old").isEmpty();
        assertThat(client.refusal(_ -> {})).isEqualTo(ReasonCode.STALE_STATE_VERSION);
        assertThat(gateway.sessions()).isEmpty();
        assertThat(gateway.bindings.size()).isZero();
        assertThat(gateway.rows()).isEmpty();
        assertThat(gateway.gateway.terminate(gateway.now, client.id)).isFalse();
    }

    @Test
    void aTakeOverThatTheTableDidNotTakeBeginsAnewWithTheRecord() {
        connect();
        SessionRecord record = gateway.memory.live().getFirst();
        put(ownedBy(bound(record, 2), new Owner(77, 1)));
        gateway.run(0);
        client.forget();
        client.epoch = 2;
        gateway.table.reads.clear();
        gateway.table.fates.add(Fate.UNAVAILABLE);
        assertThat(client.refusal(_ -> {})).isEqualTo(ReasonCode.STORE_UNAVAILABLE);
        assertThat(gateway.sessions()).isEmpty();
        assertThat(gateway.gateway.terminate(gateway.now, client.id)).isFalse();
        assertThat(client.refusal(_ -> {})).isNull();
        assertThat(gateway.table.reads).as("each by a reading of its own").hasSize(2);
        assertThat(gateway.rows())
                .filteredOn(row -> row.startsWith("REATTACH_ACCEPT 3.0"))
                .hasSize(1);
        assertThat(gateway.sessions()).hasSize(1);
    }

    @Test
    void aBirthThatWasTakenOverBeforeItWasKnownHereIsTheOthersToTell() {
        gateway.start();
        gateway.table.fates.add(Fate.DONE_UNKNOWN);
        gateway.receive(client.from, client.init());
        client.listen();
        Binding birth = (Binding) gateway.bindings.get(
                0, ByteBuffer.wrap(client.data(client.binding, 1)).getLong(4));
        gateway.table.readable = true;
        gateway.table.onCommit = () -> gateway.table.readable = false;
        client.say(new BindingMessage.Confirm());
        put(ownedBy(bound(gateway.memory.live().getFirst(), 2), new Owner(77, 1)));
        gateway.table.readable = true;
        gateway.run(3 * SECOND);
        assertThat(gateway.events).isEmpty();
        assertThat(gateway.sessions()).isEmpty();
        assertThat(gateway.bindings.size()).isZero();
        assertThat(birth.sealed(PacketLayout.CONTROL, new byte[1], gateway.now)).isNull();
        assertThat(gateway.memory.live()).hasSize(1);
    }

    @Test
    void aBindThatWasInAndIsOvertakenTakesItsRowsWithIt() {
        connect();
        gateway.table.onCommit = () -> gateway.table.readable = false;
        gateway.table.fates.add(Fate.DONE_UNKNOWN);
        gateway.table.loadsAreLate = true; // the watch too
        client.send(client.datagram(client.ask(ask -> ask.cause = BindCause.LINK_GOING_DOWN)));
        put(ownedBy(bound(gateway.memory.live().getFirst(), 3), new Owner(77, 1)));
        gateway.table.readable = true;
        gateway.run(SECOND);
        assertThat(gateway.sessions())
                .as("whose rows 1.1 and 2.0 are said by who has it now")
                .isEmpty();
        gateway.sendDown(client.inner, 1);
        gateway.run(10 * SECOND);
        assertThat(gateway.rows()).isEmpty();
        assertThat(gateway.events(EventType.OWNERSHIP_CHANGE, ReasonCode.NOT_OWNER))
                .hasSize(1);
    }

    @Test
    void anOrphanIsEndedWhenItIsDueAndNotBefore() {
        gateway.policy = Policy.DEFAULT.with(PolicyKey.SESSION_TRANSPORT_LOSS_TTL, 30 * SECOND);
        connect();
        SessionRecord orphan = ownedBy(bound(gateway.memory.live().getFirst(), 2), new Owner(77, 1));
        put(orphan);
        gateway.run(0);
        client.forget();
        gateway.table.commits.clear();
        commits.clear();
        gateway.table.tellOwnerGone(orphan);
        long due = orphan.noBindingSinceNanos() + 30 * SECOND;
        gateway.run(due - 1 - gateway.now);
        assertThat(gateway.table.commits).isEmpty();
        gateway.run(1);
        assertThat(commits).containsExactly(due);
        assertThat(gateway.rows())
                .containsExactly(
                        "REATTACH_ACCEPT 2.0 again", "TTL_TRANSPORT_LOSS_EXPIRED " + StateVersion.of(2, UPPER));
        assertThat(gateway.memory.live()).isEmpty();
        assertThat(gateway.sent).as("nobody is there to be told").isEmpty();
        gateway.run(10 * SECOND);
        assertThat(gateway.memory.size()).isZero();
    }

    @Test
    void anOrphanOfWhichTheTableCannotBeReadIsTriedEverySecond() {
        gateway.policy = Policy.DEFAULT.with(PolicyKey.SESSION_MAX_LIFETIME, MINUTE);
        connect();
        SessionRecord orphan = ownedBy(bound(gateway.memory.live().getFirst(), 2), new Owner(77, 1));
        put(orphan);
        gateway.run(0);
        gateway.table.reads.clear();
        commits.clear();
        gateway.table.tellOwnerGone(orphan);
        gateway.table.readable = false;
        gateway.run(orphan.lifetimeEndNanos() + 3500 * MILLI - gateway.now);
        assertThat(gateway.table.reads).hasSize(4);
        gateway.table.readable = true;
        gateway.run(SECOND);
        assertThat(commits).containsExactly(orphan.lifetimeEndNanos() + 4 * SECOND);
        assertThat(gateway.rows()).contains("TTL_SESSION_EXPIRED " + StateVersion.of(2, UPPER));
    }

    @Test
    void anOrphanWhoseTimesAreBothOverEndsByTheFirstInTheTable() {
        gateway.policy = Policy.DEFAULT
                .with(PolicyKey.SESSION_MAX_LIFETIME, MINUTE)
                .with(PolicyKey.SESSION_TRANSPORT_LOSS_TTL, 30 * SECOND);
        connect();
        SessionRecord orphan = ownedBy(bound(gateway.memory.live().getFirst(), 2), new Owner(77, 1));
        put(orphan);
        gateway.run(0);
        gateway.table.readable = false;
        gateway.table.tellOwnerGone(orphan);
        gateway.run(2 * MINUTE);
        gateway.table.readable = true;
        gateway.run(SECOND);
        assertThat(gateway.rows()).contains("TTL_TRANSPORT_LOSS_EXPIRED " + StateVersion.of(2, UPPER));
    }

    @Test
    void anOrphanThatWasMetTwiceEndsOnce() {
        gateway.policy = Policy.DEFAULT.with(PolicyKey.SESSION_TRANSPORT_LOSS_TTL, 30 * SECOND);
        connect();
        SessionRecord orphan = ownedBy(bound(gateway.memory.live().getFirst(), 2), new Owner(77, 1));
        put(orphan);
        gateway.run(0);
        commits.clear();
        gateway.table.tellOwnerGone(orphan);
        gateway.table.tellOwnerGone(orphan);
        gateway.table.fates.add(Fate.UNAVAILABLE);
        gateway.run(orphan.noBindingSinceNanos() + 30 * SECOND - gateway.now);
        assertThat(commits).as("the table takes nothing").hasSize(1);
        gateway.table.tellOwnerGone(orphan);
        gateway.run(500 * MILLI);
        assertThat(commits).as("it waits for a second").hasSize(1);
        gateway.run(500 * MILLI);
        assertThat(commits).hasSize(2);
        assertThat(gateway.memory.live()).isEmpty();
        gateway.run(5 * SECOND);
        assertThat(commits).hasSize(2);
    }

    @Test
    void anOrphanThatFoundAnOwnerIsLeftAlone() {
        gateway.policy = Policy.DEFAULT.with(PolicyKey.SESSION_TRANSPORT_LOSS_TTL, 30 * SECOND);
        connect();
        SessionRecord orphan = ownedBy(bound(gateway.memory.live().getFirst(), 2), new Owner(77, 1));
        put(orphan);
        gateway.run(0);
        commits.clear();
        gateway.table.tellOwnerGone(orphan);
        put(bound(orphan, 3));
        gateway.table.ownerGone = false;
        gateway.run(MINUTE);
        assertThat(commits).isEmpty();
        assertThat(gateway.memory.live()).hasSize(1);
    }

    @Test
    void anOrphanThatIsHereAlreadyIsNoOrphan() {
        gateway.policy = Policy.DEFAULT.with(PolicyKey.SESSION_TRANSPORT_LOSS_TTL, 30 * SECOND);
        connect();
        gateway.table.tellOwnerGone(gateway.memory.live().getFirst());
        gateway.table.reads.clear();
        stay(50 * SECOND);
        assertThat(gateway.table.reads).isEmpty();
        assertThat(gateway.session().version()).isEqualTo(StateVersion.of(1, 0));
    }

    @Test
    void aRevocationWaitsASecondForATableThatCannotBeReadAndEndsWhoeverHasTheSession() {
        connect();
        put(ownedBy(bound(gateway.memory.live().getFirst(), 2), new Owner(77, 1)));
        gateway.run(0);
        client.forget();
        commits.clear();
        gateway.table.readable = false;
        long revoked = gateway.now;
        gateway.gateway.revoke(gateway.now, client.key.publicKey());
        gateway.run(SECOND / 2);
        gateway.table.readable = true;
        gateway.run(SECOND);
        assertThat(commits).containsExactly(revoked + SECOND);
        assertThat(gateway.rows()).last().isEqualTo("REVOKED " + StateVersion.of(2, UPPER));
        gateway.receive(client.from, client.init());
        assertThat(client.granted(gateway.sent.getLast().bytes()))
                .as("and no other begins")
                .isEqualTo(new Grant.Refused(ReasonCode.UNKNOWN_CLIENT));
    }

    @Test
    void anEpochThatCannotBeFollowedEndsTheSession() {
        connect();
        put(bound(gateway.memory.live().getFirst(), -1));
        gateway.start();
        client.forget();
        client.epoch = -1;
        assertThat(client.refusal(_ -> {})).isEqualTo(ReasonCode.SESSION_EXPIRED);
        assertThat(gateway.rows()).last().asString().startsWith("SECURITY_FAILURE ");
        assertThat(gateway.sessions()).isEmpty();
    }
}
