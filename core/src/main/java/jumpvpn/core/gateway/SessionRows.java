package jumpvpn.core.gateway;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.observability.Journal;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.session.Fault;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionMachine;
import jumpvpn.core.session.SessionMachine.Step;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one session: health rows in memory, others planned, committed, then taken; each told once, and those of a loaded record once more. While a commit of
 * the session is under way no other row is taken, so that no version is used for two.
 */
final class SessionRows {
    final SessionMachine machine;
    final Journal journal;
    private final GatewayContext context;
    private @Nullable ReasonCode first;
    private List<SessionRecord.Row> again;
    private int commitsUnderWay;

    /**
     * Rows to come.
     *
     * @param first the reason of the row that comes before any other; null: none does
     * @param again rows to be told once more
     */
    SessionRows(
            GatewayContext context,
            SessionMachine machine,
            Journal journal,
            @Nullable ReasonCode first,
            List<SessionRecord.Row> again) {
        this.context = context;
        this.machine = machine;
        this.journal = journal;
        this.first = first;
        this.again = again;
    }

    /** A commit of this session begins. */
    void freeze() {
        commitsUnderWay++;
    }

    /** A commit of this session is settled. */
    void thaw() {
        commitsUnderWay--;
    }

    boolean isFrozen() {
        return commitsUnderWay > 0;
    }

    /** Whether a commit is under way, or rows are still to be said again. */
    boolean isBusy() {
        return isFrozen() || !again.isEmpty();
    }

    /** The reason of the row that comes before any other; null: none does. */
    @Nullable
    ReasonCode first() {
        return first;
    }

    /** Whether the first row is still to be taken: it says what became of the binding, so no other row does. */
    boolean lacksFirst() {
        return first != null;
    }

    /** The rows that these reasons make, to be committed, the first row before them; none if the table lacks one. */
    List<Step> plan(List<ReasonCode> reasons) {
        List<Step> steps = machine.plan(withFirst(reasons));
        return context.faults().isEmpty()
                ? steps
                : steps.stream().map(this::planted).toList();
    }

    private List<ReasonCode> withFirst(List<ReasonCode> reasons) {
        if (first == null) {
            return reasons;
        }
        List<ReasonCode> all = new ArrayList<>();
        all.add(first);
        all.addAll(reasons);
        return all;
    }

    /** Rows as a record keeps them. */
    static List<SessionRecord.Row> records(List<Step> rows) {
        List<SessionRecord.Row> records = new ArrayList<>(rows.size());
        for (Step row : rows) {
            records.add(new SessionRecord.Row(row.version(), row.from(), row.to(), row.reason()));
        }
        return List.copyOf(records);
    }

    /** What a record keeps whose commit makes these rows: before them those of the commit before, if they are not told here yet, so that two ends in a row leave no hole. */
    List<SessionRecord.Row> kept(List<Step> rows) {
        if (again.isEmpty()) {
            return records(rows);
        }
        List<SessionRecord.Row> kept = new ArrayList<>(SessionRecord.ofLastCommit(again));
        kept.addAll(records(rows));
        return List.copyOf(kept);
    }

    private Step planted(Step step) {
        boolean forgets = context.has(Fault.FORGET_VERSION_STEP) && !step.row().binds();
        boolean rollsBack = context.has(Fault.VERSION_ROLLBACK) && step.row().binds();
        if (!forgets && !rollsBack) {
            return step;
        }
        return new Step(step.row(), step.from(), step.to(), machine.version(), step.reason());
    }

    /** Takes a committed row, and says so. */
    void take(long nowNanos, Step step, @Nullable String path, Detail... details) {
        tellAgain(nowNanos);
        first = null;
        machine.take(nowNanos, step);
        journal.step(nowNanos, step, path, details);
    }

    /** Takes a row in memory if the table has one for the reason here and no commit is under way, and says so. */
    boolean step(long nowNanos, ReasonCode reason, @Nullable String path, Detail... details) {
        Step step = isFrozen() ? null : machine.inMemory(reason);
        if (step == null) {
            return false;
        }
        Step taken = planted(step);
        machine.take(nowNanos, taken);
        journal.step(nowNanos, taken, path, details);
        return true;
    }

    /** The committed rows that this gateway knows from the record only are said once more. */
    void tellAgain(long nowNanos) {
        for (SessionRecord.Row row : again) {
            journal.again(nowNanos, row.version(), row.from(), row.to(), row.reason());
        }
        again = List.of();
    }
}
