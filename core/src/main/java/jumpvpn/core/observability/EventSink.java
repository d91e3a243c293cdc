package jumpvpn.core.observability;

/** Where events go. Emitting never blocks; what can't be kept is counted and said (EVENTS_DROPPED). */
@FunctionalInterface
public interface EventSink {
    /** Takes one event. */
    void emit(Event event);
}
