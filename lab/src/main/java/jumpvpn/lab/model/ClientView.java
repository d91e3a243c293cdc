package jumpvpn.lab.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The client's view of one session: the same table over what it has learnt (contract sections 1 and 2). Messages that come here are authentic. */
public final class ClientView extends View {
    private static final int MOST_UNANSWERED = 32;
    private static final Set<Reason> PROVE_THE_END = Set.of(
            Reason.SESSION_NOT_FOUND,
            Reason.SESSION_EXPIRED,
            Reason.TRANSPORT_TTL_EXPIRED,
            Reason.OWNERSHIP_AMBIGUOUS,
            Reason.OWNER_GONE);

    /** Refusals that the gateway does not keep: another copy of the same request may be accepted. */
    private static final Set<Reason> NOT_KEPT = Set.of(
            Reason.STALE_REQUEST,
            Reason.NOT_OWNER,
            Reason.STORE_UNAVAILABLE,
            Reason.DUAL_ACTIVE_FORBIDDEN,
            Reason.SWITCH_RATE_LIMITED);

    /** A request that was accepted by nobody as far as the client knows, since the newest ACK. */
    private static final class Asked {
        final String nonce;
        final int path;
        final long expectedEpoch;
        final Cause cause;
        final long search;
        final long number;
        boolean refused;
        /** It did not begin the epoch that an answer told of. */
        boolean cleared;

        Asked(String nonce, int path, long expectedEpoch, Cause cause, long search, long number) {
            this.nonce = nonce;
            this.path = path;
            this.expectedEpoch = expectedEpoch;
            this.cause = cause;
            this.search = search;
            this.number = number;
        }
    }

    private final List<Asked> open = new ArrayList<>();
    private final Set<Integer> paths = new TreeSet<>();
    private final Switches switches = new Switches();
    private int path;
    private long epoch = 1;
    private long search;
    /** Which of the open requests may have begun an epoch that an answer told of; null: no answer did. */
    private @Nullable List<Asked> suspects;

    private long asked;

    private boolean mayGiveUp;

    /**
     * A handshake was answered; the gateway has not confirmed yet.
     *
     * @param path on which the answer came
     * @param up paths that can be used
     */
    public ClientView(Terms terms, long nowNanos, int path, Set<Integer> up) {
        super(terms, false);
        this.path = path;
        paths.addAll(up);
        birthEndNanos = nowNanos + terms.handshakeTimeout();
        ages(nowNanos);
    }

    /** The epoch of the active binding. */
    public long epoch() {
        return epoch;
    }

    private void learn(Version said) {
        if (said.isAfter(version)) {
            version = said;
        }
    }

    /** WELCOME: the gateway has committed the session. */
    public void welcomed(long nowNanos, Version said) {
        if (state == State.BIRTH) {
            learn(said);
            birthEndNanos = NEVER;
            lifetimeEndNanos = nowNanos + terms.lifetime();
            switches.born(nowNanos);
            row(nowNanos, Reason.HANDSHAKE_OK);
        }
    }

    /** NOTICE: the binding with this epoch has ended at the gateway, or is thought dead there. */
    public void noticed(long nowNanos, long about, Version said) {
        learn(said);
        if (about == epoch) {
            pathDead(nowNanos);
        }
    }

    /** CLOSE: the gateway has ended the session. */
    public void closed(long nowNanos, Reason why) {
        boolean names = Table.next(false, state, bound, why) == State.TERMINATED;
        end(nowNanos, names ? why : Reason.PEER_CLOSED);
    }

    /** The path is dead: whether a jump was under way or not, a search begins. */
    @Override
    public void pathDead(long nowNanos) {
        super.pathDead(nowNanos);
        search++;
    }

    /** A request goes out for the first time. */
    public void asks(String nonce, int onPath, Cause cause) {
        while (open.size() >= MOST_UNANSWERED) {
            Asked least =
                    open.stream().filter(asked -> asked.refused).findFirst().orElse(open.getFirst());
            open.remove(least);
            suspects = null; // nobody will know what became of it
        }
        open.add(new Asked(nonce, onPath, epoch, cause, search, asked++));
    }

    /** ACK: the session is bound anew, unless a newer bind is known already. */
    public void accepted(long nowNanos, String nonce, Version said) {
        Asked asked = find(nonce);
        if (asked == null || !state.lives()) {
            return;
        }
        open.subList(0, open.indexOf(asked) + 1)
                .clear(); // those before expect the same epoch and list fewer nonces: they can pass gate B no more
        suspects = null;
        if (said.epoch() <= epoch || said.epoch() < version.epoch()) {
            return; // known, or overtaken by one that was told
        }
        learn(said);
        epoch = said.epoch();
        path = asked.path;
        switches.bound(nowNanos, asked.cause.elective);
        if (state == State.DEGRADED) {
            row(nowNanos, Reason.CANDIDATE_APPEARED);
        }
        row(nowNanos, Reason.REATTACH_ACCEPT);
        begin(nowNanos); // also where a newer bind overtakes the one just learnt, which is no row
        if (!paths.contains(path)) {
            pathDead(nowNanos);
        }
    }

    /** REJECT. */
    public void refused(long nowNanos, String nonce, Reason why, Version said) {
        Asked asked = find(nonce);
        if (asked == null || asked.refused || !state.lives()) {
            return;
        }
        asked.refused = true;
        if (!NOT_KEPT.contains(why)) {
            open.remove(asked);
        }
        learn(said);
        if (PROVE_THE_END.contains(why)) {
            row(nowNanos, why);
        } else if (why == Reason.STALE_STATE_VERSION) {
            if (asked.expectedEpoch == epoch) { // one that expects an older epoch was overtaken
                stale(asked);
            }
        } else {
            jumpRefused(nowNanos, asked, why);
        }
        if (suspects != null
                && suspects.stream().allMatch(other -> !open.contains(other) || (other.refused && other.cleared))) {
            row(nowNanos, Reason.SECURITY_FAILURE); // somebody else moves the session
        }
    }

    /** An epoch was begun, and by none that this request lists: those before it did not begin it, those behind it may have, what is asked from now on can't. */
    private void stale(Asked told) {
        if (suspects == null) {
            suspects = new ArrayList<>(open);
            suspects.add(told);
            suspects.forEach(other -> other.cleared = false); // of an earlier suspicion
        }
        for (Asked other : suspects) {
            other.cleared |= other.number < told.number;
        }
    }

    /** A jump is for something better: refused, it is given up. Who must leave asks on. Where an answer leads to another gateway, or only to another token, the client decides. */
    private void jumpRefused(long nowNanos, Asked asked, Reason why) {
        if (asked.search != search || !asked.cause.elective) {
            return;
        }
        if (why == Reason.STALE_REQUEST || why == Reason.NOT_OWNER) {
            mayGiveUp = true;
        } else {
            row(nowNanos, Reason.JUMP_ABANDONED);
        }
    }

    private @Nullable Asked find(String nonce) {
        for (Asked asked : open) {
            if (asked.nonce.equals(nonce)) {
                return asked;
            }
        }
        return null;
    }

    /** A path is gone. */
    public void pathDown(long nowNanos, int gone) {
        paths.remove(gone);
        if (gone != path) {
            return;
        }
        if (state == State.BIRTH) {
            row(nowNanos, Reason.HANDSHAKE_FAIL);
        } else {
            pathDead(nowNanos);
        }
    }

    /** A path is new or up again. */
    public void pathUp(long nowNanos, int up) {
        paths.add(up);
        candidateAppeared(nowNanos);
    }

    /** Something may be tried: a path came up, or one answered a probe. */
    public void candidateAppeared(long nowNanos) {
        if (row(nowNanos, Reason.CANDIDATE_APPEARED)) {
            search++;
        }
    }

    /**
     * The client, or its operator, wants another path while this one lives.
     *
     * @return false: the table has no row for that here
     */
    public boolean wants(long nowNanos, Reason why) {
        boolean may = row(nowNanos, why);
        if (may) {
            search++;
            mayGiveUp = false;
        }
        return may;
    }

    /** Also whether to leave a living path and for how long to try is the client's to judge, and whether a candidate is fit; whether policy forbids an elective switch is not. */
    @Override
    public void decides(long nowNanos, Reason why) {
        switch (why) {
            case OPERATOR_JUMP, BETTER_PATH, LINK_GOING_DOWN, GATEWAY_DRAINING -> wants(nowNanos, why);
            case NO_VALID_CANDIDATE -> row(nowNanos, why);
            case SWITCH_RATE_LIMITED -> {
                if (switches.elective(nowNanos, terms) != null) {
                    row(nowNanos, why);
                }
            }
            case JUMP_ABANDONED -> {
                if (mayGiveUp) {
                    row(nowNanos, why);
                } else {
                    super.decides(nowNanos, why);
                }
            }
            default -> super.decides(nowNanos, why);
        }
    }
}
