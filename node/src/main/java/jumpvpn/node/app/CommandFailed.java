package jumpvpn.node.app;

import org.jspecify.annotations.Nullable;

/** A command could not do its work: exit code 1. The message says what, where and what to do next. */
final class CommandFailed extends Exception {
    private static final long serialVersionUID = 1;

    /** The code of a node that refused; null: something else failed. */
    final @Nullable String refusal;

    CommandFailed(String message) {
        this(null, message);
    }

    CommandFailed(@Nullable String refusal, String message) {
        super(message);
        this.refusal = refusal;
    }
}
