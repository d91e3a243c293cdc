package jumpvpn.core.observability.audit;

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

    Epoch(long number) {
        this.number = number;
    }

    /** Whether any owner said a row of it. */
    boolean isSaid() {
        return ownersStep >= 0 || heirsStep >= 0;
    }

    /** Its highest step, and where it was said. */
    long newestStep() {
        return Math.max(ownersStep, heirsStep);
    }

    long newestAt() {
        return heirsStep > ownersStep ? heirsAt : ownersAt;
    }
}
