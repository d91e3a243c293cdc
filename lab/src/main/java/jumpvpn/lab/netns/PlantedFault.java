package jumpvpn.lab.netns;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Ways to spoil a run on purpose: a lab that can't fail proves nothing. Each must turn the verdict of {@code jump} into FAIL. */
enum PlantedFault {
    /** The honest run. */
    NONE,
    /** The client is frozen when the link goes down: nobody jumps. */
    FREEZE_CLIENT,
    /** The client is killed and a new one started when the link goes down: traffic flows again, but in another session. */
    REPLACE_CLIENT,
    /** Both uplinks are cut. */
    CUT_BOTH,
    /** The marker is also sent beside the tunnel, in clear. */
    MARKER_IN_CLEAR;

    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<PlantedFault> named(String label) {
        return Arrays.stream(values())
                .filter(fault -> fault.label().equals(label))
                .findFirst();
    }
}
