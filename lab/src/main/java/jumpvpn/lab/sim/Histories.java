package jumpvpn.lab.sim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * Whether what a session table answered could have come from one that does everything at one moment between question and answer: linearizable. A session is a register
 * whose values only go up, each epoch once and its end last, so that a look at the order of times suffices. Outcomes that nobody can say are no evidence; what they did shows
 * in what comes later. Times are of one clock that all who ask share.
 */
public final class Histories {
    private static final long ENDED = 1L << 32;
    private static final long NOTHING = 0;

    /** The table had the one value and right after it the other, at some moment from question to answer. */
    private record Seen(long askedNanos, long answeredNanos, long before, long after) {}

    /** A commit that may have made another value of this one, from then on. */
    private record Attempt(Question by, long askedNanos, long before, long after) {}

    /** A commit that was refused: the value was another one at some moment. */
    private record Refused(long askedNanos, long answeredNanos, long expected) {}

    private static final class History {
        final List<Seen> seen = new ArrayList<>();
        final List<Attempt> attempts = new ArrayList<>();
        final List<Refused> refused = new ArrayList<>();
    }

    private final TreeMap<SessionId, History> histories = new TreeMap<>();

    private static long value(@Nullable SessionRecord record) {
        if (record == null) {
            return NOTHING;
        }
        return record.isLive() ? Integer.toUnsignedLong(record.version().epoch()) : ENDED;
    }

    private History of(SessionId id) {
        return histories.computeIfAbsent(id, _ -> new History());
    }

    /** A commit is asked for; whoever asks may never hear of it. */
    public Question asks(List<SessionTable.Change> changes, long nanos) {
        return new Question(changes, nanos);
    }

    /** A commit until it is answered. */
    public final class Question {
        private final List<SessionTable.Change> changes;
        private final long askedNanos;

        private Question(List<SessionTable.Change> changes, long askedNanos) {
            // what is left of an ended session goes: that changes no value
            this.changes =
                    changes.stream().filter(change -> change.record() != null).toList();
            this.askedNanos = askedNanos;
            this.changes.forEach(change -> of(change.id()).attempts.add(attempt(change)));
        }

        private Attempt attempt(SessionTable.Change change) {
            return new Attempt(this, askedNanos, expected(change), value(change.record()));
        }

        /** The answer came. */
        public void answered(SessionTable.Outcome outcome, long nanos) {
            for (SessionTable.Change change : changes) {
                History history = of(change.id());
                if (outcome == SessionTable.Outcome.COMMITTED) {
                    history.seen.add(new Seen(askedNanos, nanos, expected(change), value(change.record())));
                } else if (outcome != SessionTable.Outcome.UNKNOWN) {
                    history.attempts.remove(attempt(change));
                }
                boolean alone = changes.size() == 1
                        && expected(change) != NOTHING; // a birth may be refused for its client's other one
                if (outcome == SessionTable.Outcome.REFUSED && alone) {
                    history.refused.add(new Refused(askedNanos, nanos, expected(change)));
                }
            }
        }
    }

    private static long expected(SessionTable.Change change) {
        return Integer.toUnsignedLong(change.expectedEpoch());
    }

    /** A record was read. */
    public void read(SessionRecord found, long askedNanos, long answeredNanos) {
        long value = value(found);
        of(found.id()).seen.add(new Seen(askedNanos, answeredNanos, value, value));
    }

    /** What no such table could have answered; null: all of it could. */
    public @Nullable String wrong() {
        for (var entry : histories.entrySet()) {
            String wrong = wrong(entry.getValue());
            if (wrong != null) {
                return "session " + entry.getKey() + ": " + wrong;
            }
        }
        return null;
    }

    private static @Nullable String wrong(History history) {
        List<Seen> answered = history.seen.stream()
                .sorted(Comparator.comparingLong(Seen::answeredNanos))
                .toList();
        TreeMap<Long, Seen> left = new TreeMap<>();
        long most = NOTHING;
        int over = 0;
        for (Seen next : history.seen.stream()
                .sorted(Comparator.comparingLong(Seen::askedNanos))
                .toList()) {
            while (answered.get(over).answeredNanos < next.askedNanos) {
                most = Math.max(most, answered.get(over++).after);
            }
            if (next.before < most) {
                return next + " although it was at " + most + " before";
            }
            Seen other = next.before == next.after ? null : left.put(next.before, next);
            if (other != null) {
                return next + " and " + other + " both made something else of " + next.before;
            }
        }
        return wronglyRefused(history);
    }

    private static @Nullable String wronglyRefused(History history) {
        for (Refused refused : history.refused) {
            boolean was = history.seen.stream()
                    .anyMatch(seen -> seen.after == refused.expected && seen.answeredNanos < refused.askedNanos);
            boolean mayHaveGone = history.attempts.stream()
                    .anyMatch(attempt -> attempt.before == refused.expected
                            && attempt.after != attempt.before
                            && attempt.askedNanos <= refused.answeredNanos);
            if (was && !mayHaveGone) {
                return refused + " although nobody had made anything else of it";
            }
        }
        return null;
    }
}
