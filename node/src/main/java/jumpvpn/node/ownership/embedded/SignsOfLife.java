package jumpvpn.node.ownership.embedded;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable.Loss;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/** What marks have told of owners and bindings, by all that the log has taken: it moves the beginning of the transport-loss TTL in what is read. */
final class SignsOfLife {
    /** Never changed, but replaced: whoever reads later has it as it was. */
    private Map<Owner, Long> marks = Map.of();

    private final TreeMap<SessionId, Loss> losses = new TreeMap<>();

    /** The owner lived then. */
    void mark(Owner owner, long nanos) {
        Map<Owner, Long> more = new HashMap<>(marks);
        more.put(owner, nanos);
        marks = more;
    }

    /** A binding is lost. */
    void lose(Loss loss) {
        losses.put(loss.id(), loss);
    }

    /** The session's record was replaced: what was lost is history. @return whether something was */
    boolean forgetLoss(SessionId id) {
        return losses.remove(id) != null;
    }

    /** Moves the session's record, by what is known at this moment; on any thread. */
    UnaryOperator<SessionRecord> of(SessionId id) {
        Map<Owner, Long> then = marks;
        Loss loss = losses.get(id);
        return record -> moved(record, loss, then);
    }

    /** Moves any record, by what is known at this moment; on any thread. */
    UnaryOperator<SessionRecord> ofAll() {
        Map<Owner, Long> then = marks;
        TreeMap<SessionId, Loss> lost = new TreeMap<>(losses);
        return record -> moved(record, lost.get(record.id()), then);
    }

    private static SessionRecord moved(SessionRecord record, @Nullable Loss loss, Map<Owner, Long> marks) {
        if (loss != null && loss.epoch() == record.version().epoch()) {
            return record.noBindingSince(loss.nanos());
        }
        Long nanos = marks.get(record.owner());
        return nanos == null || nanos < record.noBindingSinceNanos() ? record : record.noBindingSince(nanos);
    }
}
