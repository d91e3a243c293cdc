package jumpvpn.lab.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What both views of a session have in common: state, version, the life of the binding, and deadlines. Every row taken waits in {@link #news} to be compared. */
public abstract class View {
    static final long NEVER = Long.MAX_VALUE;
    private static final long SECRET_LIFE = 7_200_000_000_000L;

    final Terms terms;
    private final boolean owner;
    private final List<Row> news = new ArrayList<>();
    State state = State.BIRTH;
    Version version = Version.NONE;
    boolean bound;
    /** Rows were taken that nobody remembers: the next one is committed, with a version above all of theirs. */
    boolean memoryLost;

    private long shakenNanos;
    private long windowEndNanos = NEVER;
    long lifetimeEndNanos = NEVER;
    long lossEndNanos = NEVER;
    long birthEndNanos = NEVER;
    /** The last authenticated packet of the active binding, or its beginning. */
    long heardNanos;

    private long newestCounter = -1;
    private long secretAge;
    private long agesSinceNanos = NEVER;

    View(Terms terms, boolean owner) {
        this.terms = terms;
        this.owner = owner;
    }

    /** Where the session is. */
    public State state() {
        return state;
    }

    /** Its version. */
    public Version version() {
        return version;
    }

    /** What becomes of inner packets. */
    public Passage passage() {
        if (!state.lives()) {
            return Passage.DROP;
        }
        return bound ? Passage.FORWARD : Passage.HOLD;
    }

    /** The rows since the last call, in order. */
    public List<Row> news() {
        List<Row> rows = List.copyOf(news);
        news.clear();
        return rows;
    }

    /** The rows that these reasons would make of the owner's view; none if the table lacks one. */
    final List<Row> plan(List<Reason> reasons) {
        List<Row> rows = new ArrayList<>();
        State from = state;
        Version before = version;
        boolean lost = memoryLost;
        for (Reason why : reasons) {
            State to = Table.next(true, from, bound, why);
            if (to == null) {
                return List.of();
            }
            before = next(before, why, lost);
            rows.add(new Row(from, to, before, why));
            from = to;
            lost = false;
        }
        return List.copyOf(rows);
    }

    /** The owner's version after a row. */
    static Version next(Version version, Reason why, boolean memoryLost) {
        if (why == Reason.HANDSHAKE_OK || why == Reason.REATTACH_ACCEPT) {
            return version.bound();
        }
        return memoryLost ? version.withoutMemory() : version.stepped();
    }

    /** Takes a row, if there is one. */
    boolean row(long nowNanos, Reason why) {
        State to = Table.next(owner, state, bound, why);
        if (to == null) {
            return false;
        }
        boolean born = why == Reason.HANDSHAKE_OK;
        boolean rebound = why == Reason.REATTACH_ACCEPT;
        if (owner) {
            version = next(version, why, memoryLost);
            memoryLost = false;
        }
        news.add(new Row(state, to, version, why));
        if (to == State.RECOVERING) {
            windowEndNanos = nowNanos + terms.recoveryWindow();
        } else if (state == State.RECOVERING) {
            windowEndNanos = NEVER;
        }
        if (to == State.VOLATILE) {
            shakenNanos = nowNanos;
        }
        if (born) { // what came before under its keys counts: who completes a handshake with a late packet proves no
            // more by an earlier one
            alive(nowNanos);
            heardNanos = nowNanos;
        } else if (rebound) {
            begin(nowNanos);
        } else if (why == Reason.TRANSPORT_DEAD || why == Reason.PEER_REPORTED || to == State.TERMINATED) {
            dead(nowNanos);
        }
        state = to;
        return true;
    }

    /** A new binding is alive, in which nothing came yet. */
    void begin(long nowNanos) {
        alive(nowNanos);
        heardNanos = nowNanos;
        newestCounter = -1;
        lossEndNanos = NEVER;
    }

    private void alive(long nowNanos) {
        ages(nowNanos);
        bound = true;
    }

    /** The secret grows older from now on: a binding has its keys. */
    void ages(long nowNanos) {
        secretAge = secretAge(nowNanos);
        agesSinceNanos = nowNanos;
    }

    private void dead(long nowNanos) {
        secretAge = secretAge(nowNanos);
        agesSinceNanos = NEVER;
        bound = false;
    }

    private long secretAge(long nowNanos) {
        return secretAge + Math.max(0, nowNanos - agesSinceNanos);
    }

    /** Whether the secret has gone too long without new Diffie-Hellman. */
    boolean isSecretOld(long nowNanos) {
        return secretAge(nowNanos) >= SECRET_LIFE;
    }

    /** A new Diffie-Hellman has entered the secret. */
    public void freshened(long nowNanos) {
        secretAge = 0;
        agesSinceNanos = bound ? nowNanos : NEVER;
    }

    /** An authenticated packet came in the active binding. Only a newer one than all before is a sign of life: who delays packets shall keep nothing alive. */
    public void heard(long nowNanos, long counter) {
        if (counter > newestCounter) {
            newestCounter = counter;
            heardNanos = nowNanos;
        }
    }

    /** The active path was found dead. During a jump that is no row: the session is RECOVERING already. */
    public void pathDead(long nowNanos) {
        if (!bound) {
            return;
        }
        row(nowNanos, Reason.TRANSPORT_DEAD);
        dead(nowNanos);
        lossEndNanos = heardNanos + terms.lossTtl();
    }

    /** The end takes a row by itself. Whether a path is bad is for the end to judge; how long it must have been so, and when a time is over, is not. */
    public void decides(long nowNanos, Reason why) {
        long shakenFor = nowNanos - shakenNanos;
        switch (why) {
            case LOSS_SPIKE, LATENCY_SPIKE, JITTER_SPIKE, HEARTBEAT_MISSED -> row(nowNanos, why);
            case HEALTH_RECOVERED, EXIT_DEGRADED -> {
                if (shakenFor >= terms.hold()) {
                    row(nowNanos, why);
                }
            }
            case VOLATILE_PERSISTED -> {
                if (shakenFor >= terms.toDegraded()) {
                    row(nowNanos, why);
                }
            }
            case HANDSHAKE_FAIL,
                    TTL_SESSION_EXPIRED,
                    TTL_TRANSPORT_LOSS_EXPIRED,
                    JUMP_ABANDONED,
                    RECOVERY_WINDOW_EXCEEDED -> passDeadline(nowNanos);
            case KEY_EXPIRED -> {
                if (isSecretOld(nowNanos)) {
                    row(nowNanos, why);
                }
            }
            default -> {
                // never without a cause from outside
            }
        }
    }

    /** Ends the session; in BIRTH there is no session yet, only a handshake that fails. */
    public void end(long nowNanos, Reason why) {
        row(nowNanos, state == State.BIRTH ? Reason.HANDSHAKE_FAIL : why);
    }

    /** The earliest deadline, {@link Long#MAX_VALUE} if there is none. */
    public long nextDeadlineNanos() {
        if (state == State.TERMINATED) {
            return NEVER;
        }
        long secretEndNanos = agesSinceNanos == NEVER ? NEVER : agesSinceNanos + SECRET_LIFE - secretAge;
        long endNanos = Math.min(Math.min(birthEndNanos, lifetimeEndNanos), Math.min(lossEndNanos, secretEndNanos));
        return Math.min(endNanos, windowEndNanos);
    }

    /** What is due: terminations first, else in the table's order; one at a time. */
    private void passDeadline(long nowNanos) {
        Reason due = due(nowNanos);
        if (due != null) {
            row(nowNanos, due);
        }
    }

    /** What is due now, or null. */
    @Nullable
    Reason due(long nowNanos) {
        if (birthEndNanos <= nowNanos) {
            return Reason.HANDSHAKE_FAIL;
        }
        if (lossEndNanos <= nowNanos) {
            return Reason.TTL_TRANSPORT_LOSS_EXPIRED;
        }
        if (lifetimeEndNanos <= nowNanos) {
            return Reason.TTL_SESSION_EXPIRED;
        }
        if (windowEndNanos <= nowNanos) {
            return bound ? Reason.JUMP_ABANDONED : Reason.RECOVERY_WINDOW_EXCEEDED;
        }
        return null;
    }
}
