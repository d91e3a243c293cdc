package jumpvpn.core.ownership;

import java.util.List;
import java.util.function.Consumer;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * The session table: linearizable, asynchronous. Every callback comes on the caller's control thread, at once or later, exactly once; a gateway only notes it, so
 * whoever calls back afterwards asks the gateway's {@code nextNanos()} anew. Boot times are the caller's. An UNKNOWN outcome is settled by reading: the record bears
 * the commit's id.
 *
 * <p>A client has at most one live record: a commit after which it would have two is refused. What goes in and out is copied with its secrets: a gateway wipes its
 * own.
 */
public interface SessionTable {
    /** How a commit ended. */
    enum Outcome {
        /** All changes are in, durably. */
        COMMITTED,
        /** A record was not as expected, or the client has another live one; nothing has changed. */
        REFUSED,
        /** The table takes no writes at present; nothing has changed. */
        UNAVAILABLE,
        /** Nobody can say yet. */
        UNKNOWN
    }

    /**
     * One compare-and-swap on a record's epoch.
     *
     * @param expectedEpoch of the live record before; 0: there must be no live one, and for a birth none at all: a try that comes in late must not bring back what has
     *     ended meanwhile
     * @param record what replaces it; null: what is left of an ended session goes
     */
    record Change(SessionId id, int expectedEpoch, @Nullable SessionRecord record) {
        /** The same change with its own secrets. */
        public Change copy() {
            return new Change(id, expectedEpoch, record == null ? null : record.copy());
        }

        /** The record's secrets are needed no more. */
        public void wipe() {
            if (record != null) {
                record.secrets().forEach(SessionSecret::wipe);
            }
        }

        /** Whether a table with this record of the session may take the change. */
        public boolean fits(@Nullable SessionRecord current) {
            int liveEpoch =
                    current != null && current.isLive() ? current.version().epoch() : 0;
            return fits(liveEpoch, current != null && !current.isLive());
        }

        /**
         * Whether a table that knows this of the session may take the change.
         *
         * @param liveEpoch of the live record; 0: there is none
         * @param ended whether there is a record that has ended
         */
        public boolean fits(int liveEpoch, boolean ended) {
            return expectedEpoch == liveEpoch && (!ended || record == null);
        }
    }

    /** What a read found. */
    sealed interface Reading {
        /**
         * There is a record, live or ended.
         *
         * @param ownerGone the owner's lease is over
         */
        record Found(SessionRecord record, boolean ownerGone) implements Reading {}

        /** There is none. */
        record None() implements Reading {}

        /** The table can't be read at present. */
        record Unavailable() implements Reading {}
    }

    /**
     * An owner's sign of life.
     *
     * @param nanos when it was given
     * @param losses of bindings since the last mark that was committed
     */
    record Mark(Owner owner, long nanos, List<Loss> losses) {}

    /**
     * A binding that is no longer alive.
     *
     * @param epoch the binding's
     * @param nanos boot time of the last authenticated packet
     */
    record Loss(SessionId id, int epoch, long nanos) {}

    /** Who hears of every change. */
    interface Watcher {
        /**
         * A change was committed, by anybody, the watcher included. In order per session.
         *
         * @param record null: removed. Its secrets are not copied, and may be wiped at any time: they are not for watchers
         */
        void committed(SessionId id, @Nullable SessionRecord record);

        /** The lease of a live record's owner is over. */
        void ownerGone(SessionRecord record);
    }

    /** Applies all changes or none. */
    void commit(long commitId, List<Change> changes, Consumer<Outcome> done);

    /** Reads one record, linearizably. */
    void read(SessionId id, Consumer<Reading> done);

    /** Reads the live record of a client, linearizably. */
    void readClient(String clientKey, Consumer<Reading> done);

    /** Says durably that an owner lives. */
    void mark(Mark mark, Consumer<Outcome> done);

    /** Gives all records that a gateway owned when it last ran, whatever its incarnation then, live and ended, by id. */
    void load(long gateway, Consumer<List<SessionRecord>> done);

    /** Tells the watcher of every change from now on. */
    void watch(Watcher watcher);

    /** How long after the beginning of a committed mark others take its owner for alive, or {@link Deadlines#NEVER} where there are no others. */
    default long leaseNanos() {
        return Deadlines.NEVER;
    }
}
