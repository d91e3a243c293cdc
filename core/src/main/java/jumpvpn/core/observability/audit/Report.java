package jumpvpn.core.observability.audit;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What all events together prove.
 *
 * @param events how many were read
 * @param speakers starts of nodes that said them
 * @param sessions each, in the order in which they were first heard of
 * @param findings those about whole streams, at most 1000
 * @param found how many of those there were
 * @param remarks what was not checked, and why, in words
 */
public record Report(
        Verdict verdict,
        long events,
        int speakers,
        List<SessionReport> sessions,
        List<Finding> findings,
        int found,
        List<String> remarks) {
    /** How many sessions got this verdict. */
    public long count(Verdict given) {
        return sessions.stream().filter(session -> session.verdict() == given).count();
    }

    /** The findings about streams and about sessions, the worst first. */
    public List<Finding> all() {
        return Stream.concat(findings.stream(), sessions.stream().flatMap(session -> session.findings().stream()))
                .sorted(Comparator.comparing(Finding::verdict).reversed())
                .toList();
    }
}
