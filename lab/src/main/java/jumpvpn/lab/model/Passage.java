package jumpvpn.lab.model;

/** What becomes of inner packets (contract section 1). */
public enum Passage {
    /** Sealed for the active binding. */
    FORWARD,
    /** Kept for the next binding. */
    HOLD,
    /** Thrown away. */
    DROP
}
