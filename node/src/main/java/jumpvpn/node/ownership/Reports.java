package jumpvpn.node.ownership;

/** Who is told what a person should know. Called on any thread. */
public interface Reports {
    /** Something that works but deserves attention. */
    void warn(String text);

    /** Something that failed. */
    void error(String text);
}
