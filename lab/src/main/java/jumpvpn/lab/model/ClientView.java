package jumpvpn.lab.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The client's view of one session: the same table over what it has learnt (contract sections 1 and 2). Messages that come here are authentic. */
public final class ClientView extends View {
    private static final int MOST_UNANSWERED = 32;
    private static final Set<Reason> PROVE_THE_END = Set.of(
            Reason.SESSION_NOT_FOUND,
            Reason.SESSION_EXPIRED,
            Reason.TRANSPORT_TTL_EXPIRED,
            Reason.OWNERSHIP_AMBIGUOUS,
            Reason.OWNER_GONE);

    /** A request that may still be answered. */
    private record Asked(String nonce, int path) {}

    private final List<Asked> unanswered = new ArrayList<>();
    private final Set<Integer> paths = new TreeSet<>();
    private int path;
    private long epoch = 1;

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

    /** A request goes out for the first time. */
    public void asks(String nonce, int onPath) {
        while (unanswered.size() >= MOST_UNANSWERED) {
            unanswered.removeFirst();
        }
        unanswered.add(new Asked(nonce, onPath));
    }

    /** ACK: the session is bound anew, unless a newer bind is known already. */
    public void accepted(long nowNanos, String nonce, Version said) {
        int asked = indexOf(nonce);
        if (asked < 0 || !state.lives()) {
            return;
        }
        int onPath = unanswered.get(asked).path;
        settle(asked, true);
        if (said.epoch() <= epoch) {
            return;
        }
        learn(said);
        epoch = said.epoch();
        path = onPath;
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
        int asked = indexOf(nonce);
        if (asked < 0 || !state.lives()) {
            return;
        }
        settle(asked, why == Reason.STALE_STATE_VERSION);
        learn(said);
        if (PROVE_THE_END.contains(why)) {
            row(nowNanos, why);
        } else if (why == Reason.STALE_STATE_VERSION) {
            if (unanswered.isEmpty()) {
                row(nowNanos, Reason.SECURITY_FAILURE); // copied: somebody else moves the session
            }
        } else if (why != Reason.STALE_REQUEST) {
            row(nowNanos, Reason.JUMP_ABANDONED);
        }
    }

    private int indexOf(String nonce) {
        for (int i = 0; i < unanswered.size(); i++) {
            if (unanswered.get(i).nonce.equals(nonce)) {
                return i;
            }
        }
        return -1;
    }

    /** Those before an accepted or stale one expect the same epoch and list fewer nonces: they can pass gate B no more. */
    private void settle(int asked, boolean earlierToo) {
        if (earlierToo) {
            unanswered.subList(0, asked + 1).clear();
        } else {
            unanswered.remove(asked);
        }
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
        row(nowNanos, Reason.CANDIDATE_APPEARED);
    }

    /**
     * The client, or its operator, wants another path while this one lives.
     *
     * @return false: the table has no row for that here
     */
    public boolean wants(long nowNanos, Reason why) {
        return row(nowNanos, why);
    }
}
