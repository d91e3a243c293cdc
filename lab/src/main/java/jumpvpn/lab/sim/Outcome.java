package jumpvpn.lab.sim;

import java.util.SortedMap;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.session.ReasonCode;

/**
 * What a seed came to.
 *
 * @param fingerprint over everything that happened: equal if and only if two runs were the same
 * @param simulatedNanos how much time passed in the simulation
 * @param happenings timeline entries
 * @param events that the two ends emitted
 * @param sessions that came to life
 * @param jumps binds after a session's first
 * @param rows taken by each end, as {@code client TRANSPORT_DEAD}
 * @param rejects the gateway's, by reason
 * @param drops of both ends, by reason
 * @param settleNanos from the healing until the session was attached and passed traffic both ways
 */
public record Outcome(
        long seed,
        long fingerprint,
        long simulatedNanos,
        long happenings,
        int events,
        int sessions,
        int jumps,
        SortedMap<String, Integer> rows,
        SortedMap<ReasonCode, Integer> rejects,
        SortedMap<DropReason, Long> drops,
        long packetsSent,
        long packetsDelivered,
        long settleNanos) {}
