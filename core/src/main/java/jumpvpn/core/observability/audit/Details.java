package jumpvpn.core.observability.audit;

import java.util.List;
import jumpvpn.core.observability.Event;
import org.jspecify.annotations.Nullable;

/** What the auditor reads of an event's added fields. */
final class Details {
    private Details() {}

    static @Nullable Object of(Event event, String name) {
        for (Event.Detail detail : event.details()) {
            if (detail.name().equals(name)) {
                return detail.value();
            }
        }
        return null;
    }

    /** The number in {@code count}; 0 if there is none. */
    static long count(Event event) {
        return of(event, "count") instanceof Long count ? count : 0;
    }

    /** The texts of a list; null if it is not there or is none. */
    static @Nullable List<?> list(Event event, String name) {
        return of(event, name) instanceof List<?> list ? list : null;
    }
}
