package jumpvpn.core.session;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.net.Varint;
import org.jspecify.annotations.Nullable;

/**
 * One end's view of one session: its state, its version and whether its binding is alive. Moves only along {@link Transition}; the owner counts the version, the
 * client carries the one it last learnt. Not thread-safe: one control thread owns it.
 */
public final class SessionMachine {
    /** The step of the first row that anybody takes on a record without its owner's memory; what the owner keeps in memory stays below. */
    public static final int FIRST_STEP_WITHOUT_MEMORY = 0x8000_0000;

    private final Role role;
    private SessionState state = SessionState.BIRTH;
    private StateVersion version = StateVersion.BIRTH;
    private boolean bindingAlive;
    private boolean memoryLost;
    private long sinceNanos;
    private @Nullable ReasonCode reason;

    /** A session in BIRTH. */
    public SessionMachine(Role role, long nowNanos) {
        this.role = role;
        this.sinceNanos = nowNanos;
    }

    private SessionMachine(SessionMachine other) {
        role = other.role;
        state = other.state;
        version = other.version;
        bindingAlive = other.bindingAlive;
        memoryLost = other.memoryLost;
        sinceNanos = other.sinceNanos;
        reason = other.reason;
    }

    /**
     * The gateway's machine over a record, without the memory of who owned it. Rows that were only in that memory are lost, so the next row is committed, with step
     * {@link #FIRST_STEP_WITHOUT_MEMORY}: above all that memory may have said.
     *
     * @param bindingAlive whether the record's binding may still be alive, somewhere
     */
    public static SessionMachine restored(
            SessionState state, StateVersion version, ReasonCode reason, boolean bindingAlive, long nowNanos) {
        SessionMachine machine = new SessionMachine(Role.GATEWAY, nowNanos);
        machine.state = state;
        machine.version = version;
        machine.reason = reason;
        machine.bindingAlive = bindingAlive;
        machine.memoryLost = true;
        return machine;
    }

    /** Writes it, its time as passed since then. */
    public void encode(ByteBuffer out, long sinceStartNanos) {
        out.put((byte) state.ordinal()).put((byte) ((bindingAlive ? 1 : 0) | (memoryLost ? 2 : 0)));
        version.encodeShort(out);
        out.putShort((short) (reason == null ? 0 : reason.number()));
        Varint.put(out, sinceNanos - sinceStartNanos);
    }

    /** A machine of this role whose {@link #encode} wrote this. */
    public static SessionMachine decode(Role role, ByteBuffer in, long sinceStartNanos) {
        SessionMachine machine = new SessionMachine(role, 0);
        machine.state = SessionState.values()[in.get()];
        byte flags = in.get();
        machine.bindingAlive = (flags & 1) != 0;
        machine.memoryLost = (flags & 2) != 0;
        machine.version = StateVersion.decodeShort(in);
        machine.reason = ReasonCode.of(in.getShort());
        machine.sinceNanos = sinceStartNanos + Varint.get(in);
        return machine;
    }

    /**
     * A row that was taken.
     *
     * @param version after the row
     */
    public record Step(Transition row, SessionState from, SessionState to, StateVersion version, ReasonCode reason) {}

    /**
     * Takes the row for this reason, if the table has one here; a signal without a row is ignored. A bind begins the next epoch and makes the binding alive; a
     * death and an end leave none.
     *
     * @return the step, or null when ignored: then nothing has changed
     */
    public @Nullable Step apply(long nowNanos, ReasonCode reason) {
        Step step = inMemory(reason);
        if (step != null) {
            take(nowNanos, step);
        }
        return step;
    }

    /**
     * The row for this reason as one that only the owner's memory keeps; null if the table has none here, if memory was lost (then the next row is a committed
     * one), or if memory's steps of this epoch are used up.
     */
    public @Nullable Step inMemory(ReasonCode reason) {
        Step step = next(reason);
        boolean possible = step == null || step.row.binds() || (!memoryLost && !isUsedUp());
        return possible ? step : null;
    }

    /** The rows that these reasons would make, one after another, to be committed; none if the table lacks one of them. Nothing has changed. */
    public List<Step> plan(List<ReasonCode> reasons) {
        SessionMachine ahead = new SessionMachine(this);
        List<Step> steps = new ArrayList<>(reasons.size());
        for (ReasonCode each : reasons) {
            Step step = ahead.next(each);
            if (step == null) {
                return List.of();
            }
            ahead.take(sinceNanos, step);
            steps.add(step);
        }
        return List.copyOf(steps);
    }

    private @Nullable Step next(ReasonCode why) {
        Transition row = Transition.find(role, state, bindingAlive, why);
        if (row == null) {
            return null;
        }
        StateVersion after = version;
        if (role == Role.GATEWAY) {
            StateVersion nextStep =
                    memoryLost ? StateVersion.of(version.epoch(), FIRST_STEP_WITHOUT_MEMORY) : version.nextStep();
            after = row.binds() ? version.nextEpoch() : nextStep;
        }
        return new Step(row, state, row.to(), after, why);
    }

    /** Takes a step that {@link #inMemory} or {@link #plan} gave. */
    public void take(long nowNanos, Step step) {
        Transition row = step.row;
        state = step.to;
        version = step.version;
        sinceNanos = nowNanos;
        reason = step.reason;
        memoryLost = false;
        if (row.binds()) {
            bindingAlive = true;
        } else if (row == Transition.DIED || row == Transition.TOLD || state == SessionState.TERMINATED) {
            bindingAlive = false;
        }
    }

    /** Whether memory's steps of this epoch are used up: the session must end or be bound anew. */
    public boolean isUsedUp() {
        return role == Role.GATEWAY && version.step() == FIRST_STEP_WITHOUT_MEMORY - 1;
    }

    /** The binding died while the state stays: a switch was already under way. */
    public void bindingDied() {
        bindingAlive = false;
    }

    /** The client learns the owner's version; an older one is ignored. */
    public void learn(StateVersion learnt) {
        if (role == Role.CLIENT && learnt.compareTo(version) > 0) {
            version = learnt;
        }
    }

    /** Where the session is. */
    public SessionState state() {
        return state;
    }

    /** The owner's count, or what the client last learnt. */
    public StateVersion version() {
        return version;
    }

    /** Whether a binding is alive (contract section 1). */
    public boolean bindingAlive() {
        return bindingAlive;
    }

    /** The reason of the last row; null before the first. */
    public @Nullable ReasonCode reason() {
        return reason;
    }

    /** Boot time of the last row. */
    public long sinceNanos() {
        return sinceNanos;
    }
}
