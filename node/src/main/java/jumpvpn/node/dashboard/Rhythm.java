package jumpvpn.node.dashboard;

import jumpvpn.node.observability.jsonl.JsonWriter;

/** How many switches were made in each of the last {@value #MINUTES} minutes. Any thread. */
final class Rhythm {
    private static final int MINUTES = 60;
    private static final long MINUTE_MILLIS = 60_000;

    private final long[] counts = new long[MINUTES];
    private long newest;

    synchronized void take(Seen event) {
        if (event.is("STATE_CHANGE") && event.reason().equals("REATTACH_ACCEPT") && !event.isAgain()) {
            long minute = event.millis() / MINUTE_MILLIS;
            turnTo(minute);
            if (minute > newest - MINUTES) {
                counts[(int) (minute % MINUTES)]++;
            }
        }
    }

    private void turnTo(long minute) {
        for (long next = Math.max(newest + 1, minute - MINUTES + 1); next <= minute; next++) {
            counts[(int) (next % MINUTES)] = 0;
        }
        newest = Math.max(newest, minute);
    }

    /** An array, the oldest minute first. */
    synchronized void write(JsonWriter json, long nowMillis) {
        turnTo(nowMillis / MINUTE_MILLIS);
        json.beginArray();
        for (long minute = newest - MINUTES + 1; minute <= newest; minute++) {
            json.value(counts[(int) Math.floorMod(minute, (long) MINUTES)]);
        }
        json.endArray();
    }
}
