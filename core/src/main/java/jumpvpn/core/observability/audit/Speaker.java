package jumpvpn.core.observability.audit;

import java.util.LinkedHashMap;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Role;
import org.jspecify.annotations.Nullable;

/** One start of one node, and how far its numbered stream was heard. Made by {@link Auditor#speaker}. */
public final class Speaker {
    final String node;
    final String start;

    @Nullable
    Role role;

    /** How often numbers were missing so far. */
    int gaps;

    /** The newest of them, in words. */
    String lastGap = "";

    /** Which session has an inner address here. */
    final LinkedHashMap<String, OwnerView> inner = new LinkedHashMap<>();

    private long next;
    private long saidLost;

    Speaker(String node, String start) {
        this.node = node;
        this.start = start;
    }

    /** Whether this is the one with these names. */
    public boolean is(String otherNode, String otherStart) {
        return node.equals(otherNode) && start.equals(otherStart);
    }

    /**
     * Takes the number of the next event, and what the event says of numbers.
     *
     * @param seq negative: not numbered
     * @return false if the event came before or out of order: it is not to be heard
     */
    boolean number(Auditor auditor, long seq, Event event, long place) {
        boolean drops = event.type() == EventType.EVENTS_DROPPED;
        if (drops) {
            saidLost += Details.count(event);
        }
        if (seq < 0) {
            if (!drops) {
                auditor.violated(Rule.SEQUENCE, this, null, place, "an event without a number");
            }
            return drops;
        }
        if (seq < next) {
            auditor.violated(
                    Rule.SEQUENCE,
                    this,
                    event.sessionId(),
                    place,
                    "number " + seq + " again or out of order: " + next + " was due");
            return false;
        }
        if (seq > next || saidLost > 0) {
            missing(auditor, seq, place);
        }
        next = seq + 1;
        saidLost = 0;
        return true;
    }

    private void missing(Auditor auditor, long seq, long place) {
        long count = seq - next;
        if (saidLost > count) {
            auditor.violated(
                    Rule.DROPS, this, null, place, saidLost + " events are said to be lost, but " + count + " are");
        }
        if (count > 0) {
            gap(
                    auditor,
                    place,
                    "its events " + next + (count > 1 ? " to " + (seq - 1) : "") + " are missing"
                            + (saidLost > 0 ? ", " + saidLost + " of them said to be lost" : ""));
        }
    }

    /** At the end of all files. */
    void end(Auditor auditor, long place) {
        if (saidLost > 0) {
            gap(auditor, place, saidLost + " of its events are said to be lost, from " + next + " on");
            saidLost = 0;
        }
    }

    private void gap(Auditor auditor, long place, String what) {
        gaps++;
        lastGap = what;
        auditor.incomplete(Rule.SEQUENCE, this, null, place, what + " (start " + start + ")");
    }
}
