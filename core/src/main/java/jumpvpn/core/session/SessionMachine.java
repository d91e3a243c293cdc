package jumpvpn.core.session;

import org.jspecify.annotations.Nullable;

/**
 * One end's view of one session: its state, its version and whether its binding is alive. Moves only along {@link Transition}; the owner counts the version, the
 * client carries the one it last learnt. Not thread-safe: one control thread owns it.
 */
public final class SessionMachine {
    private final Role role;
    private SessionState state = SessionState.BIRTH;
    private StateVersion version = StateVersion.BIRTH;
    private boolean bindingAlive;
    private long sinceNanos;
    private @Nullable ReasonCode reason;

    /** A session in BIRTH. */
    public SessionMachine(Role role, long nowNanos) {
        this.role = role;
        this.sinceNanos = nowNanos;
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
        Transition row = Transition.find(role, state, bindingAlive, reason);
        if (row == null) {
            return null;
        }
        SessionState from = state;
        state = row.to();
        sinceNanos = nowNanos;
        this.reason = reason;
        if (row.binds()) {
            bindingAlive = true;
        } else if (row == Transition.DIED || row == Transition.TOLD || state == SessionState.TERMINATED) {
            bindingAlive = false;
        }
        if (role == Role.GATEWAY) {
            version = row.binds() ? version.nextEpoch() : version.nextStep();
        }
        return new Step(row, from, state, version, reason);
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
