package jumpvpn.lab.ownership;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionTable.Outcome;
import jumpvpn.core.ownership.SessionTable.Reading;
import jumpvpn.node.ownership.etcd.EtcdSessionTable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the table does when something happens to the store: real processes are killed, frozen, put back. */
class EtcdFailuresTest {
    private static final Owner OWNER = new Owner(1, 1);
    private static final Owner OTHER = new Owner(2, 1);
    private static final long SIGN_NANOS = 500_000_000;

    private static Cluster cluster;

    private final Bed.Reported reported = new Bed.Reported();

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() throws IOException {
        cluster = Cluster.start(Duration.ofSeconds(3));
    }

    @AfterAll
    static void stop() throws IOException {
        if (cluster != null) {
            cluster.close();
        }
    }

    @BeforeEach
    void fresh() {
        cluster.fresh();
    }

    /** As it was, whatever became of the test. */
    @AfterEach
    void mend() throws IOException {
        cluster.etcd.startAll();
    }

    private Bed open() throws IOException {
        return cluster.open(OWNER, cluster.etcd.endpoints(), reported).leased();
    }

    private static String failure(Bed bed) {
        return ((EtcdSessionTable) bed.table).failure();
    }

    /** Each session goes through its epochs, one commit after the other, as a gateway does it: what is unknown is settled by reading. */
    private static final class Load {
        private final Bed bed;
        private final Map<Long, Integer> epochs = new HashMap<>();
        private final Map<Long, CompletableFuture<Outcome>> commits = new HashMap<>();
        private int committed;
        private long markedNanos = System.nanoTime();
        private long commitId = 1;

        Load(Bed bed, int sessions) {
            this.bed = bed;
            for (long id = 1; id <= sessions; id++) {
                epochs.put(id, 0);
            }
        }

        private void ask(long id) {
            int epoch = epochs.get(id);
            String client = "%02x".formatted(id);
            commits.put(
                    id,
                    bed.ask(
                            commitId,
                            epoch == 0 ? bed.birth(id, client, commitId) : bed.bind(id, client, epoch, commitId)));
            commitId++;
        }

        /** With signs of life in between. */
        void step() {
            if (System.nanoTime() - markedNanos > SIGN_NANOS) {
                bed.mark(Records.BOUND);
                markedNanos = System.nanoTime();
            }
            epochs.keySet().forEach(id -> {
                CompletableFuture<Outcome> commit = commits.get(id);
                if (commit == null) {
                    ask(id);
                } else if (commit.isDone()) {
                    commits.remove(id);
                    switch (commit.join()) {
                        case COMMITTED -> {
                            committed++;
                            epochs.merge(id, 1, Integer::sum);
                        }
                        case UNKNOWN -> settle(id);
                        case UNAVAILABLE -> {
                            // nothing has happened
                        }
                        case REFUSED -> throw new AssertionError("refused, and nobody else writes");
                    }
                }
            });
        }

        private void settle(long id) {
            Reading reading = bed.read(id);
            while (reading instanceof Reading.Unavailable) {
                bed.mark(Records.BOUND);
                reading = bed.read(id);
            }
            int found = reading instanceof Reading.Found there
                    ? there.record().version().epoch()
                    : 0;
            assertThat(found).isBetween(epochs.get(id), epochs.get(id) + 1);
            epochs.put(id, found);
        }

        void run(int until) {
            bed.until(() -> {
                step();
                return committed >= until;
            });
        }

        void settleAll() {
            bed.until(() -> commits.values().stream().allMatch(CompletableFuture::isDone));
            step();
            epochs.forEach((id, epoch) -> {
                Reading reading = bed.read(id);
                assertThat(((Reading.Found) reading).record().version().epoch()).isGreaterThanOrEqualTo(epoch);
            });
        }
    }

    @Test
    void nothingAcknowledgedIsLostWithTheLeader() throws IOException {
        try (Bed bed = open()) {
            Load load = new Load(bed, 64);
            load.run(1000);
            int leader = cluster.etcd.leader();
            cluster.etcd.kill(leader);
            int before = load.committed;
            bed.until(() -> {
                load.step();
                return load.committed >= before + 1000;
            });
            load.settleAll();
        }
    }

    @Test
    void aFrozenMemberIsLeft() throws IOException {
        int frozen = 0; // the first in the list is in use
        String endpoint = cluster.etcd.endpoints().getFirst().toString();
        try (Bed bed = open()) {
            assertThat(((EtcdSessionTable) bed.table).health().endpoint()).isEqualTo(endpoint);
            bed.commit(1, bed.birth(1, "aa", 1));
            cluster.etcd.stop(frozen);
            assertThat(bed.commit(2, bed.bind(1, "aa", 1, 2))).isEqualTo(Outcome.UNKNOWN);
            bed.until(() -> {
                bed.mark(Records.BOUND);
                return bed.commit(2, bed.bind(1, "aa", 1, 2)) == Outcome.COMMITTED;
            });
            assertThat(((EtcdSessionTable) bed.table).health().endpoint()).isNotEqualTo(endpoint);
            bed.until(() -> {
                bed.mark(Records.BOUND); // it is the sign of life that does not come back by a silent watch
                return bed.heard.contains("1 2.0");
            });
        } finally {
            cluster.etcd.cont(frozen);
        }
    }

    @Test
    void changesThatWereCompactedAwayAreToldAllTheSame() throws IOException {
        int only = (cluster.etcd.leader() + 1) % cluster.etcd.size();
        try (Bed bed = cluster.open(OWNER, List.of(cluster.etcd.endpoints().get(only)), reported)
                        .leased();
                Bed other = cluster.open(OTHER).leased()) {
            other.commit(1, other.birth(1, "aa", 1));
            bed.mark(Records.BOUND);
            cluster.etcd.kill(only);
            bed.mark(Records.BOUND);
            other.until(() -> {
                other.mark(Records.BOUND);
                return other.commit(2, other.bind(1, "aa", 1, 2)) == Outcome.COMMITTED;
            });
            String status =
                    cluster.etcd.control("get", cluster.prefix() + "none", "-w", "json", "--command-timeout=10s");
            String revision =
                    status.replaceAll(".*\"revision\":([0-9]+).*", "$1").strip();
            cluster.etcd.control("compact", revision);
            cluster.etcd.start(only);
            bed.until(() -> {
                bed.mark(Records.BOUND);
                return bed.heard.contains("1 2.0");
            });
            assertThat(bed.heard).containsExactly("1 1.0", "1 2.0");
        }
    }

    @Test
    void aStoreThatWasPutBackIsNoticed() throws IOException {
        try (Bed bed = open()) {
            bed.commit(1, bed.birth(1, "aa", 1));
            cluster.etcd.snapshot(folder.resolve("snapshot"));
            for (int epoch = 1; epoch < 10; epoch++) {
                bed.commit(1 + epoch, bed.bind(1, "aa", epoch, 1 + epoch));
            }
            cluster.etcd.restore(folder.resolve("snapshot"));
            bed.until(() -> {
                bed.mark(Records.BOUND);
                return reported.said.stream().anyMatch(said -> said.contains("put back to an earlier state"));
            });
            assertThat(bed.mark(Records.BOUND))
                    .as("no lease until the old one is over")
                    .isEqualTo(Outcome.UNAVAILABLE);
            bed.leased();
            assertThat(bed.found(1).version().epoch()).isEqualTo(1);
            assertThat(bed.commit(20, bed.bind(1, "aa", 1, 20))).isEqualTo(Outcome.COMMITTED);
            bed.until(() -> bed.heard.getLast().equals("1 2.0"));
        }
    }

    @Test
    void withoutAStoreItSaysSoAndWaits() throws IOException {
        for (int i = 0; i < cluster.etcd.size(); i++) {
            cluster.etcd.kill(i);
        }
        try (Bed bed = cluster.open(OWNER, cluster.etcd.endpoints(), reported)) {
            assertThat(failure(bed)).contains("not answered yet");
            bed.until(
                    () -> { // at its start it waits for a while
                        assertThat(bed.mark(Records.BOUND)).isEqualTo(Outcome.UNAVAILABLE);
                        return !reported.said.isEmpty();
                    });
            assertThat(bed.mark(Records.BOUND)).isEqualTo(Outcome.UNAVAILABLE);
            assertThat(failure(bed)).contains("http://127.0.0.1:", "UNAVAILABLE", "see that etcd runs");
            assertThat(reported.said).as("said once").singleElement().asString().contains("http://127.0.0.1:");
            assertThat(bed.commit(1, bed.birth(1, "aa", 1))).isEqualTo(Outcome.UNAVAILABLE);
            assertThat(bed.read(1)).isInstanceOf(Reading.Unavailable.class);
            cluster.etcd.startAll();
            bed.leased();
            assertThat(failure(bed)).isNull();
            assertThat(bed.commit(1, bed.birth(1, "aa", 1))).isEqualTo(Outcome.COMMITTED);
            assertThat(reported.said).hasSize(2).last().asString().contains("answers again");
        }
    }

    @Test
    void aLoginIsUsed() throws IOException {
        cluster.etcd.control("user", "add", "root:secret");
        cluster.etcd.control("auth", "enable");
        try (Bed stranger = cluster.open(OTHER, cluster.etcd.endpoints(), reported)) {
            assertThat(stranger.mark(Records.BOUND)).isEqualTo(Outcome.UNAVAILABLE);
            assertThat(reported.said).singleElement().asString().contains("user");
        } finally {
            try (Bed bed = new Bed(cluster.table(OWNER, "secret"), OWNER).leased()) {
                assertThat(bed.commit(1, bed.birth(1, "aa", 1))).isEqualTo(Outcome.COMMITTED);
                bed.mark(Records.BOUND);
                assertThat(bed.heard).containsExactly("1 1.0");
            } finally {
                cluster.etcd.control("--user=root:secret", "auth", "disable");
                cluster.etcd.control("user", "delete", "root");
            }
        }
    }
}
