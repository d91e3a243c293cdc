package jumpvpn.node.app;

/** A command could not do its work: exit code 1. The message says what, where and what to do next. */
final class CommandFailed extends Exception {
    private static final long serialVersionUID = 1;

    CommandFailed(String message) {
        super(message);
    }
}
