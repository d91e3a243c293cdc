package jumpvpn.lab.model;

import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** When a session was bound, and what policy says to another bind (contract section 3, {@code switching}). */
final class Switches {
    private static final long MINUTE = 60_000_000_000L;
    private static final long LONG_AGO = Long.MIN_VALUE / 2;

    private final ArrayDeque<Long> electives = new ArrayDeque<>();
    private long lastNanos = LONG_AGO;
    private long lastForcedNanos = LONG_AGO;

    /** As a record has it. */
    static Switches of(Binds binds) {
        Switches switches = new Switches();
        switches.electives.addAll(binds.electives());
        switches.lastNanos = binds.lastNanos();
        switches.lastForcedNanos = binds.lastForcedNanos();
        return switches;
    }

    /** What a record has to keep of these and one more bind. */
    Binds with(long nowNanos, boolean elective) {
        Switches all = of(new Binds(lastNanos, lastForcedNanos, List.copyOf(electives)));
        all.bound(nowNanos, elective);
        return all.binds();
    }

    /** What a record keeps of these. */
    Binds binds() {
        return new Binds(lastNanos, lastForcedNanos, List.copyOf(electives));
    }

    /** The same, but the newest were not before those. */
    Switches notBefore(Binds others) {
        Binds own = binds();
        return of(new Binds(
                Math.max(own.lastNanos(), others.lastNanos()),
                Math.max(own.lastForcedNanos(), others.lastForcedNanos()),
                own.electives()));
    }

    /** The birth, which is no switch. */
    void born(long nowNanos) {
        lastNanos = nowNanos;
    }

    void bound(long nowNanos, boolean elective) {
        lastNanos = nowNanos;
        if (elective) {
            electives.add(nowNanos);
        } else {
            lastForcedNanos = nowNanos;
        }
    }

    /** Why an elective switch is forbidden now, or null. */
    @Nullable
    Reason elective(long nowNanos, Terms terms) {
        electives.removeIf(at -> nowNanos - at >= MINUTE);
        if (electives.size() >= terms.maxPerMinute()) {
            return Reason.SWITCH_RATE_LIMITED;
        }
        return nowNanos - lastNanos < terms.cooldown() ? Reason.COOLDOWN_ACTIVE : null;
    }

    /** Why a switch that is not elective is forbidden now, or null. */
    @Nullable
    Reason forced(long nowNanos, Terms terms) {
        return nowNanos - lastForcedNanos < terms.recoveryInterval() ? Reason.SWITCH_RATE_LIMITED : null;
    }
}
