package jumpvpn.node.dashboard;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import jumpvpn.core.session.SessionState;
import jumpvpn.node.observability.jsonl.JsonWriter;

/** What was refused or looks like an attack: counted by reason over a week, and the newest lines; beside them what operators asked for. Any thread. */
final class Incidents {
    private static final int HOURS = 7 * 24;
    private static final int MINUTES = 60;
    private static final int MOST_REASONS = 128;
    private static final int NEWEST = 200;
    private static final long HOUR_MILLIS = 3_600_000;
    private static final long MINUTE_MILLIS = 60_000;
    private static final Set<String> TYPES =
            Set.of("SECURITY", "REATTACH_REJECT", "SWITCH_DENIED", "ILLEGAL_TRANSITION", "EVENTS_DROPPED");
    private static final Set<String> ENDS = Set.of(
            "HANDSHAKE_FAIL", "SECURITY_FAILURE", "OWNERSHIP_AMBIGUOUS", "REVOKED", "POLICY_EXCEEDED", "KEY_EXPIRED");

    private final Map<String, Count> counts = new TreeMap<>();
    private final Newest newest = new Newest();
    private final Newest actions = new Newest();

    /** The newest lines, of this start and of before. */
    private static final class Newest {
        private final Deque<String> lines = new ArrayDeque<>();
        private final Deque<String> before = new ArrayDeque<>();

        void take(String line) {
            lines.addLast(line);
            cut();
        }

        void remember(String line) {
            before.addLast(line);
            if (before.size() > NEWEST) {
                before.removeFirst();
            }
        }

        void remembered() {
            before.descendingIterator().forEachRemaining(lines::addFirst);
            before.clear();
            cut();
        }

        private void cut() {
            while (lines.size() > NEWEST) {
                lines.removeFirst();
            }
        }

        void write(JsonWriter json, String name) {
            json.name(name).beginArray();
            lines.descendingIterator().forEachRemaining(json::value);
            json.endArray();
        }
    }

    /** How often, in slots of a minute and of an hour that are used again. */
    private static final class Count {
        final long[] minutes = new long[MINUTES];
        final long[] hours = new long[HOURS];
        final long[] minuteOf = new long[MINUTES];
        final long[] hourOf = new long[HOURS];

        void add(long millis, long times) {
            add(minutes, minuteOf, millis / MINUTE_MILLIS, times);
            add(hours, hourOf, millis / HOUR_MILLIS, times);
        }

        private static void add(long[] slots, long[] slotOf, long number, long times) {
            int slot = (int) (number % slots.length);
            if (number < slotOf[slot]) {
                return; // older than the slot remembers
            }
            slots[slot] = (slotOf[slot] == number ? slots[slot] : 0) + times;
            slotOf[slot] = number;
        }

        private static long at(long[] slots, long[] slotOf, long number) {
            int slot = (int) (number % slots.length);
            return slotOf[slot] == number ? slots[slot] : 0;
        }

        long sum(int lastHours, long nowMillis) {
            long sum = 0;
            for (int ago = 0; ago < lastHours; ago++) {
                sum += at(hours, hourOf, nowMillis / HOUR_MILLIS - ago);
            }
            return sum;
        }

        long minutesSum(long nowMillis) {
            long sum = 0;
            for (int ago = 0; ago < MINUTES; ago++) {
                sum += at(minutes, minuteOf, nowMillis / MINUTE_MILLIS - ago);
            }
            return sum;
        }
    }

    static boolean concerns(Seen event) {
        return TYPES.contains(event.type())
                || event.to() == SessionState.TERMINATED && event.is("STATE_CHANGE") && ENDS.contains(event.reason());
    }

    /** What an operator asked for. */
    static boolean isAction(Seen event) {
        return event.is("OPERATOR_ACTION");
    }

    synchronized void take(Seen event) {
        if (concerns(event)) {
            count(event);
            newest.take(event.line());
        } else if (isAction(event)) {
            actions.take(event.line());
        }
    }

    /** One of before this start; the newest come last. */
    synchronized void remember(Seen event) {
        if (concerns(event)) {
            count(event);
            newest.remember(event.line());
        } else if (isAction(event)) {
            actions.remember(event.line());
        }
    }

    /** That was all of before. */
    synchronized void remembered() {
        newest.remembered();
        actions.remembered();
    }

    private void count(Seen event) {
        String key = event.type() + " " + event.reason();
        if (counts.size() < MOST_REASONS || counts.containsKey(key)) {
            counts.computeIfAbsent(key, _ -> new Count()).add(event.millis(), event.number("count", 1));
        }
    }

    /** How many there were within the last hour. */
    synchronized long lastHour(long nowMillis) {
        return counts.values().stream()
                .mapToLong(count -> count.minutesSum(nowMillis))
                .sum();
    }

    /** {@code {"now_ms":…,"reasons":[{"type","reason","hour","day","week","hours":[168, oldest first]}],"newest":["line",…],"actions":["line",…]}}. */
    synchronized void write(JsonWriter json, long nowMillis) {
        json.beginObject().field("now_ms", nowMillis).name("reasons").beginArray();
        counts.forEach((key, count) -> {
            int space = key.indexOf(' ');
            json.beginObject()
                    .field("type", key.substring(0, space))
                    .field("reason", key.substring(space + 1))
                    .field("hour", count.minutesSum(nowMillis))
                    .field("day", count.sum(24, nowMillis))
                    .field("week", count.sum(HOURS, nowMillis))
                    .name("hours")
                    .beginArray();
            for (int ago = HOURS - 1; ago >= 0; ago--) {
                json.value(Count.at(count.hours, count.hourOf, nowMillis / HOUR_MILLIS - ago));
            }
            json.endArray().endObject();
        });
        json.endArray();
        newest.write(json, "newest");
        actions.write(json, "actions");
        json.endObject();
    }
}
