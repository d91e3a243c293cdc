package jumpvpn.lab.sim;

import jumpvpn.core.observability.Event;

/** An event as one short line, made only when somebody reads it. */
record Told(Event event) {
    /** The same in every run, other for another event. */
    static long number(Event event) {
        return event.type().ordinal() * 1000L
                + event.reason().number()
                + event.version().packed() * 31;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(event.type()).append(' ').append(event.reason()).append(' ').append(event.version());
        if (event.from() != null) {
            text.append(' ').append(event.from()).append(" > ").append(event.to());
        }
        if (event.sessionId() != null) {
            text.append(" of ").append(event.sessionId().toString(), 0, 8);
        }
        if (event.path() != null) {
            text.append(" on ").append(event.path());
        }
        event.details()
                .forEach(detail ->
                        text.append(' ').append(detail.name()).append('=').append(detail.value()));
        return text.toString();
    }
}
