package jumpvpn.lab.explore;

import java.util.List;
import jumpvpn.core.observability.Event;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/** What comes out of a process. */
sealed interface Output {
    /** An event. */
    record Said(Event event) implements Output {}

    /** A datagram. */
    record Sent(Message message) implements Output {}

    /** An inner packet comes out of a binding; null: nobody has a session for it. */
    record Delivered(@Nullable SessionId id, int epoch, int packet) implements Output {}

    /** A sign of life for the table. */
    record Marked(SessionTable.Mark mark) implements Output {}

    /** A key seals for the first time since this process started. */
    record Sealed(long key) implements Output {}

    /**
     * Something is asked of the table.
     *
     * @param number counts what this process asked since it started
     * @param id whom a read is about
     * @param clientKey whom a read is about
     * @param changes that a commit would make; empty: it is none
     * @param subject the commit's identifier, or the owner whose records are loaded
     */
    record Asked(
            int number,
            String what,
            @Nullable SessionId id,
            @Nullable String clientKey,
            List<SessionTable.Change> changes,
            long subject)
            implements Output {
        boolean isCommit() {
            return !changes.isEmpty();
        }

        boolean isRead() {
            return id != null || clientKey != null;
        }

        Digest.Value digest() {
            Digest digest = new Digest().add(number).add(subject);
            for (SessionTable.Change change : changes) {
                digest.add(change.id().low()).add(change.expectedEpoch());
                if (change.record() != null) {
                    digest.add(Records.digest(change.record()));
                }
            }
            return digest.value();
        }
    }
}
