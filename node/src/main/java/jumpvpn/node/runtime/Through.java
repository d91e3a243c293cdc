package jumpvpn.node.runtime;

/** By which door a request comes. */
public enum Through {
    CONTROL("control"),
    DASHBOARD("dashboard");

    private final String label;

    Through(String label) {
        this.label = label;
    }

    /** Its name in events. */
    public String label() {
        return label;
    }
}
