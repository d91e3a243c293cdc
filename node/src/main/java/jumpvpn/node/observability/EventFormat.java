package jumpvpn.node.observability;

/** Makes one line of JSON of an event, without a line feed. Any thread. */
@FunctionalInterface
public interface EventFormat {
    /** The line. */
    String line(NumberedEvent event);
}
