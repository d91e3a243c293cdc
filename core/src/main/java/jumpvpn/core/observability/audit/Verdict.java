package jumpvpn.core.observability.audit;

/** What events prove; the later, the worse. */
public enum Verdict {
    /** Everything is there, and every rule holds. */
    PROVEN,
    /** What is there holds, but something is missing. */
    INCOMPLETE,
    /** An event breaks a rule, whatever may be missing. */
    VIOLATED;

    /** The worse of two. */
    public Verdict and(Verdict other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
