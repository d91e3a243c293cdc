package jumpvpn.lab.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import jumpvpn.core.session.SessionId;
import jumpvpn.lab.model.OwnerView;
import jumpvpn.lab.model.Record;
import jumpvpn.lab.model.Row;
import jumpvpn.lab.model.State;
import jumpvpn.lab.model.Version;

/** A session at a gateway beside the model's, with what the model need not know. */
final class Owned {
    final SessionId id;
    final Compared<OwnerView> compared;
    final int client;
    /** The committed rows that are to be said once more. */
    final ArrayDeque<Row> again = new ArrayDeque<>();
    /** The version of the last committed row. */
    Version recorded;

    long activeWireId;
    private final Set<Long> wireIds = new HashSet<>(); // never iterated
    /** Another's, or nobody's, until the bind that is being committed makes it this gateway's. */
    boolean visiting;
    /** This gateway has it no more. */
    boolean gone;
    /** The generations of the secret that a commit without a row leaves. */
    List<Long> renewing = List.of();
    /** An end that the table did not take is asked for again until then. */
    long retryByNanos = Long.MIN_VALUE;
    /** The request whose bind is to be committed. */
    Exchange.@org.jspecify.annotations.Nullable Asked committing;

    /** @param who for messages */
    Owned(String who, SessionId id, OwnerView view, int client, Version recorded) {
        this.id = id;
        this.compared = new Compared<>(who + ", session " + id, view);
        this.client = client;
        this.recorded = recorded;
    }

    /** One that is known from its record only. */
    static Owned loaded(String who, SessionId id, OwnerView view, int client, Record record) {
        Owned owned = new Owned(who, id, view, client, record.version());
        owned.again.addAll(record.rows());
        return owned;
    }

    /** What a record keeps whose commit makes these rows: before them those of the commit before, if they are not told here yet. */
    List<Row> kept(List<Row> rows) {
        List<Row> before = new ArrayList<>(again);
        int from = Math.max(0, before.size() - 1);
        while (from > 0 && before.get(from - 1).to() != State.ATTACHED) {
            from--;
        }
        List<Row> kept = new ArrayList<>(before.subList(from, before.size()));
        kept.addAll(rows);
        return List.copyOf(kept);
    }

    /** Its newest binding is this one. */
    void bound(long wireId) {
        activeWireId = wireId;
        wireIds.add(wireId);
    }

    /** Whether that was a binding of its since it is here. */
    boolean wasBound(long wireId) {
        return wireIds.contains(wireId);
    }

    OwnerView view() {
        return compared.view;
    }
}
