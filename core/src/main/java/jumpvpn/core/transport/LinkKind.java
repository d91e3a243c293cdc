package jumpvpn.core.transport;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a local interface is; the number is the one on the wire. */
public enum LinkKind {
    OTHER(0),
    ETHERNET(1),
    WIFI(2),
    CELLULAR(3);

    private static final LinkKind[] IN_ORDER = values();

    private final int number;
    private final String text = name().toLowerCase(Locale.ROOT);

    LinkKind(int number) {
        this.number = number;
    }

    /** As events say it. */
    public String text() {
        return text;
    }

    /** The number on the wire. */
    public int number() {
        return number;
    }

    /** The kind of a wire number, or null. */
    public static @Nullable LinkKind of(int number) {
        return number >= 0 && number < IN_ORDER.length ? IN_ORDER[number] : null;
    }
}
