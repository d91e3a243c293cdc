package jumpvpn.node.runtime;

/**
 * How a path is that a client may use.
 *
 * @param rttMillis the active path's smoothed, another's newest; NaN while unknown
 * @param loss of the active path, 0..1; NaN for the others
 * @param answeredSecondsAgo since an answer came there, on the active path any packet; NaN if none ever did
 */
public record CandidateStatus(PathStatus path, State state, double rttMillis, double loss, double answeredSecondsAgo) {
    /** What a path is good for. */
    public enum State {
        /** The session is on it, and packets pass. */
        ACTIVE,
        /** It is kept ready: it answered when it was asked last. */
        STANDBY,
        /** It may be tried. */
        UP,
        /** It was found dead, and nothing has come there since: it is tried last. */
        DEAD
    }
}
