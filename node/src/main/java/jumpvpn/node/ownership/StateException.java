package jumpvpn.node.ownership;

import java.io.IOException;

/** The state folder or the store can't be used. The message is for its user: where, what, what to do next. */
public final class StateException extends IOException {
    private static final long serialVersionUID = 1;

    /** With such a message. */
    public StateException(String message) {
        super(message);
    }

    /** With such a message and what lies behind it. */
    public StateException(String message, IOException cause) {
        super(message, cause);
    }
}
