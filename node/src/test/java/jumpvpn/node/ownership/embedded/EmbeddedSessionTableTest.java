package jumpvpn.node.ownership.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.ownership.ClockReading;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable.Change;
import jumpvpn.core.ownership.SessionTable.Loss;
import jumpvpn.core.ownership.SessionTable.Mark;
import jumpvpn.core.ownership.SessionTable.Outcome;
import jumpvpn.core.ownership.SessionTable.Reading;
import jumpvpn.core.ownership.SwitchTimes;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import jumpvpn.node.host.SystemEntropy;
import jumpvpn.node.ownership.Reports;
import jumpvpn.node.ownership.StateException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedSessionTableTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Owner OWNER = new Owner(5, 77);
    private static final Owner NEXT_START = new Owner(5, 78);
    private static final SessionId ONE = new SessionId(3, 1);
    private static final SessionId TWO = new SessionId(3, 2);
    private static final byte[] SECRET = "a secret that must not be seen..".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path temporary;

    private ClockReading now = new ClockReading(1000 * SECOND, 5_000_000 * SECOND);

    /** A table and its control thread, which is the caller. */
    private static final class Bed implements AutoCloseable {
        final Semaphore answers = new Semaphore(0);
        final List<String> reports = new ArrayList<>();
        final EmbeddedSessionTable table;

        Bed(Path folder, byte[] key, java.util.function.Supplier<ClockReading> clocks) throws IOException {
            table = EmbeddedSessionTable.open(folder, 5, key, Crypto.jdk(new SystemEntropy()), clocks, new Reports() {
                        @Override
                        public void warn(String text) {
                            reports.add(text);
                        }

                        @Override
                        public void error(String text) {
                            reports.add(text);
                        }
                    })
                    .waking(answers::release);
        }

        <T> T answer(Consumer<Consumer<T>> question) {
            CompletableFuture<T> answer = new CompletableFuture<>();
            question.accept(answer::complete);
            assertThat(answer).as("nothing is said before deliver").isNotDone();
            while (!answer.isDone()) {
                answers.acquireUninterruptibly();
                table.deliver();
            }
            return answer.join();
        }

        Outcome commit(Change... changes) {
            return answer(done -> table.commit(1, List.of(changes), done));
        }

        Outcome mark(Owner owner, long nanos, Loss... losses) {
            return answer(done -> table.mark(new Mark(owner, nanos, List.of(losses)), done));
        }

        Reading read(SessionId id) {
            return answer(done -> table.read(id, done));
        }

        List<SessionRecord> load() {
            return answer(done -> table.load(5, done));
        }

        @Override
        public void close() {
            table.close();
        }
    }

    private Bed open() throws IOException {
        return new Bed(temporary.resolve("state"), new byte[32], () -> now);
    }

    static SessionRecord record(SessionId id, String client, Owner owner, int epoch, SessionState to) {
        SessionState from = SessionState.RECOVERING;
        List<SessionRecord.Row> rows =
                List.of(new SessionRecord.Row(StateVersion.of(epoch, 0), from, to, ReasonCode.REATTACH_ACCEPT));
        return new SessionRecord(
                id,
                client.repeat(32),
                "laptop",
                owner,
                4711,
                rows,
                List.of(new SessionSecret(6, SECRET.clone())),
                "00112233445566778899aabbccddeeff",
                List.of(Prefix.parse("10.77.0.9/24")),
                Policy.DEFAULT,
                2000 * SECOND,
                1000 * SECOND,
                new SwitchTimes(990 * SECOND, 980 * SECOND, List.of()));
    }

    private static SessionRecord attached(SessionId id, String client, int epoch) {
        return record(id, client, OWNER, epoch, SessionState.ATTACHED);
    }

    /** The machine was started anew: another boot clock, so much later. */
    private void reboot(long seconds) {
        now = new ClockReading(10 * SECOND, now.wallNanos() + seconds * SECOND);
    }

    @Test
    void sessionsOutliveTheProcess() throws IOException {
        try (Bed bed = open()) {
            assertThat(bed.commit(new Change(ONE, 0, attached(ONE, "aa", 1)))).isEqualTo(Outcome.COMMITTED);
            assertThat(bed.commit(
                            new Change(ONE, 1, attached(ONE, "aa", 2)), new Change(TWO, 0, attached(TWO, "bb", 1))))
                    .isEqualTo(Outcome.COMMITTED);
            assertThat(bed.commit(new Change(TWO, 1, null))).isEqualTo(Outcome.COMMITTED);
            assertThat(bed.commit(new Change(ONE, 1, attached(ONE, "aa", 2)))).isEqualTo(Outcome.REFUSED);
        }
        reboot(300);
        try (Bed bed = open()) {
            assertThat(bed.load()).singleElement().satisfies(record -> {
                assertThat(record.id()).isEqualTo(ONE);
                assertThat(record.version()).isEqualTo(StateVersion.of(2, 0));
                assertThat(record.secret().key()).isEqualTo(SECRET);
                assertThat(record.lifetimeEndNanos())
                        .as("1000 s left, 300 passed")
                        .isEqualTo((10 + 700) * SECOND);
            });
            assertThat(bed.read(TWO)).isEqualTo(new Reading.None());
            assertThat(bed.commit(new Change(TWO, 0, attached(TWO, "aa", 1))))
                    .as("one live session a client")
                    .isEqualTo(Outcome.REFUSED);
            assertThat(bed.commit(new Change(ONE, 2, attached(ONE, "aa", 3)))).isEqualTo(Outcome.COMMITTED);
            assertThat(bed.reports).isEmpty();
        }
    }

    @Test
    void aClockThatWasSetBackMakesNothingLastLonger() throws IOException {
        try (Bed bed = open()) {
            bed.commit(new Change(ONE, 0, attached(ONE, "aa", 1)));
            bed.mark(OWNER, now.bootNanos());
        }
        reboot(-86_400);
        try (Bed bed = open()) {
            SessionRecord record = bed.load().getFirst();
            assertThat(record.lifetimeEndNanos()).isEqualTo((10 + 1000) * SECOND);
            assertThat(record.noBindingSinceNanos()).isEqualTo(10 * SECOND);
        }
    }

    @Test
    void theTransportLossCountsFromTheLastSignOfLifeOrTheLoss() throws IOException {
        try (Bed bed = open()) {
            bed.commit(new Change(ONE, 0, attached(ONE, "aa", 1)), new Change(TWO, 0, attached(TWO, "bb", 1)));
            now = new ClockReading(1050 * SECOND, now.wallNanos() + 50 * SECOND);
            assertThat(bed.mark(OWNER, 1040 * SECOND, new Loss(TWO, 1, 1030 * SECOND), new Loss(ONE, 7, 0)))
                    .isEqualTo(Outcome.COMMITTED);
        }
        for (int start = 0; start < 3; start++) {
            reboot(100);
            long wasThere = start;
            try (Bed bed = open()) {
                assertThat(bed.load())
                        .extracting(SessionRecord::noBindingSinceNanos)
                        .containsExactly(
                                (10 - 10 - 100 * (wasThere + 1)) * SECOND, (10 - 20 - 100 * (wasThere + 1)) * SECOND);
                bed.mark(new Owner(5, 100 + start), now.bootNanos());
            }
        }
        try (Bed bed = open()) {
            bed.commit(new Change(TWO, 1, record(TWO, "bb", NEXT_START, 2, SessionState.ATTACHED)));
        }
        try (Bed bed = open()) {
            assertThat(bed.load().get(1).noBindingSinceNanos())
                    .as("bound again")
                    .isEqualTo(1000 * SECOND);
        }
    }

    @Test
    void secretsAreSealedUnderTheGatewaysKey() throws IOException {
        try (Bed bed = open()) {
            bed.commit(new Change(ONE, 0, attached(ONE, "aa", 1)));
        }
        String file = Files.readString(temporary.resolve("state/sessions"), StandardCharsets.ISO_8859_1);
        assertThat(file).contains("laptop").doesNotContain(new String(SECRET, 5, 10, StandardCharsets.US_ASCII));
        byte[] other = new byte[32];
        Arrays.fill(other, (byte) 1);
        assertThatThrownBy(() -> new Bed(temporary.resolve("state"), other, () -> now))
                .isInstanceOf(StateException.class)
                .hasMessageContaining("another private key");
        open().close();
    }

    @Test
    void watchersHearOfWhatIsOnDisk() throws IOException {
        List<String> heard = new ArrayList<>();
        try (Bed bed = open()) {
            bed.table.watch(new jumpvpn.core.ownership.SessionTable.Watcher() {
                @Override
                public void committed(SessionId id, SessionRecord record) {
                    heard.add(id.low() + " " + (record == null ? "gone" : record.version()));
                }

                @Override
                public void ownerGone(SessionRecord record) {
                    heard.add("owner gone");
                }
            });
            bed.commit(new Change(ONE, 0, attached(ONE, "aa", 1)));
            bed.commit(new Change(ONE, 5, attached(ONE, "aa", 6)));
            bed.commit(new Change(ONE, 1, null));
        }
        assertThat(heard).containsExactly("1 1.0", "1 gone");
    }

    /** Whatever is asked finds what was asked before it, and nothing that was asked later, however the log takes them together. */
    @Test
    void aReadIsBetweenTheCommitsThatItWasAskedBetween() throws IOException {
        List<String> heard = new ArrayList<>();
        try (Bed bed = open()) {
            bed.commit(new Change(ONE, 0, attached(ONE, "aa", 1)));
            for (int epoch = 1; epoch <= 300; epoch++) {
                int next = epoch + 1;
                bed.table.read(ONE, reading -> heard.add("read " + epoch(reading)));
                bed.table.commit(
                        1, List.of(new Change(ONE, epoch, attached(ONE, "aa", next))), outcome -> heard.add("" + next));
                bed.table.load(
                        5,
                        records ->
                                heard.add("load " + records.getFirst().version().epoch()));
            }
            bed.read(TWO);
        }
        List<String> expected = new ArrayList<>();
        for (int epoch = 1; epoch <= 300; epoch++) {
            expected.addAll(List.of("read " + epoch, "" + (epoch + 1), "load " + (epoch + 1)));
        }
        assertThat(heard).isEqualTo(expected);
    }

    private static int epoch(Reading reading) {
        return ((Reading.Found) reading).record().version().epoch();
    }

    @Test
    void aClientIsFoundByItsNewestSession() throws IOException {
        List<Reading> heard = new ArrayList<>();
        String client = attached(ONE, "aa", 1).clientKey();
        SessionRecord end = record(ONE, "aa", OWNER, 1, SessionState.TERMINATED);
        try (Bed bed = open()) {
            bed.commit(new Change(ONE, 0, attached(ONE, "aa", 1)));
            bed.table.readClient(client, heard::add);
            bed.table.commit(1, List.of(new Change(TWO, 0, attached(TWO, "aa", 1)), new Change(ONE, 1, end)), _ -> {});
            bed.table.readClient(client, heard::add);
            bed.table.commit(1, List.of(new Change(ONE, 0, null)), _ -> {});
            bed.table.read(ONE, heard::add);
            bed.table.readClient("aaaaaaaaaaaaaaaa" + "bb".repeat(24), heard::add);
            bed.table.readClient("bb".repeat(32), heard::add);
            bed.read(TWO);
        }
        assertThat(heard)
                .extracting(reading -> reading instanceof Reading.Found found
                        ? found.record().id().low()
                        : reading)
                .containsExactly(1L, 2L, new Reading.None(), new Reading.None(), new Reading.None());
    }

    @Test
    void aLoadGivesWhatIsThereThen() throws IOException {
        SessionId other = new SessionId(1, 1);
        try (Bed bed = open()) {
            bed.commit(new Change(TWO, 0, attached(TWO, "bb", 1)), new Change(ONE, 0, attached(ONE, "aa", 1)));
            bed.commit(new Change(other, 0, record(other, "cc", new Owner(6, 1), 1, SessionState.ATTACHED)));
            assertThat(bed.load()).extracting(SessionRecord::id).containsExactly(ONE, TWO);
            bed.commit(new Change(ONE, 1, record(ONE, "aa", OWNER, 1, SessionState.TERMINATED)));
            assertThat(bed.load()).extracting(SessionRecord::isLive).containsExactly(false, true);
            bed.commit(new Change(ONE, 0, null));
            assertThat(bed.load()).extracting(SessionRecord::id).containsExactly(TWO);
        }
    }

    @Test
    void marksOfTwoStartsCountForTheirOwnRecords() throws IOException {
        try (Bed bed = open()) {
            bed.commit(new Change(ONE, 0, attached(ONE, "aa", 1)));
            bed.mark(OWNER, 1040 * SECOND);
            bed.commit(new Change(TWO, 0, record(TWO, "bb", NEXT_START, 1, SessionState.ATTACHED)));
            bed.mark(NEXT_START, 1050 * SECOND);
            assertThat(noBindingSince(bed)).containsExactly(1040 * SECOND, 1050 * SECOND);
            assertThat(bed.load())
                    .extracting(SessionRecord::noBindingSinceNanos)
                    .containsExactly(1040 * SECOND, 1050 * SECOND);
        }
        for (int start = 0; start < 3; start++) {
            reboot(100);
            long passed = 100L * start;
            try (Bed bed = open()) {
                bed.mark(new Owner(5, 100 + start), now.bootNanos());
                assertThat(noBindingSince(bed)).containsExactly((-50 - passed) * SECOND, (-40 - passed) * SECOND);
            }
        }
    }

    private static List<Long> noBindingSince(Bed bed) {
        return List.of(
                ((Reading.Found) bed.read(ONE)).record().noBindingSinceNanos(),
                ((Reading.Found) bed.read(TWO)).record().noBindingSinceNanos());
    }

    /** What is read while the process runs has its own boot times, however the wall clock was set. */
    @Test
    void theWallClockMovesNothingThatIsRead() throws IOException {
        try (Bed bed = open()) {
            bed.commit(new Change(ONE, 0, attached(ONE, "aa", 1)));
            for (long days : new long[] {20_000, -400}) {
                now = new ClockReading(now.bootNanos() + SECOND, now.wallNanos() + days * 86_400 * SECOND);
                SessionRecord record = ((Reading.Found) bed.read(ONE)).record();
                assertThat(record.lifetimeEndNanos()).isEqualTo(2000 * SECOND);
                assertThat(record.noBindingSinceNanos()).isEqualTo(1000 * SECOND);
            }
        }
    }

    @Test
    void whatCantBeReadIsUnavailableAndIsReportedOnce() throws IOException {
        try (Bed bed = open()) {
            bed.commit(new Change(ONE, 0, attached(ONE, "aa", 1)));
            bed.commit(new Change(TWO, 0, attached(TWO, "bb", 1)));
            Path file = temporary.resolve("state/sessions");
            byte[] log = Files.readAllBytes(file);
            log[LogFile.HEADER_BYTES + Frame.HEADER_BYTES + Entry.HEADER_BYTES + 100] ^= 1;
            Files.write(file, log);
            assertThat(bed.read(ONE)).isEqualTo(new Reading.Unavailable());
            assertThat(bed.read(ONE)).isEqualTo(new Reading.Unavailable());
            assertThat(epoch(bed.read(TWO))).isEqualTo(1);
            assertThat(bed.reports).singleElement().asString().contains("is damaged");
        }
    }

    /** A process whose files may not grow beyond a bound. */
    static final class OutOfRoom {
        public static void main(String[] arguments) throws IOException {
            Bed bed = new Bed(Path.of(arguments[0]), new byte[32], () -> new ClockReading(1000 * SECOND, 0));
            int epoch = 0;
            Outcome outcome = Outcome.COMMITTED;
            while (outcome == Outcome.COMMITTED) {
                outcome = bed.commit(new Change(ONE, epoch, attached(ONE, "aa", ++epoch)));
            }
            System.out.println((epoch - 1) + " " + outcome + " "
                    + bed.commit(new Change(TWO, 0, attached(TWO, "bb", 1))) + " " + bed.read(ONE) + " "
                    + bed.mark(OWNER, 0) + " " + (bed.table.failure() != null) + " " + bed.reports.size());
        }
    }

    @Test
    void outOfRoomNothingIsTakenOrToldAnyMore() throws IOException, InterruptedException {
        Path folder = temporary.resolve("state");
        Process child = CrashTest.child(OutOfRoom.class, folder, "ulimit -f 64; ");
        String said = child.inputReader().readLine();
        assertThat(said).endsWith(" UNKNOWN UNAVAILABLE Unavailable[] UNAVAILABLE true 1");
        assertThat(child.waitFor()).isZero();
        try (Bed bed = open()) {
            assertThat(bed.load().getFirst().version().epoch())
                    .isGreaterThanOrEqualTo(Integer.parseInt(said.substring(0, said.indexOf(' '))));
        }
    }
}
