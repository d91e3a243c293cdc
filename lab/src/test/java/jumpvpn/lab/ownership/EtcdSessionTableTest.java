package jumpvpn.lab.ownership;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable.Change;
import jumpvpn.core.ownership.SessionTable.Outcome;
import jumpvpn.core.ownership.SessionTable.Reading;
import jumpvpn.node.ownership.etcd.EtcdSessionTable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The contract, and what only a table that several gateways share can show, on three processes that nothing happens to. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EtcdSessionTableTest extends SessionTableContract {
    private static final Owner OTHER = new Owner(6, 1);

    private static Cluster cluster;
    /** Of a gateway that left at the very beginning. */
    private static Bed heir;

    @BeforeAll
    static void start() throws IOException {
        cluster = Cluster.start();
        cluster.fresh();
        heir = cluster.open(OWNER).leased();
        try (Bed left = cluster.open(OTHER).leased()) {
            SessionRecord soon = Records.dueSoon(Records.born(1, "aa", OTHER, 1));
            left.commit(1, new Change(Records.id(1), 0, soon), left.birth(2, "bb", 1));
        }
    }

    @AfterAll
    static void stop() throws IOException {
        if (cluster != null) {
            heir.close();
            cluster.close();
        }
    }

    @Override
    Bed open(Owner owner) throws IOException {
        cluster.fresh();
        return cluster.open(owner);
    }

    @Test
    void anEarlierTryOfTheSameCommitIsRecognised() {
        assertThat(bed.commit(1, bed.birth(1, "aa", 1))).isEqualTo(Outcome.COMMITTED);
        assertThat(bed.commit(1, bed.birth(1, "aa", 1))).isEqualTo(Outcome.COMMITTED);
        assertThat(bed.commit(2, bed.birth(1, "aa", 2))).isEqualTo(Outcome.REFUSED);
        bed.mark(Records.BOUND);
        assertThat(bed.heard).as("it got in once").containsExactly("1 1.0");
    }

    @Test
    void aStaleOneSinksNobodyInItsBatch() {
        List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
        for (int id = 1; id <= 200; id++) {
            boolean isStale = id % 3 == 0;
            String client = "%02x".formatted(id);
            outcomes.add(bed.ask(id, isStale ? bed.bind(id, client, 5, id) : bed.birth(id, client, id)));
        }
        bed.until(() -> outcomes.stream().allMatch(CompletableFuture::isDone));
        for (int id = 1; id <= 200; id++) {
            assertThat(outcomes.get(id - 1).join()).isEqualTo(id % 3 == 0 ? Outcome.REFUSED : Outcome.COMMITTED);
        }
        assertThat(bed.load()).hasSize(134);
    }

    @Test
    void ofTwoGatewaysOneTakesTheSession() throws IOException {
        try (Bed other = cluster.open(OTHER).leased()) {
            bed.commit(1, bed.birth(1, "aa", 1));
            for (int epoch = 1; epoch <= 20; epoch++) {
                CompletableFuture<Outcome> ours = bed.ask(2 * epoch, bed.bind(1, "aa", epoch, 2 * epoch));
                CompletableFuture<Outcome> theirs = other.ask(2 * epoch + 1, other.bind(1, "aa", epoch, 2 * epoch + 1));
                bed.until(ours::isDone);
                other.until(theirs::isDone);
                assertThat(List.of(ours.join(), theirs.join()))
                        .containsExactlyInAnyOrder(Outcome.COMMITTED, Outcome.REFUSED);
                SessionRecord record = other.found(1);
                assertThat(record.owner()).isEqualTo(ours.join() == Outcome.COMMITTED ? OWNER : OTHER);
                assertThat(record.version().epoch()).isEqualTo(epoch + 1);
            }
            other.mark(Records.BOUND);
            assertThat(other.heard).hasSize(21);
        }
    }

    @Test
    void nobodyFindsSecretsInTheStore() throws IOException {
        bed.commit(1, bed.birth(1, "aa", 1));
        String all = cluster.etcd.control("get", "--prefix", cluster.prefix());
        assertThat(all).contains("laptop").doesNotContain(new String(Records.SECRET, StandardCharsets.US_ASCII));
    }

    @Test
    void withAnotherKeyNobodyTakesPart() throws IOException {
        bed.commit(1, bed.birth(1, "aa", 1));
        Bed.Reported reported = new Bed.Reported();
        byte[] wrong = new byte[32];
        wrong[0] = 1;
        EtcdSessionTable table = cluster.table(OTHER, cluster.etcd.endpoints(), wrong, reported);
        try (Bed other = new Bed(table, OTHER)) {
            assertThat(other.mark(Records.NOW)).isEqualTo(Outcome.UNAVAILABLE);
            assertThat(other.mark(Records.NOW)).isEqualTo(Outcome.UNAVAILABLE);
            assertThat(other.commit(2, other.birth(2, "bb", 2))).isEqualTo(Outcome.UNAVAILABLE);
            assertThat(table.failure()).contains("\"" + cluster.prefix() + "\"", "[cluster] secret", "private-key");
            assertThat(reported.said).as("said once").hasSize(1);
            assertThat(other.heard).isEmpty();
        }
        assertThat(bed.commit(3, bed.bind(1, "aa", 1, 3))).isEqualTo(Outcome.COMMITTED);
    }

    @Test
    void withoutALeaseNothingIsCommitted() throws IOException {
        bed.commit(1, bed.birth(1, "aa", 1));
        try (Bed other = cluster.open(OTHER).leased()) {
            revokeLeases();
            assertThat(bed.commit(2, bed.bind(1, "aa", 1, 2))).isEqualTo(Outcome.UNAVAILABLE);
            assertThat(bed.found(1).commitId()).isEqualTo(1);
            other.leased();
            other.until(() -> ((Reading.Found) other.read(1)).ownerGone());
            bed.leased();
            assertThat(bed.commit(3, bed.bind(1, "aa", 1, 3))).isEqualTo(Outcome.COMMITTED);
            other.mark(Records.BOUND);
            assertThat(((Reading.Found) other.read(1)).ownerGone()).isFalse();
        }
    }

    private static void revokeLeases() throws IOException {
        String owners = cluster.etcd.control("get", "--prefix", cluster.prefix() + "o", "-w", "json");
        Matcher lease = Pattern.compile("\"lease\":([0-9]+)").matcher(owners);
        assertThat(lease.find()).isTrue();
        do {
            cluster.etcd.control("lease", "revoke", Long.toHexString(Long.parseLong(lease.group(1))));
        } while (lease.find());
    }

    /** Who does not deliver is not told more: so what guards the commit is what etcd compares. */
    @Test
    void aLeaseThatWasLostUnheardGuardsAllTheSame() throws IOException {
        bed.commit(1, bed.birth(1, "aa", 1));
        try (Bed other = cluster.open(OTHER).leased()) {
            for (int id = 2; id < 60; id++) {
                other.commit(id, other.birth(id, "%02x".formatted(id), id));
            }
            revokeLeases();
            CompletableFuture<Outcome> late = bed.ask(2, bed.bind(1, "aa", 1, 2));
            bed.until(late::isDone);
            assertThat(late.join()).isEqualTo(Outcome.UNAVAILABLE);
            assertThat(bed.found(1).commitId()).isEqualTo(1);
        }
    }

    @Test
    void whoClosesIsGoneAtOnce() throws IOException {
        Bed other = cluster.open(OTHER).leased();
        other.commit(1, other.birth(1, "aa", 1));
        assertThat(((Reading.Found) bed.read(1)).ownerGone()).isFalse();
        other.close();
        bed.mark(Records.BOUND);
        assertThat(((Reading.Found) bed.read(1)).ownerGone()).isTrue();
    }

    @Test
    void whoseAddressesAreIsToldOfAllThatThereIsAndChanges() throws IOException {
        bed.commit(1, bed.birth(1, "aa", 1));
        List<String> told = new ArrayList<>();
        EtcdSessionTable table = cluster.table(OTHER, cluster.etcd.endpoints(), new Bed.Reported());
        table.onOwner((List<Prefix> inner, Owner owner) ->
                told.add(inner.getFirst() + " " + (owner == null ? "-" : owner.gateway())));
        try (Bed other = new Bed(table, OTHER).leased()) {
            other.until(() -> told.size() == 1);
            other.commit(2, other.bind(1, "aa", 1, 2));
            other.until(() -> told.size() == 2);
            bed.commit(3, bed.birth(2, "aa", 3), bed.end(1, "aa", 2, 3));
            other.until(() -> told.size() == 4);
            bed.commit(4, bed.end(2, "aa", 1, 4));
            other.until(() -> told.size() == 5);
            assertThat(told)
                    .containsExactly(
                            "10.77.0.9/24 -5", "10.77.0.9/24 6", "10.77.0.9/24 -", "10.77.0.9/24 -5", "10.77.0.9/24 -");
            assertThat(other.heard)
                    .as("what there was is no change")
                    .containsExactly("1 2.0", "1 2.3", "2 1.0", "2 1.3");
        }
    }

    @Test
    void othersSeeHowAGatewayIs() throws IOException {
        try (Bed other = cluster.open(OTHER)) {
            ((EtcdSessionTable) other.table).say(7, true);
            other.leased();
            bed.mark(Records.BOUND);
            var health = ((EtcdSessionTable) bed.table).health();
            assertThat(health.error()).isNull();
            assertThat(health.revision()).isPositive();
            assertThat(health.p99Micros())
                    .isGreaterThanOrEqualTo(health.p50Micros())
                    .isPositive();
            assertThat(health.present()).hasSize(2).anySatisfy(present -> {
                assertThat(present.owner()).isEqualTo(OTHER);
                assertThat(present.name()).isEqualTo("gw6");
                assertThat(present.sessions()).isEqualTo(7);
                assertThat(present.isDraining()).isTrue();
            });
        }
    }

    /** They look ten seconds after an owner has gone: so this one comes last. */
    @Test
    @Order(Integer.MAX_VALUE)
    void whatHasNoOwnerIsToldOfWhenItIsDue() {
        heir.until(() -> !heir.orphans.isEmpty());
        assertThat(heir.orphans).singleElement().extracting(SessionRecord::id).isEqualTo(Records.id(1));
    }

    @Test
    void withoutItsFenceWhoeverComesLastWins() throws IOException {
        bed.commit(1, bed.birth(1, "aa", 1));
        EtcdSessionTable table = cluster.table(OTHER, cluster.etcd.endpoints(), new Bed.Reported())
                .withoutFence();
        try (Bed other = new Bed(table, OTHER)) {
            assertThat(other.commit(2, other.bind(1, "aa", 8, 2))).isEqualTo(Outcome.COMMITTED);
            assertThat(Objects.requireNonNull(bed.found(1)).version().epoch()).isEqualTo(9);
        }
    }
}
