package jumpvpn.core.session;

import java.util.Locale;

/** Whose view of the session a machine holds. */
public enum Role {
    /** The client's own view; it carries the version that it last learnt. */
    CLIENT,
    /** The owner's truth; it counts the version. */
    GATEWAY;

    /** As in events: {@code client} or {@code gateway}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
