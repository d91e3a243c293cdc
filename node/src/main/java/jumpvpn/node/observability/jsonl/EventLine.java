package jumpvpn.node.observability.jsonl;

import jumpvpn.core.observability.Event;
import org.jspecify.annotations.Nullable;

/**
 * A line of an event file, as it was read.
 *
 * @param event null: it is none
 * @param seq the event's number; -1 if it has none
 * @param node who said it, {@code start} which start of it; empty if it is no event
 * @param wallMillis when it was emitted, by that node's clock
 * @param problem why it is no event; empty if it is one
 * @param row in its block, from 1
 * @param from where it begins in its block
 * @param to where its line feed is
 */
record EventLine(
        EventReader.Outcome outcome,
        @Nullable Event event,
        long seq,
        String node,
        String start,
        long wallMillis,
        String problem,
        int row,
        int from,
        int to) {
    static EventLine event(EventReader reader, int row, int from, int to) {
        return new EventLine(
                EventReader.Outcome.EVENT,
                reader.event(),
                reader.seq(),
                reader.node(),
                reader.start(),
                reader.wallMillis(),
                "",
                row,
                from,
                to);
    }

    static EventLine none(EventReader.Outcome outcome, String problem, int row, int from, int to) {
        return new EventLine(outcome, null, -1, "", "", 0, problem, row, from, to);
    }
}
