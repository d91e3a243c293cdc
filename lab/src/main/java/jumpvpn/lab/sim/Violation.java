package jumpvpn.lab.sim;

/** An invariant was broken. Where it is thrown knows what; {@link Simulation} adds seed, time and what came before. */
public final class Violation extends AssertionError {
    private static final long serialVersionUID = 1;

    private final String invariant;

    /**
     * What was broken.
     *
     * @param invariant of contract section 6: {@code I1} to {@code I13}, or in capitals the oracle that noticed it: {@code INNER} for a packet that nobody sent or that came twice, {@code MODEL}, {@code AUDIT}
     */
    public Violation(String invariant, String what) {
        super(invariant + ": " + what);
        this.invariant = invariant;
    }

    Violation(Violation cause, String story) {
        super(cause.getMessage() + "\n" + story, cause);
        this.invariant = cause.invariant;
    }

    /** Which invariant. */
    public String invariant() {
        return invariant;
    }
}
