package jumpvpn.core.gateway;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.SessionId;

/**
 * What this gateway has asked of the session table and not heard yet. Answers may come at any time; they are noted, and handled with the time of the next call. An
 * outcome that nobody can say is settled here, by evidence only: whoever commits hears COMMITTED, REFUSED or UNAVAILABLE (contract section 4).
 */
final class TableClient {
    private static final long FIRST_PAUSE_NANOS = 50_000_000;
    private static final long LONGEST_PAUSE_NANOS = 1_000_000_000;
    private static final long BIRTH_NANOS = LiveSessions.GRAVE_NANOS / 2;

    /** Who hears how a commit ended; never UNKNOWN. */
    @FunctionalInterface
    interface Settled {
        void settled(long nowNanos, SessionTable.Outcome outcome);
    }

    /** Who hears what a read found. */
    @FunctionalInterface
    interface Read {
        void read(long nowNanos, SessionTable.Reading reading);
    }

    private record Later(long atNanos, long order, LongConsumer action) {}

    private final SessionTable table;
    private final ArrayDeque<LongConsumer> answers = new ArrayDeque<>();
    private final PriorityQueue<Later> later =
            new PriorityQueue<>(Comparator.comparingLong(Later::atNanos).thenComparingLong(Later::order));
    private final TreeSet<Long> unsettled = new TreeSet<>();
    private final Map<SessionId, List<Attempt>> looking = new TreeMap<>(); // never iterated
    private long order;
    private int reading;

    TableClient(SessionTable table) {
        this.table = table;
    }

    /** Notes something that the table said; it is handled with the time of the next call. */
    void note(LongConsumer answer) {
        answers.add(answer);
    }

    /** Does something later. */
    void at(long nanos, LongConsumer action) {
        later.add(new Later(nanos, order++, action));
    }

    void commit(long commitId, List<SessionTable.Change> changes, Settled settled) {
        unsettled.add(commitId);
        new Attempt(commitId, changes, settled).go();
    }

    /** Whether a commit with this id is under way: whoever asked for it will hear. */
    boolean isUnsettled(long commitId) {
        return unsettled.contains(commitId);
    }

    /** How many records are being read and commits made: the table answers them one after the other. */
    int underWay() {
        return reading + unsettled.size();
    }

    /** Whatever is read of a record is evidence too, for every commit that waits for some. */
    void read(SessionId id, Read read) {
        reading++;
        table.read(
                id,
                found -> note(now -> {
                    reading--;
                    List.copyOf(looking.getOrDefault(id, List.of())).forEach(attempt -> attempt.found(now, found));
                    read.read(now, found);
                }));
    }

    void readClient(String clientKey, Read read) {
        table.readClient(clientKey, reading -> note(now -> read.read(now, reading)));
    }

    /** Handles what the table said and does what is due. */
    void proceed(long nowNanos) {
        while (true) {
            LongConsumer answer = answers.poll();
            if (answer != null) {
                answer.accept(nowNanos);
            } else if (!later.isEmpty() && later.peek().atNanos <= nowNanos) {
                later.remove().action.accept(nowNanos);
            } else {
                return;
            }
        }
    }

    long nextNanos() {
        if (!answers.isEmpty()) {
            return 0;
        }
        return later.isEmpty() ? Deadlines.NEVER : later.peek().atNanos;
    }

    private static List<SessionTable.Change> copies(List<SessionTable.Change> changes) {
        return changes.size() == 1
                ? List.of(changes.getFirst().copy())
                : changes.stream().map(SessionTable.Change::copy).toList();
    }

    /** One commit until it is settled. */
    private final class Attempt {
        private final long commitId;
        private final List<SessionTable.Change> changes;
        private final Settled settled;
        private boolean doubtful;
        private boolean refused;
        private long doubtfulSinceNanos;
        private long pauseNanos = FIRST_PAUSE_NANOS;

        Attempt(long commitId, List<SessionTable.Change> changes, Settled settled) {
            this.commitId = commitId;
            this.changes = copies(changes); // its session may be forgotten, and wiped, before it is settled
            this.settled = settled;
        }

        void go() {
            table.commit(commitId, changes, outcome -> note(now -> answered(now, outcome)));
        }

        private void answered(long nowNanos, SessionTable.Outcome outcome) {
            switch (outcome) {
                case COMMITTED -> settle(nowNanos, outcome);
                case UNKNOWN -> {
                    if (!doubtful) {
                        doubtful = true;
                        doubtfulSinceNanos = nowNanos;
                    }
                    doubts();
                }
                case REFUSED, UNAVAILABLE -> {
                    if (doubtful) { // an earlier try may be in, and be why
                        refused = outcome == SessionTable.Outcome.REFUSED;
                        doubts();
                    } else {
                        settle(nowNanos, outcome);
                    }
                }
            }
        }

        private void settle(long nowNanos, SessionTable.Outcome outcome) {
            unsettled.remove(commitId);
            changes.forEach(SessionTable.Change::wipe);
            settled.settled(nowNanos, outcome);
        }

        private void doubts() {
            looking.computeIfAbsent(id(), _ -> new ArrayList<>(1)).add(this);
            look();
        }

        private void look() {
            if (isLooking()) { // else another read was evidence already
                read(id(), (now, reading) -> {
                    if (reading instanceof SessionTable.Reading.Unavailable) {
                        pause(now, this::look);
                    }
                });
            }
        }

        private SessionId id() {
            return changes.getFirst().id();
        }

        private boolean isLooking() {
            return looking.getOrDefault(id(), List.of()).contains(this);
        }

        private void looksNoMore() {
            looking.computeIfPresent(id(), (_, attempts) -> {
                attempts.remove(this);
                return attempts.isEmpty() ? null : attempts;
            });
        }

        private void found(long nowNanos, SessionTable.Reading reading) {
            switch (reading) {
                case SessionTable.Reading.Unavailable _ -> {
                    // no evidence
                }
                case SessionTable.Reading.None _ ->
                    judge(nowNanos, changes.getFirst().record() == null, 0);
                case SessionTable.Reading.Found found -> {
                    SessionRecord record = found.record();
                    judge(
                            nowNanos,
                            record.commitId() == commitId,
                            record.isLive() ? record.version().epoch() : 0);
                }
            }
        }

        /** The id is there: committed. The epoch moved without it: refused. Else the same commit again. */
        private void judge(long nowNanos, boolean isThere, int epoch) {
            looksNoMore();
            if (isThere) {
                settle(nowNanos, SessionTable.Outcome.COMMITTED);
            } else if (refused || epoch != changes.getFirst().expectedEpoch() || isTooLate(nowNanos)) {
                settle(nowNanos, SessionTable.Outcome.REFUSED);
            } else {
                pause(nowNanos, this::go);
            }
        }

        /** A birth that is not there may have been, and its session ended: as long as what is left of it is in the table, it can't be brought back. */
        private boolean isTooLate(long nowNanos) {
            SessionTable.Change first = changes.getFirst();
            return first.expectedEpoch() == 0 && first.record() != null && nowNanos - doubtfulSinceNanos > BIRTH_NANOS;
        }

        private void pause(long nowNanos, Runnable again) {
            at(nowNanos + pauseNanos, _ -> again.run());
            pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
        }
    }
}
