package jumpvpn.node.app;

/** The command line can't be understood: exit code 2. */
final class UsageException extends Exception {
    private static final long serialVersionUID = 1;

    UsageException(String message) {
        super(message);
    }
}
