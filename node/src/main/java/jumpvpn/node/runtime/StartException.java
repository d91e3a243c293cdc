package jumpvpn.node.runtime;

/** A node can't start. The message is for its user: what, where, what to do next. */
public final class StartException extends Exception {
    private static final long serialVersionUID = 1;

    /** With such a message. */
    public StartException(String message) {
        super(message);
    }

    /** With such a message and what lies behind it. */
    public StartException(String message, Throwable cause) {
        super(message, cause);
    }
}
