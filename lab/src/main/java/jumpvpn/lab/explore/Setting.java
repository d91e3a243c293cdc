package jumpvpn.lab.explore;

import static jumpvpn.lab.explore.Choice.Limit.ATTACKS;
import static jumpvpn.lab.explore.Choice.Limit.CRASHES;
import static jumpvpn.lab.explore.Choice.Limit.DUPLICATES;
import static jumpvpn.lab.explore.Choice.Limit.JUMPS;
import static jumpvpn.lab.explore.Choice.Limit.LINKS;
import static jumpvpn.lab.explore.Choice.Limit.PACKETS;
import static jumpvpn.lab.explore.Choice.Limit.SILENCES;
import static jumpvpn.lab.explore.Choice.Limit.STORE_FAULTS;
import static jumpvpn.lab.explore.Choice.Limit.WAITS;

import java.util.Arrays;
import java.util.Locale;

/** The worlds that are explored. */
enum Setting {
    /** One session, two paths, two gateways at one table; one jump, one crash, one message of an attacker. */
    SMALL(60, Bounds.none(2, Bounds.ANY).with(JUMPS, 1).with(CRASHES, 1).with(ATTACKS, 1)),
    /** A link goes down, or down and up again, instead of the jump. */
    DOWN(60, Bounds.none(2, Bounds.ANY).with(LINKS, 1).with(CRASHES, 1).with(ATTACKS, 1)),
    /** One gateway: one jump, one crash, one failure of the table. */
    CRASH(60, Bounds.none(1, 3).with(JUMPS, 1).with(CRASHES, 1).with(STORE_FAULTS, 1)),
    /** One gateway: two jumps and one message of an attacker. */
    ATTACK(60, Bounds.none(1, 3).with(JUMPS, 2).with(ATTACKS, 1)),
    /** Time passes: a jump, and what is sent again. */
    RETRY(60, Bounds.none(2, 3).with(JUMPS, 1).with(WAITS, 1).with(CRASHES, 1)),
    /** Jumps, packets and long silences: to a depth. */
    SILENCE(6, Bounds.none(1, 3).with(JUMPS, 2).with(PACKETS, 2).with(SILENCES, 2)),
    /** Everything once, with two gateways: to a depth. */
    ALL(
            4,
            Bounds.none(2, 3)
                    .with(JUMPS, 1)
                    .with(LINKS, 1)
                    .with(DUPLICATES, 1)
                    .with(SILENCES, 1)
                    .with(WAITS, 1)
                    .with(PACKETS, 1)
                    .with(CRASHES, 1)
                    .with(ATTACKS, 1)
                    .with(STORE_FAULTS, 1));

    final int depth;
    final Bounds bounds;

    Setting(int depth, Bounds bounds) {
        this.depth = depth;
        this.bounds = bounds;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The setting of this name.
     *
     * @throws IllegalArgumentException with a message for the user
     */
    static Setting named(String label) {
        return Arrays.stream(values())
                .filter(setting -> setting.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown world " + label + "; there are "
                        + String.join(
                                ", ",
                                Arrays.stream(values()).map(Setting::label).toList())));
    }
}
