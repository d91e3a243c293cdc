package jumpvpn.lab.netns;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;

/** A scenario that may cost so long without a reply at most, and neither the session nor what runs in it. */
final class Outage extends Scenario {
    /** What the lab does; when. */
    @FunctionalInterface
    interface Act {
        Instant on(LabRun run) throws IOException;
    }

    private final double mostMillis;
    private final Act act;
    private final Function<Evidence, List<Check>> also;

    Outage(String label, String purpose, int probes, double mostMillis, Act act) {
        this(label, purpose, probes, mostMillis, act, _ -> List.of());
    }

    /** @param also claims beside those that all outages make */
    Outage(String label, String purpose, int probes, double mostMillis, Act act, Function<Evidence, List<Check>> also) {
        super(label, purpose, probes, true);
        this.mostMillis = mostMillis;
        this.act = act;
        this.also = also;
    }

    @Override
    Instant act(LabRun run) throws IOException {
        return act.on(run);
    }

    @Override
    List<Check> judge(Evidence e) {
        return all(List.of(Judge.outageAtMost(e, mostMillis)), also.apply(e), survived(e), hidden(e));
    }
}
