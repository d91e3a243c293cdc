package jumpvpn.node.config;

/** A value that its reader can't accept; the section that holds it adds file and line. */
final class BadValue extends Exception {
    private static final long serialVersionUID = 1;

    private final String suggestion;

    BadValue(String what, String suggestion) {
        super(what, null, false, false);
        this.suggestion = suggestion;
    }

    String what() {
        return String.valueOf(getMessage());
    }

    String suggestion() {
        return suggestion;
    }
}
