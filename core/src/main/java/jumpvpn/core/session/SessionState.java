package jumpvpn.core.session;

/** The states of a session (contract section 1). */
public enum SessionState {
    /** A handshake is under way; nothing is committed, nothing is forwarded. */
    BIRTH,
    /** Exactly one active binding delivers. */
    ATTACHED,
    /** The active path left its thresholds. */
    VOLATILE,
    /** Instability lasted, or no path is left. */
    DEGRADED,
    /** Looking for the next binding. */
    RECOVERING,
    /** The end; absorbs everything. */
    TERMINATED;

    /** Between birth and end. */
    public boolean isLive() {
        return this != BIRTH && this != TERMINATED;
    }
}
