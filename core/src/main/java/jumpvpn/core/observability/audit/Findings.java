package jumpvpn.core.observability.audit;

import java.util.ArrayList;
import java.util.List;

/** The first findings about something, and the worst verdict of all. */
final class Findings {
    private final int most;
    private final List<Finding> kept = new ArrayList<>(0);
    private Verdict worst = Verdict.PROVEN;
    private int found;

    Findings(int most) {
        this.most = most;
    }

    void add(Finding finding) {
        worst = worst.and(finding.verdict());
        found++;
        if (kept.size() < most) {
            kept.add(finding);
        }
    }

    Verdict worst() {
        return worst;
    }

    List<Finding> kept() {
        return List.copyOf(kept);
    }

    int found() {
        return found;
    }
}
