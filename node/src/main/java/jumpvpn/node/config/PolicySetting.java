package jumpvpn.node.config;

/**
 * One line of {@code [policy]}, as it was written.
 *
 * @param key the dotted key, such as {@code volatility.heartbeat-interval}
 * @param value a String, Long, Double, Boolean or List of these
 * @param line where it stands
 */
public record PolicySetting(String key, Object value, int line) {}
