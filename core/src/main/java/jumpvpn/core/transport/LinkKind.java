package jumpvpn.core.transport;

import org.jspecify.annotations.Nullable;

/** What a local interface is; the number is the one on the wire. */
public enum LinkKind {
    OTHER(0),
    ETHERNET(1),
    WIFI(2),
    CELLULAR(3);

    private final int number;

    LinkKind(int number) {
        this.number = number;
    }

    /** The number on the wire. */
    public int number() {
        return number;
    }

    /** The kind of a wire number, or null. */
    public static @Nullable LinkKind of(int number) {
        return number >= 0 && number < values().length ? values()[number] : null;
    }
}
