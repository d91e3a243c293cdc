package jumpvpn.lab.netns;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Scenarios of address families outside: only one, one that is dead from the start, one that dies. Connecting may take a second. */
final class FamilyScenarios {
    private static final Duration SETTLED = Duration.ofMillis(1500);

    static final List<Scenario> ALL = List.of(
            new OneDead("ipv4-only", "outside there is only IPv4", List.of(Family.V4), null, Family.V4),
            new OneDead("ipv6-only", "outside there is only IPv6", List.of(Family.V6), null, Family.V6),
            new OneDead(
                    "ipv6-dead",
                    "both families, and IPv6, the preferred, is swallowed without a word",
                    List.of(Family.V6, Family.V4),
                    Family.V6,
                    Family.V4),
            new OneDead(
                    "ipv4-dead",
                    "both families, and IPv4, the preferred, is swallowed without a word",
                    List.of(Family.V4, Family.V6),
                    Family.V4,
                    Family.V6),
            dies("ipv6-dies", Family.V6, Family.V4),
            dies("ipv4-dies", Family.V4, Family.V6));

    private FamilyScenarios() {}

    /** The session begins on uplink A; then B is there as well, and A goes down. */
    private static final class OneDead extends Scenario {
        private final List<Family> families;
        private final @Nullable Family dead;
        private final Family alive;

        OneDead(String label, String what, List<Family> families, @Nullable Family dead, Family alive) {
            super(
                    label,
                    what + ": connected within 1 s; then uplink A goes down: at most 100 ms without a reply",
                    800,
                    true);
            this.families = families;
            this.dead = dead;
            this.alive = alive;
        }

        @Override
        List<Family> families() {
            return families;
        }

        @Override
        void prepare(Topology topology) throws IOException {
            topology.linkDown(Uplink.B);
            if (dead != null) {
                topology.swallow(dead, true);
            }
        }

        @Override
        Instant act(LabRun run) throws IOException {
            run.measureConnect();
            run.topology().linkUp(Uplink.B);
            Pause.of(SETTLED);
            return run.linkDown(Uplink.A);
        }

        @Override
        List<Check> judge(Evidence e) {
            return all(
                    List.of(
                            PathJudge.connectedWithin(e, 1000),
                            Judge.outageAtMost(e, 100),
                            Judge.onOtherUplink(e),
                            PathJudge.onFamily(e, alive)),
                    survived(e),
                    hidden(e));
        }
    }

    /** On the only uplink one family is swallowed, and the session goes on over the other. */
    private static Scenario dies(String label, Family dying, Family other) {
        return new Scenario(
                label,
                "%s is swallowed without a word on the only uplink: on %s within 500 ms".formatted(dying, other),
                800,
                true) {
            @Override
            List<Family> families() {
                return List.of(dying, other);
            }

            @Override
            void prepare(Topology topology) throws IOException {
                topology.linkDown(Uplink.B);
            }

            @Override
            Instant act(LabRun run) throws IOException {
                Instant now = run.begin();
                run.topology().swallow(dying, true);
                return now;
            }

            @Override
            List<Check> judge(Evidence e) {
                return all(List.of(Judge.outageAtMost(e, 500), PathJudge.onFamily(e, other)), survived(e), hidden(e));
            }
        };
    }
}
