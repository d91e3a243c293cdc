package jumpvpn.lab.ownership;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable.Change;
import jumpvpn.core.ownership.SessionTable.Loss;
import jumpvpn.core.ownership.SessionTable.Mark;
import jumpvpn.core.ownership.SessionTable.Outcome;
import jumpvpn.core.ownership.SessionTable.Reading;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every session table does. */
abstract class SessionTableContract {
    static final Owner OWNER = new Owner(-5, 77);
    private static final int RIVALS = 64;

    Bed bed;

    /** A table with nothing in it, for this owner, whose clocks show {@link Records#NOW}. */
    abstract Bed open(Owner owner) throws IOException;

    @BeforeEach
    void open() throws IOException {
        bed = open(OWNER).leased();
    }

    @AfterEach
    void close() throws IOException {
        bed.close();
    }

    private long lifeOf(long id) {
        return bed.found(id).noBindingSinceNanos();
    }

    @Test
    void allChangesOrNone() {
        assertThat(bed.commit(1, bed.birth(1, "aa", 1))).isEqualTo(Outcome.COMMITTED);
        assertThat(bed.commit(2, bed.bind(1, "aa", 1, 2), bed.bind(2, "bb", 7, 2)))
                .isEqualTo(Outcome.REFUSED);
        assertThat(bed.found(1).version().epoch()).isEqualTo(1);
        assertThat(bed.read(2)).isEqualTo(new Reading.None());
        assertThat(bed.commit(3, bed.bind(1, "aa", 1, 3), bed.birth(2, "bb", 3)))
                .isEqualTo(Outcome.COMMITTED);
        assertThat(bed.found(1).version().epoch()).isEqualTo(2);
        assertThat(bed.found(2).commitId()).isEqualTo(3);
    }

    @Test
    void aRecordIsReadAsItWasCommitted() {
        SessionRecord record = Objects.requireNonNull(bed.birth(1, "aa", 1).record());
        bed.commit(1, bed.birth(1, "aa", 1));
        SessionRecord read = bed.found(1);
        assertThat(read.secret().key()).isEqualTo(Records.SECRET);
        assertThat(read).usingRecursiveComparison().ignoringFields("secrets").isEqualTo(record);
        Reading reading = bed.readClient("aa");
        assertThat(((Reading.Found) reading).record().id()).isEqualTo(record.id());
        assertThat(((Reading.Found) reading).ownerGone()).isFalse();
    }

    @Test
    void whatHasEndedStaysEndedUntilItIsRemoved() {
        bed.commit(1, bed.birth(1, "aa", 1));
        assertThat(bed.commit(2, bed.end(1, "aa", 1, 2))).isEqualTo(Outcome.COMMITTED);
        assertThat(bed.commit(3, bed.bind(1, "aa", 1, 3))).isEqualTo(Outcome.REFUSED);
        assertThat(bed.readClient("aa")).isEqualTo(new Reading.None());
        assertThat(bed.found(1).isLive()).isFalse();
        assertThat(bed.commit(4, bed.birth(1, "aa", 4)))
                .as("it is not born again")
                .isEqualTo(Outcome.REFUSED);
        assertThat(bed.commit(5, Bed.removal(1))).isEqualTo(Outcome.COMMITTED);
        assertThat(bed.read(1)).isEqualTo(new Reading.None());
        assertThat(bed.commit(6, Bed.removal(1))).as("nothing is left to do").isEqualTo(Outcome.COMMITTED);
        assertThat(bed.load()).isEmpty();
    }

    @Test
    void aLiveRecordIsNotRemoved() {
        bed.commit(1, bed.birth(1, "aa", 1));
        assertThat(bed.commit(2, Bed.removal(1))).isEqualTo(Outcome.REFUSED);
        assertThat(bed.found(1).isLive()).isTrue();
    }

    @Test
    void aClientHasOneLiveSession() {
        bed.commit(1, bed.birth(1, "aa", 1));
        assertThat(bed.commit(2, bed.birth(2, "aa", 2))).isEqualTo(Outcome.REFUSED);
        assertThat(((Reading.Found) bed.readClient("aa")).record().id()).isEqualTo(Records.id(1));
        assertThat(bed.commit(3, bed.birth(2, "aa", 3), bed.end(1, "aa", 1, 3))).isEqualTo(Outcome.COMMITTED);
        assertThat(((Reading.Found) bed.readClient("aa")).record().id()).isEqualTo(Records.id(2));
        assertThat(bed.commit(4, bed.end(2, "aa", 1, 4))).isEqualTo(Outcome.COMMITTED);
        assertThat(bed.commit(5, bed.birth(3, "aa", 5))).isEqualTo(Outcome.COMMITTED);
    }

    @Test
    void theOwnersSignOfLifeCountsUntilTheBindingIsLost() {
        bed.commit(1, bed.birth(1, "aa", 1), bed.birth(2, "bb", 1));
        assertThat(lifeOf(1)).isEqualTo(Records.BOUND);
        long lost = Records.BOUND + 55;
        bed.mark(Records.BOUND + 100, new Loss(Records.id(2), 1, lost), new Loss(Records.id(1), 9, 1));
        assertThat(lifeOf(1)).isEqualTo(Records.BOUND + 100);
        assertThat(lifeOf(2)).isEqualTo(lost);
        bed.mark(Records.BOUND + 200);
        assertThat(lifeOf(2)).as("lost is lost").isEqualTo(lost);
        assertThat(bed.load())
                .extracting(SessionRecord::noBindingSinceNanos)
                .containsExactly(Records.BOUND + 200, lost);
        SessionRecord renewed = bed.found(2).renewed(2, bed.found(2).secrets());
        assertThat(bed.commit(2, new Change(Records.id(2), 1, renewed))).isEqualTo(Outcome.COMMITTED);
        assertThat(lifeOf(2)).as("a commit since").isEqualTo(Records.BOUND + 200);
        bed.mark(Records.BOUND + 250, new Loss(Records.id(2), 1, lost));
        bed.commit(3, bed.bind(2, "bb", 1, 3));
        assertThat(lifeOf(2)).as("bound again").isEqualTo(Records.BOUND + 250);
    }

    @Test
    void aNewStartOfTheOwnerIsNoSignOfLifeOfItsOldBindings() {
        bed.commit(1, bed.birth(1, "aa", 1));
        bed.mark(Records.BOUND + 100);
        Owner again = new Owner(OWNER.gateway(), 78);
        for (long nanos = Records.BOUND + 200; nanos < Records.BOUND + 400; nanos += 100) {
            long at = nanos;
            bed.<Outcome>answer(done -> bed.table.mark(new Mark(again, at, List.of()), done));
        }
        assertThat(lifeOf(1)).isEqualTo(Records.BOUND + 100);
        assertThat(bed.load())
                .singleElement()
                .extracting(SessionRecord::noBindingSinceNanos)
                .isEqualTo(Records.BOUND + 100);
    }

    @Test
    void aGatewayLoadsItsOwnLiveAndEndedById() {
        bed.commit(1, bed.birth(2, "bb", 1));
        bed.commit(2, bed.birth(1, "aa", 2));
        bed.commit(3, bed.end(2, "bb", 1, 3));
        assertThat(bed.load()).extracting(SessionRecord::id).containsExactly(Records.id(1), Records.id(2));
        List<SessionRecord> others = bed.answer(done -> bed.table.load(4, done));
        assertThat(others).isEmpty();
    }

    @Test
    void everybodyHearsOfEveryChangeInOrder() {
        bed.commit(1, bed.birth(1, "aa", 1));
        bed.commit(2, bed.bind(1, "aa", 7, 2));
        bed.commit(3, bed.bind(1, "aa", 1, 3));
        bed.commit(4, bed.end(1, "aa", 2, 4), bed.birth(2, "aa", 4));
        bed.commit(5, Bed.removal(1));
        bed.mark(Records.BOUND + 1);
        bed.until(() -> bed.heard.size() >= 5);
        assertThat(bed.heard).containsExactly("1 1.0", "1 2.0", "1 2.3", "2 1.0", "1 gone");
    }

    @Test
    void ofManyWhoBindAtOnceOneWins() {
        bed.commit(1, bed.birth(1, "aa", 1));
        List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
        for (int rival = 0; rival < RIVALS; rival++) {
            outcomes.add(bed.ask(100 + rival, bed.bind(1, "aa", 1, 100 + rival)));
        }
        bed.until(() -> outcomes.stream().allMatch(CompletableFuture::isDone));
        List<Integer> winners = new ArrayList<>();
        for (int rival = 0; rival < RIVALS; rival++) {
            Outcome outcome = outcomes.get(rival).join();
            if (outcome == Outcome.COMMITTED) {
                winners.add(100 + rival);
            } else {
                assertThat(outcome).isEqualTo(Outcome.REFUSED);
            }
        }
        assertThat(winners).hasSize(1);
        assertThat(bed.found(1).commitId()).isEqualTo(winners.getFirst().longValue());
    }

    /** Many sessions, each bound again and again, and read right after: what is read is not older than what was said to be in. */
    @Test
    void whatWasCommittedIsRead() {
        int sessions = 40;
        for (int epoch = 0; epoch < 5; epoch++) {
            List<CompletableFuture<Outcome>> commits = new ArrayList<>();
            for (int id = 1; id <= sessions; id++) {
                String client = "%02x".formatted(id);
                commits.add(bed.ask(
                        epoch + 1, epoch == 0 ? bed.birth(id, client, 1) : bed.bind(id, client, epoch, epoch + 1)));
            }
            bed.until(() -> commits.stream().allMatch(CompletableFuture::isDone));
            assertThat(commits).extracting(CompletableFuture::join).containsOnly(Outcome.COMMITTED);
            for (int id = 1; id <= sessions; id += 7) {
                assertThat(bed.found(id).version().epoch()).isEqualTo(epoch + 1);
            }
        }
    }
}
