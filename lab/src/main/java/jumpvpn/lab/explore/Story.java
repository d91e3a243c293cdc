package jumpvpn.lab.explore;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.audit.Auditor;
import jumpvpn.core.observability.audit.Finding;
import jumpvpn.core.observability.audit.Report;
import jumpvpn.core.observability.audit.Verdict;
import jumpvpn.core.session.Policy;
import jumpvpn.lab.sim.Violation;
import org.jspecify.annotations.Nullable;

/**
 * All that was said in a world, newest first, each start of a process a speaker of its own.
 *
 * @param before what was said before; null: nothing
 */
record Story(@Nullable Story before, int process, int start, Event event) {
    /** The outside oracle (contract section 5) must not find it violated; a process that was killed may leave a gap. */
    static void audit(@Nullable Story last, Policy policy) {
        List<Story> all = new ArrayList<>();
        for (Story story = last; story != null; story = story.before) {
            all.add(story);
        }
        Auditor auditor = new Auditor(version -> version == policy.version() ? policy : null);
        TreeMap<String, Long> numbers = new TreeMap<>();
        long line = 0;
        for (Story story : all.reversed()) {
            String node = Given.name(story.process);
            String start = String.valueOf(story.start);
            long number = numbers.merge(node + " " + start, 1L, Long::sum) - 1;
            auditor.take(auditor.speaker(node, start), number, story.event, ++line);
        }
        Report report = auditor.report();
        if (report.verdict() == Verdict.VIOLATED) {
            List<Finding> ofSessions = report.sessions().stream()
                    .flatMap(session -> session.findings().stream())
                    .toList();
            throw new Violation("AUDIT", report.findings() + " " + ofSessions);
        }
    }
}
