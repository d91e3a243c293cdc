package jumpvpn.core.observability.audit;

/** What the auditor checks. Names are stable: reports and scripts use them. */
public enum Rule {
    /** A line is one event: fields in their order, known names, values of their kind. */
    SCHEMA("the format of events"),
    /** A node numbers its events from 0 at each start, without gap, repeat or exchange. */
    SEQUENCE("each number once, in order"),
    /** EVENTS_DROPPED says as many as are missing. */
    DROPS("what is lost is said exactly"),
    /** Who says a type, and with which reasons. */
    REASON("each type its speaker and its reasons (I11)"),
    /** A row is in the transition table, for its state, binding, role and reason. */
    TABLE("rows of the transition table (I11)"),
    /** A row begins in the state in which the one before it ended. */
    CHAIN("no row without its predecessor (I11)"),
    /** Versions go up by one step a row, by one epoch a bind. */
    VERSION("versions go up one by one (I4)"),
    /** No version is said for two rows, by whomever. */
    TWICE("one row a version, one owner an epoch (I1, I4)"),
    /** A row said again after a loss of memory is the row that was said. */
    AGAIN("a row said again is the same row (I4)"),
    /** A bind comes after a request that passed gates A to F, and after BOUND. */
    GATES("no binding without gates A to F (I5)"),
    /** A session keeps its inner address, and has it alone. */
    ADDRESS("session and inner address belong together (I3)"),
    /** A session keeps its policy. */
    POLICY("a session keeps the policy it was born with"),
    /** Switches come no faster than the policy allows. */
    SWITCHES("no more switches than policy allows (I7)"),
    /** Nothing comes after TERMINATED. */
    END("TERMINATED absorbs (I10)"),
    /** The client says no version that its owner did not say before. */
    CLIENT("the client knows what its owner said"),
    /** A gateway that lost a session says no more rows of it. */
    OWNERSHIP("who has lost a session says no more rows of it"),
    /** A line of a sealed file is as it was written, where it was written. */
    SEAL("no line changed, added or taken away since it was sealed");

    private final String meaning;

    Rule(String meaning) {
        this.meaning = meaning;
    }

    /** In a few words. */
    public String meaning() {
        return meaning;
    }
}
