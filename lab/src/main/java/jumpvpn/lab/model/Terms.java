package jumpvpn.lab.model;

/**
 * The policy values on which rows and gates depend (contract section 3). Times in nanoseconds.
 *
 * @param hold how long a path must be inside its thresholds
 * @param toDegraded how long VOLATILE lasts before it is DEGRADED
 * @param maxAge of a request
 */
public record Terms(
        long lifetime,
        long lossTtl,
        long handshakeTimeout,
        long hold,
        long toDegraded,
        long maxPerMinute,
        long cooldown,
        long recoveryInterval,
        long recoveryWindow,
        long maxRejects,
        long maxAge) {}
