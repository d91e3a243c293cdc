package jumpvpn.lab.sim;

import java.util.SortedMap;
import jumpvpn.core.data.DropReason;

/**
 * What a seed came to.
 *
 * @param fingerprint over everything that happened: equal if and only if two runs were the same
 * @param simulatedNanos how much time passed in the simulation
 * @param happenings timeline entries
 * @param events that the ends emitted
 * @param sessions that came to life
 * @param jumps binds after a session's first
 * @param rests how often a gateway put a session to rest
 * @param coverage how often what occurred, as {@link Coverage#counts} names it
 * @param drops of all ends, by reason
 * @param steps of the ends, all and those that the model was compared with, as {@link Steps} names them
 * @param settleNanos from the healing until all sessions were attached and passed traffic both ways
 */
public record Outcome(
        long seed,
        long fingerprint,
        long simulatedNanos,
        long happenings,
        int events,
        int sessions,
        int jumps,
        long rests,
        SortedMap<String, Long> coverage,
        SortedMap<DropReason, Long> drops,
        SortedMap<String, Long> steps,
        long packetsSent,
        long packetsDelivered,
        long settleNanos) {}
