package jumpvpn.lab.cluster;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/** What is done to a cluster. */
enum ClusterScenario {
    GATEWAY_GONE(
            "gateway-gone",
            "the host of the session's gateway is gone for good; the session goes on at another",
            false,
            Deaths::gatewayGone),
    STORE_CUT(
            "store-cut",
            "the session's gateway can't reach the store: it stops within its lease",
            false,
            Deaths::storeCut),
    STORE_DOWN(
            "store-down",
            "all of the store is down for ten seconds: nobody binds, the same sessions are back",
            false,
            Deaths::storeDown),
    ETCD_LEADER(
            "etcd-leader",
            "the store's leader is killed while 500 sessions a second reattach",
            true,
            Crowds::leaderKilled),
    COPIED_KEY(
            "copied-key", "two copies of one client ask two gateways at once, again and again", false, CopiedKey::act),
    DRAIN("drain", "a gateway with all sessions drains: nobody loses a packet", true, Crowds::drain),
    ROLLING("rolling", "each gateway in turn drains, stops and starts: nobody loses a packet", true, Crowds::rolling),
    STORM("storm", "a gateway with all sessions is killed: all of them reattach at the others", true, Crowds::storm),
    CHAOS("chaos", "kills, stops, partitions and clock steps by chance, traffic all the time", true, Chaos::act);

    /** What it does in a world that runs. */
    interface Act {
        void act(ClusterRun run) throws IOException;
    }

    final String label;
    final String purpose;
    final Act act;
    private final boolean isCrowded;

    ClusterScenario(String label, String purpose, boolean isCrowded, Act act) {
        this.label = label;
        this.purpose = purpose;
        this.isCrowded = isCrowded;
        this.act = act;
    }

    /** How many clients beside the one it needs. */
    int crowd(ClusterOptions options) {
        return this == CHAOS ? Chaos.SESSIONS : isCrowded ? options.sessions() : 1;
    }

    static Optional<ClusterScenario> named(String name) {
        return Arrays.stream(values())
                .filter(scenario -> scenario.label.equals(name))
                .findFirst();
    }
}
