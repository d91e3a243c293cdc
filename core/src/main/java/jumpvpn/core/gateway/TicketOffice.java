package jumpvpn.core.gateway;

import java.util.List;
import jumpvpn.core.control.Token;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.security.Ticket;
import jumpvpn.core.security.TicketSealer;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.StateVersion;

/**
 * Makes tickets and tokens. A ticket expires with its session's lifetime, by a wall clock that was read once at the start and goes on with boot time, so that a wall
 * clock that steps expires nothing (docs/adr/0010).
 */
final class TicketOffice {
    /** How far the wall clocks of gateways that open each other's tickets may be apart. */
    static final long SKEW_SECONDS = 60;

    private static final int MOST_TICKETS = 8;
    private static final int KEY_SECONDS = 86_400;
    private static final int OLDER_KEYS = 31;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final GatewayConfig config;
    private final long ownerId;
    private final long incarnation;
    private final long wallSeconds;
    private long startNanos;
    private int keyNumber;
    private TicketSealer sealer;

    TicketOffice(GatewayConfig config, long incarnation, long wallSeconds) {
        this.config = config;
        this.ownerId = config.ownerId();
        this.incarnation = incarnation;
        this.wallSeconds = wallSeconds;
        this.keyNumber = (int) (wallSeconds / KEY_SECONDS);
        this.sealer = newSealer();
    }

    private TicketSealer newSealer() {
        return new TicketSealer(config.ticketMaster(), keyNumber, OLDER_KEYS);
    }

    /** The wall clock showed what the constructor was told at this boot time. */
    void start(long nowNanos) {
        startNanos = nowNanos;
    }

    /** Rotates the key when the day changes. A step back keeps the newer one. */
    void wallClock(long seconds) {
        int number = (int) (seconds / KEY_SECONDS);
        if (number > keyNumber) {
            keyNumber = number;
            sealer = newSealer();
        }
    }

    private long wallSeconds(long nowNanos) {
        return wallSeconds + (nowNanos - startNanos) / SECOND_NANOS;
    }

    TicketSealer sealer() {
        return sealer;
    }

    Token token(long nowNanos) {
        return new Token(incarnation, nowNanos);
    }

    boolean isExpired(long nowNanos, Ticket ticket) {
        return ticket.expirySeconds() < wallSeconds(nowNanos) - SKEW_SECONDS;
    }

    /**
     * As many tickets as one message brings and the session's policy allows, at most this many, for this generation. They depend on the arguments and the day only: nothing
     * of the clock is in them.
     *
     * @param seed 16 bytes, fresh for every message, not secret
     */
    List<byte[]> tickets(SessionRecord record, SessionSecret secret, int most, byte[] seed) {
        Ticket ticket = ticket(record, record.version(), secret.generation(), secret.proofKey());
        return sealer.seal(sealer.currentKey(), ticket, Math.min(most, count(record)), seed);
    }

    /** Seals the tickets of an ACK, {@link #count} of them, into an array: the same ones of the same seed. */
    void seal(SessionRecord record, StateVersion version, AckSeed seed, byte[] out, int at) {
        Ticket ticket = ticket(record, version, seed.generation(), seed.proofKey());
        sealer.seal(seed.ticketKey(), ticket, count(record), seed.random(), out, at);
    }

    /** As many as one message brings and the session's policy allows. */
    static int count(SessionRecord record) {
        return Math.min(MOST_TICKETS, record.policy().count(PolicyKey.TRANSPORT_MAX_CANDIDATES));
    }

    private Ticket ticket(SessionRecord record, StateVersion version, int generation, byte[] proofKey) {
        long expirySeconds = wallSeconds(record.lifetimeEndNanos()) + 1;
        return new Ticket(record.id().bytes(), ownerId, version.epoch(), generation, proofKey, expirySeconds);
    }

    /** As many tickets as a policy allows, of the newest generation. */
    List<byte[]> tickets(SessionRecord record, byte[] seed) {
        return tickets(record, record.secret(), MOST_TICKETS, seed);
    }
}
