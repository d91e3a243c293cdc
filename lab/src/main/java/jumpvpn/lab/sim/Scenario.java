package jumpvpn.lab.sim;

import java.util.List;
import jumpvpn.core.security.Suite;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;

/**
 * What kind of world a seed has. Calm ones occur as well as wild ones.
 *
 * @param wildness 0: nothing goes wrong that nobody asked for; 1: as bad as it gets
 * @param troubleNanos how long things go wrong before the network heals
 * @param faultPauseNanos mean time between faults
 * @param attackPauseNanos mean time between what the attacker does; 0: there is none
 * @param insiderPauseNanos mean time between what the insider does; 0: there is none
 * @param packetPauseNanos mean time between inner packets, each way, of each client
 * @param driftPpm how much faster or slower than true time a boot clock may run, millionths
 * @param lagPpm how much slower than true time clients' boot clocks run besides, millionths
 * @param refusesNanos from when on the tables take no writes, until all heals
 */
record Scenario(
        double wildness,
        long troubleNanos,
        int clients,
        int gateways,
        int uplinks,
        int endpoints,
        long natTimeoutNanos,
        long faultPauseNanos,
        long attackPauseNanos,
        long insiderPauseNanos,
        long packetPauseNanos,
        long driftPpm,
        long lagPpm,
        long refusesNanos,
        Suite suite,
        Store store,
        Policy policy) {
    /**
     * What kind of session table there is.
     *
     * @param shared all gateways have one; else each its own
     * @param sticky each session belongs to one gateway
     * @param durable it outlives the process of a gateway
     * @param leaseNanos how long a sign of life of an owner is good for; never over where each has its own
     */
    record Store(boolean shared, boolean sticky, boolean durable, long leaseNanos, TableLink.Weather weather) {
        private static final Store MEMORY = new Store(false, false, false, Deadlines.NEVER, TableLink.Weather.CLEAR);
        private static final Store EMBEDDED = new Store(false, false, true, Deadlines.NEVER, TableLink.Weather.CLEAR);
        private static final Store STICKY = new Store(false, true, false, Deadlines.NEVER, TableLink.Weather.CLEAR);

        private static Store drawn(long seed, double wildness) {
            Chance chance = new Chance(seed, "store");
            Store own = chance.happens(0.25) ? EMBEDDED : MEMORY;
            double kind = chance.unit();
            if (kind < 0.13) {
                return STICKY;
            }
            if (kind < 0.65) {
                return own;
            }
            TableLink.Weather weather = new TableLink.Weather(
                    chance.between(0, 60) * MILLIS,
                    wildness * chance.unit() * 0.1,
                    wildness * chance.unit() * (chance.happens(0.2) ? 0.8 : 0.1));
            return new Store(true, false, true, chance.between(3, 15) * SECONDS, weather);
        }

        /** Whether gateways open each other's tickets. */
        boolean isCluster() {
            return shared || sticky;
        }
    }

    private static final long MILLIS = 1_000_000;
    private static final long SECONDS = 1_000_000_000;
    private static final int REST_EVERY = 70;
    private static final int EVE_EVERY = 16;

    static Scenario of(long seed) {
        if (seed % REST_EVERY == 0) {
            return rest(seed);
        }
        return seed % EVE_EVERY == 0 ? eve(seed) : wild(seed);
    }

    /** Not much happens but that sessions come to their ends, while others try to use them. */
    private static Scenario eve(long seed) {
        Chance chance = new Chance(seed, "eve");
        boolean isLong = chance.happens(0.5);
        Policy policy = isLong
                ? Policy.DEFAULT.with(PolicyKey.SESSION_MAX_LIFETIME, 60 * SECONDS)
                : Policy.DEFAULT.with(PolicyKey.SESSION_TRANSPORT_LOSS_TTL, chance.between(15, 20) * SECONDS);
        return new Scenario(
                0.05,
                70 * SECONDS,
                1 + chance.below(2),
                1,
                2,
                1,
                natTimeoutNanos(chance, true),
                600 * SECONDS,
                0,
                chance.happens(0.6) ? chance.between(300, 1200) * MILLIS : 0,
                chance.between(40, 400) * MILLIS,
                0,
                chance.between(15_000, 30_000),
                Deadlines.NEVER,
                Suite.AES_256_GCM,
                Store.EMBEDDED,
                policy);
    }

    /** Nothing happens for hours, but for what time does. */
    private static Scenario rest(long seed) {
        Chance chance = new Chance(seed, "rest");
        return new Scenario(
                0,
                chance.between(7205, 7300) * SECONDS, // keys are good for two hours
                2,
                1,
                2,
                1,
                natTimeoutNanos(chance, true),
                600 * SECONDS,
                0,
                0,
                2 * SECONDS,
                chance.between(0, 300),
                0,
                60 * SECONDS,
                Suite.AES_256_GCM,
                Store.EMBEDDED,
                Policy.DEFAULT);
    }

    /** One client with two links to one gateway, so long; nothing happens of itself. */
    static Scenario lone(long nanos) {
        return new Scenario(
                0,
                nanos,
                1,
                1,
                2,
                1,
                120 * SECONDS,
                Deadlines.NEVER,
                0,
                0,
                Deadlines.NEVER,
                0,
                0,
                Deadlines.NEVER,
                Suite.AES_256_GCM,
                Store.MEMORY,
                Policy.DEFAULT);
    }

    private static Scenario wild(long seed) {
        Chance chance = new Chance(seed, "scenario");
        double wildness = chance.happens(0.2) ? 0 : chance.unit();
        int clients = chance.happens(0.6) ? 1 : 2 + chance.below(2);
        boolean isLong = chance.happens(0.2);
        Store store = Store.drawn(seed, wildness);
        return new Scenario(
                wildness,
                (isLong ? chance.between(60, 100) : chance.between(12, 30)) * SECONDS,
                clients,
                chance.happens(store.isCluster() ? 0.1 : 0.6) ? 1 : 2,
                2 + chance.below(2),
                1 + chance.below(2),
                natTimeoutNanos(chance, wildness == 0),
                (long) (SECONDS * (0.5 + 8 * (1 - wildness) * chance.unit())),
                wildness > 0 && chance.happens(0.6) ? chance.between(5, 500) * MILLIS : 0,
                wildness > 0 && chance.happens(0.4) ? chance.between(500, 5000) * MILLIS : 0,
                chance.between(40, 400) * clients * MILLIS,
                chance.happens(0.5) ? chance.between(0, 300) : 0,
                chance.happens(isLong ? 0.6 : 0.1) ? chance.between(isLong ? 15_000 : 0, 30_000) : 0,
                Deadlines.NEVER,
                chance.happens(0.5) ? Suite.AES_256_GCM : Suite.CHACHA20_POLY1305,
                store,
                policy(chance, isLong));
    }

    /** When routers forget mappings that nobody uses. Where nothing may be lost nobody is quiet for half a minute. */
    private static long natTimeoutNanos(Chance chance, boolean flawless) {
        return chance.oneOf(flawless ? List.of(30L, 60L, 120L) : List.of(10L, 30L, 60L, 120L)) * SECONDS;
    }

    /** Bytes of the longest datagram that a link carries: its path's MTU without IP and UDP, or more than anybody sends. */
    int mostBytes(Chance chance) {
        return wildness > 0 && chance.happens(0.3) ? 1160 + chance.below(280) : Integer.MAX_VALUE;
    }

    private static Policy policy(Chance chance, boolean isLong) {
        Policy policy = Policy.DEFAULT;
        if (chance.happens(0.3)) {
            policy = policy.with(PolicyKey.SESSION_TRANSPORT_LOSS_TTL, chance.between(2, 20) * SECONDS);
        }
        if (isLong) {
            policy = policy.with(PolicyKey.SESSION_MAX_LIFETIME, 60 * SECONDS);
        }
        if (chance.happens(0.3)) {
            policy = policy.with(PolicyKey.SWITCHING_MAX_PER_MINUTE, chance.between(1, 4));
        }
        if (chance.happens(0.3)) {
            policy = policy.with(PolicyKey.SWITCHING_COOLDOWN, chance.between(0, 5000) * MILLIS);
        }
        if (chance.happens(0.3)) {
            policy = policy.with(PolicyKey.SWITCHING_RECOVERY_INTERVAL, chance.between(50, 3000) * MILLIS);
        }
        if (chance.happens(0.3)) {
            policy = policy.with(PolicyKey.SWITCHING_RECOVERY_WINDOW, chance.between(500, 9000) * MILLIS);
        }
        if (chance.happens(0.3)) {
            policy = policy.with(PolicyKey.SWITCHING_MAX_REJECTS, chance.between(1, 4));
        }
        return health(policy, chance);
    }

    private static Policy health(Policy switching, Chance chance) {
        Policy policy = switching;
        if (chance.happens(0.2)) {
            policy = policy.with(PolicyKey.SECURITY_REATTACH_MAX_AGE, chance.between(300, 3000) * MILLIS);
        }
        if (chance.happens(0.2)) {
            policy = policy.with(PolicyKey.VOLATILITY_DEAD_AFTER, chance.between(250, 5000) * MILLIS);
        }
        if (chance.happens(0.3)) {
            policy = policy.with(PolicyKey.VOLATILITY_TO_DEGRADED, chance.between(500, 3000) * MILLIS);
        }
        if (chance.happens(0.2)) {
            policy = policy.with(
                    PolicyKey.HOLD_BYTES_PER_SESSION, chance.between(4000, 8000)); // room for some long ones
        }
        if (chance.happens(0.3)) {
            policy = policy.with(PolicyKey.TRANSPORT_ALLOWED, 1); // UDP only
        }
        if (chance.happens(0.1)) {
            policy = policy.with(PolicyKey.SESSION_HANDSHAKE_TIMEOUT, chance.between(1, 5) * SECONDS);
        }
        if (chance.happens(0.15)) {
            policy = policy.with(PolicyKey.VOLATILITY_TO_DEGRADED, chance.between(5000, 20_000) * MILLIS);
        }
        if (chance.happens(0.2)) {
            policy = policy.with(PolicyKey.VOLATILITY_HOLD, chance.between(0, 3000) * MILLIS)
                    .with(PolicyKey.VOLATILITY_TO_DEGRADED, chance.between(0, 3000) * MILLIS);
        }
        return policy;
    }

    boolean isCalm() {
        return wildness == 0;
    }

    /** Whether nothing may be lost at all. */
    boolean isFlawless() {
        return isCalm() && refusesNanos == Deadlines.NEVER && policy.get(PolicyKey.SESSION_MAX_LIFETIME) > troubleNanos;
    }

    /** What a lane is like most of the time. */
    Lane.Weather weather(Chance chance) {
        long delay = chance.between(1, 120) * MILLIS;
        if (isCalm()) {
            return Lane.Weather.clear(delay);
        }
        return new Lane.Weather(
                delay,
                (long) (wildness * chance.between(0, 30) * MILLIS),
                wildness * chance.unit() * 0.05,
                wildness * chance.unit() * 0.05,
                wildness * chance.unit() * 0.03,
                wildness * chance.unit() * 0.02);
    }
}
