package jumpvpn.lab.model;

/** Where a session can be (contract section 1). */
public enum State {
    BIRTH,
    ATTACHED,
    VOLATILE,
    DEGRADED,
    RECOVERING,
    TERMINATED;

    /** Neither unborn nor ended. */
    boolean lives() {
        return compareTo(BIRTH) > 0 && compareTo(TERMINATED) < 0;
    }
}
