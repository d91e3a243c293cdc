package jumpvpn.core.session;

import org.jspecify.annotations.Nullable;

/** The keys of contract section 3 with their defaults and bounds. Durations are in nanoseconds, ratios in 1/1000, the rest are counts. */
public enum PolicyKey {
    SESSION_MAX_LIFETIME("session.max-lifetime", Kind.DURATION, hours(24), minutes(1), days(30)),
    SESSION_TRANSPORT_LOSS_TTL("session.transport-loss-ttl", Kind.DURATION, hours(4), seconds(1), days(30)),
    SESSION_HANDSHAKE_TIMEOUT("session.handshake-timeout", Kind.DURATION, seconds(10), seconds(1), seconds(60)),
    VOLATILITY_HEARTBEAT_INTERVAL("volatility.heartbeat-interval", Kind.DURATION, millis(500), millis(50), seconds(30)),
    VOLATILITY_HEARTBEAT_MISSED("volatility.heartbeat-missed", Kind.COUNT, 3, 1, 20),
    VOLATILITY_LOSS_THRESHOLD("volatility.loss-threshold", Kind.RATIO, 150, 1, 1000),
    VOLATILITY_LOSS_WINDOW("volatility.loss-window", Kind.DURATION, seconds(2), millis(100), seconds(60)),
    VOLATILITY_LATENCY_THRESHOLD("volatility.latency-threshold", Kind.RATIO, 3000, 1000, 100_000),
    VOLATILITY_HOLD("volatility.hold", Kind.DURATION, seconds(2), 0, minutes(10)),
    VOLATILITY_TO_DEGRADED("volatility.to-degraded", Kind.DURATION, seconds(4), 0, minutes(10)),
    VOLATILITY_DEAD_AFTER("volatility.dead-after", Kind.DURATION, millis(1500), millis(50), seconds(60)),
    SWITCHING_MAX_PER_MINUTE("switching.max-per-minute", Kind.COUNT, 8, 1, 600),
    SWITCHING_COOLDOWN("switching.cooldown", Kind.DURATION, millis(1500), 0, minutes(10)),
    SWITCHING_RECOVERY_INTERVAL("switching.recovery-interval", Kind.DURATION, millis(500), millis(50), seconds(60)),
    SWITCHING_RECOVERY_WINDOW("switching.recovery-window", Kind.DURATION, seconds(8), millis(100), minutes(10)),
    SWITCHING_MAX_REJECTS("switching.max-rejects", Kind.COUNT, 16, 1, 1000),
    SWITCHING_IMPROVEMENT_FACTOR("switching.improvement-factor", Kind.RATIO, 1100, 1000, 100_000),
    TRANSPORT_ALLOWED("transport.allowed", Kind.PROTOCOLS, 0x321, 1, 0x333),
    TRANSPORT_PREFER("transport.prefer", Kind.PROTOCOLS, 0x321, 1, 0x333),
    TRANSPORT_MAX_CANDIDATES("transport.max-candidates", Kind.COUNT, 8, 1, 32),
    TRANSPORT_MAX_STANDBYS("transport.max-standbys", Kind.COUNT, 2, 0, 32),
    SECURITY_REATTACH_MAX_AGE("security.reattach-max-age", Kind.DURATION, seconds(5), millis(100), minutes(10)),
    SECURITY_REPLAY_WINDOW("security.replay-window", Kind.COUNT, 8192, 64, 1 << 20),
    SECURITY_REKEY_AFTER("security.rekey-after", Kind.DURATION, minutes(2), seconds(1), minutes(2)),
    HOLD_BYTES_PER_SESSION("hold.bytes-per-session", Kind.COUNT, 65_536, 0, 16 << 20),
    HOLD_MAX_AGE("hold.max-age", Kind.DURATION, seconds(30), 0, minutes(10));

    /** How a value is written. */
    public enum Kind {
        /** Nanoseconds; in files {@code "500ms"}, {@code "2s"}, {@code "4h"}, {@code "30d"}. */
        DURATION,
        /** A whole number. */
        COUNT,
        /** Thousandths; in files a decimal number. */
        RATIO,
        /** Up to three protocol numbers, a hexadecimal digit each, the first in the lowest digit; in files a list of names. */
        PROTOCOLS
    }

    private final String key;
    private final Kind kind;
    private final long defaultValue;
    private final long least;
    private final long most;

    PolicyKey(String key, Kind kind, long defaultValue, long least, long most) {
        this.key = key;
        this.kind = kind;
        this.defaultValue = defaultValue;
        this.least = least;
        this.most = most;
    }

    /** The dotted key as in files. */
    public String key() {
        return key;
    }

    /** How its value is written. */
    public Kind kind() {
        return kind;
    }

    /** The default in the kind's unit. */
    public long defaultValue() {
        return defaultValue;
    }

    /** The least allowed value. */
    public long least() {
        return least;
    }

    /** The greatest allowed value. */
    public long most() {
        return most;
    }

    /** The key with this dotted name, or null. */
    public static @Nullable PolicyKey parse(String text) {
        for (PolicyKey key : values()) {
            if (key.key.equals(text)) {
                return key;
            }
        }
        return null;
    }

    private static long millis(long n) {
        return n * 1_000_000L;
    }

    private static long seconds(long n) {
        return millis(n * 1000);
    }

    private static long minutes(long n) {
        return seconds(n * 60);
    }

    private static long hours(long n) {
        return minutes(n * 60);
    }

    private static long days(long n) {
        return hours(n * 24);
    }
}
