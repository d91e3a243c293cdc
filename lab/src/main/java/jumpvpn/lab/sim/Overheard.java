package jumpvpn.lab.sim;

import java.util.List;
import java.util.TreeMap;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.audit.Auditor;
import jumpvpn.core.observability.audit.Finding;
import jumpvpn.core.observability.audit.Report;
import jumpvpn.core.observability.audit.Verdict;
import jumpvpn.core.session.Policy;

/**
 * The outside oracle: an auditor who sees nothing but what the processes say, each start a speaker of its own, and at the end must find it proven (contract section 5).
 */
final class Overheard {
    private final Auditor auditor;
    private final boolean isShared;
    private final TreeMap<String, Integer> starts = new TreeMap<>();
    private final TreeMap<String, Long> sequences = new TreeMap<>();
    private long line;

    Overheard(Scenario scenario) {
        Policy policy = scenario.policy();
        auditor = new Auditor(version -> version == policy.version() ? policy : null);
        isShared = scenario.store().shared();
    }

    /** A process starts. */
    void started(String node) {
        starts.merge(node, 1, Integer::sum);
        sequences.put(node, 0L);
    }

    /** It says something. */
    void event(String node, Event event) {
        long seq = sequences.merge(node, 1L, Long::sum) - 1;
        auditor.take(auditor.speaker(node, String.valueOf(starts.get(node))), seq, event, ++line);
    }

    /** The seed is over. */
    void finished() {
        Report report = auditor.report();
        boolean isRemarkable = !report.remarks().isEmpty() && !isShared; // a taken-over session has two owners' limits
        if (report.verdict() != Verdict.PROVEN || isRemarkable) {
            List<Finding> ofSessions = report.sessions().stream()
                    .flatMap(session -> session.findings().stream())
                    .toList();
            throw new Violation("AUDIT", report.remarks() + " " + report.findings() + " " + ofSessions);
        }
    }
}
