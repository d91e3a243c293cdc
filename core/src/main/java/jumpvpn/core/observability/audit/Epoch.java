package jumpvpn.core.observability.audit;

import java.util.List;
import java.util.Objects;
import jumpvpn.core.observability.Event;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import org.jspecify.annotations.Nullable;

/** What was said of one epoch of one session, by all nodes. Places are where it was said; 0: nowhere. */
final class Epoch {
    /** The lowest step of an owner that does not remember the steps before. */
    static final long WITHOUT_MEMORY = 0x8000_0000L;

    final long number;

    /** The row that began it, first-hand. */
    long begunAt;

    /** The same row, said again by a later owner. */
    long againAt;

    @Nullable
    View againBy;

    /** Policy and path of that row, whoever told of it. */
    int policyVersion;

    @Nullable
    String path;

    /** Who says the steps below {@link #WITHOUT_MEMORY}: who began it. */
    @Nullable
    View owner;

    /** Who says those above: one that took the session over, or was started anew. */
    @Nullable
    View heir;

    /** The highest steps said, and where. */
    long ownersStep = -1;

    long ownersAt;
    long heirsStep = -1;
    long heirsAt;

    /** The highest step that a client says it learnt, and where. */
    long learntStep = -1;

    long learntAt;

    @Nullable
    View learner;

    /** The rows of those steps. */
    @Nullable
    Row ownersRow;

    @Nullable
    Row heirsRow;

    /** Rows that an heir said again, other than the one that began the epoch. */
    List<Again> again = List.of();

    /** What a row is, but for its version. */
    record Row(ReasonCode reason, SessionState from, SessionState to, int policyVersion) {
        static Row of(Event event) {
            return new Row(
                    event.reason(),
                    Objects.requireNonNull(event.from()),
                    Objects.requireNonNull(event.to()),
                    event.policyVersion());
        }
    }

    /** A row that an heir said again. */
    record Again(OwnerView by, long step, Row row, long place) {}

    Epoch(long number) {
        this.number = number;
    }

    /** Takes a row into account that its owner could not say any more. */
    void fill(Again again) {
        againBy = again.by;
        if (again.step < WITHOUT_MEMORY) {
            ownersStep = again.step;
            ownersAt = again.place;
            ownersRow = again.row;
        } else {
            heirsStep = again.step;
            heirsAt = again.place;
            heirsRow = again.row;
        }
    }

    /** Whether any owner said a row of it. */
    boolean isSaid() {
        return ownersStep >= 0 || heirsStep >= 0;
    }

    /** Somebody who said something of it. */
    @Nullable
    View speaker() {
        return heir != null ? heir : owner != null ? owner : againBy;
    }

    /** Its highest step, and where it was said. */
    long newestStep() {
        return Math.max(ownersStep, heirsStep);
    }

    long newestAt() {
        return heirsStep > ownersStep ? heirsAt : ownersAt;
    }
}
