package jumpvpn.lab.explore;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jumpvpn.lab.sim.Violation;

/** Contract I9: once all is well, both ends have one session soon and pass packets. Two worlds that are the same once all is well heal alike. */
final class Healing {
    private static final long PAUSE_NANOS = 200_000_000;
    private static final long WITHIN_NANOS = 60_000_000_000L;

    private final Map<Digest.Value, Long> healedAt = new HashMap<>(); // never iterated

    /** All is well from now on in this world. */
    void heal(SmallWorld world) {
        world.allIsWell();
        long end = world.now() + WITHIN_NANOS;
        List<Digest.Value> way = new ArrayList<>();
        long healed = -1;
        while (healed < 0) {
            Digest.Value here = world.digest(false);
            Long known = healedAt.get(here);
            way.add(here);
            if (world.now() > end) {
                throw new Violation(
                        "I9",
                        "no session that passes packets " + WITHIN_NANOS / 1_000_000_000 + " s after all was well: "
                                + world.shown());
            }
            if (world.rules.passes()) {
                world.audit();
                healed = world.now();
            } else if (known != null && known <= end) {
                healed = known;
            } else {
                goOn(world);
            }
        }
        for (Digest.Value each : way) {
            healedAt.put(each, healed);
        }
    }

    private static void goOn(SmallWorld world) {
        if (world.rules.isWhole()) {
            world.rules.expectPackets();
            world.packets(world.rules.owner());
        }
        world.goOn(PAUSE_NANOS);
    }
}
