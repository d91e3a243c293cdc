package jumpvpn.lab.model;

import java.util.List;

/**
 * When a session was bound, as far as any limit looks back.
 *
 * @param lastNanos the last bind, or the birth
 * @param lastForcedNanos the last bind that was not elective, or long ago
 * @param electives of the last minute, oldest first
 */
public record Binds(long lastNanos, long lastForcedNanos, List<Long> electives) {}
