package jumpvpn.lab.sim;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import jumpvpn.core.data.Binding;
import jumpvpn.core.observability.Event;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.session.SessionId;
import jumpvpn.lab.model.Cradle;
import jumpvpn.lab.model.OwnerView;
import org.jspecify.annotations.Nullable;

/** The handshakes at one gateway beside the model: answered, confirmed, committed or come to nothing. */
final class ShadowBirths {
    private static final long SLACK_NANOS = 5_000_000;
    /** Longer after a birth was asked for, an empty table is no proof that it never was: it may have been a session, ended, and the rest removed. */
    private static final long NEVER_WAS_NANOS = 5_000_000_000L;

    /** A birth whose commit was asked for then, and refused in the end. */
    private record Doubt(long wireId, long askedNanos) {}

    /** The newest packet in the binding of a birth. */
    private record Newest(long nanos, long counter) {}

    private final ShadowGateway gateway;
    private final Exchange exchange;
    private final Map<Long, Integer> clientOfHandshake = new HashMap<>(); // these are never iterated
    private final Map<Long, Integer> clientOfBirth = new HashMap<>();
    private final Map<Long, Long> clientWireIds = new HashMap<>();
    private final Map<Long, Newest> newest = new HashMap<>();
    private final ArrayDeque<Long> toRead = new ArrayDeque<>();
    private final TreeMap<SessionId, Long> confirmed = new TreeMap<>();
    /** Births whose commit was asked for at least once. */
    private final TreeMap<SessionId, Long> committed = new TreeMap<>();

    private final TreeMap<SessionId, Doubt> doubtful = new TreeMap<>();
    private final TreeSet<Integer> revoked = new TreeSet<>();
    private Cradle cradle;

    ShadowBirths(ShadowGateway gateway, Exchange exchange) {
        this.gateway = gateway;
        this.exchange = exchange;
        this.cradle = new Cradle(gateway.terms());
    }

    /** The process is gone. */
    void dies() {
        toRead.clear();
        confirmed.clear();
        committed.clear();
        doubtful.clear();
        revoked.clear();
        cradle = new Cradle(gateway.terms());
    }

    private Violation violation(String what) {
        return new Violation("MODEL", gateway.name + " " + what);
    }

    /** A client sends its first message. */
    void handshake(int client, long wireId) {
        clientOfHandshake.put(wireId, client);
    }

    /** Whose handshake has this wire identifier of ours. */
    int clientOf(long wireId) {
        return Objects.requireNonNull(clientOfBirth.get(wireId));
    }

    void revokes(int client) {
        revoked.add(client);
    }

    boolean isRevoked(int client) {
        return revoked.contains(client);
    }

    /** The gateway answers a first message. */
    void answers(long nowNanos, byte[] response, boolean draining) {
        ByteBuffer in = ByteBuffer.wrap(response);
        long wireId = in.getLong(12);
        long clientWireId = in.getLong(4);
        Integer client = clientOfHandshake.get(clientWireId);
        if (wireId == 0 || client == null || clientOfBirth.put(wireId, client) != null) {
            return;
        }
        if (draining) {
            throw violation("admits a client although it is to be empty");
        }
        clientWireIds.put(wireId, clientWireId);
        cradle.begin(nowNanos, Long.toHexString(wireId), client);
    }

    /** An authentic packet came in a binding that no session has yet. */
    void opened(long nowNanos, Binding binding, long counter) {
        Newest before = newest.get(binding.localWireId);
        if (before == null || before.counter < counter) {
            newest.put(binding.localWireId, new Newest(nowNanos, counter));
        }
    }

    /** The client says that it has the answer: its birth is to be committed, once the client's older session is read. */
    void confirms(Binding binding) {
        Integer client = clientOfBirth.get(binding.localWireId);
        if (client != null && !revoked.contains(client) && cradle.claim(Long.toHexString(binding.localWireId))) {
            toRead.add(binding.localWireId);
        }
    }

    /** The gateway reads a client's record: for which birth, 0 if it is for something else. */
    long reads() {
        Long wireId = toRead.poll();
        return wireId == null ? 0 : wireId;
    }

    /** What is known of the client's older session: where this gateway knows it otherwise, that is to be told first, and the client confirms again. */
    void read(long wireId, SessionTable.Reading reading) {
        Owned here = gateway.ofClient(clientOf(wireId));
        boolean commits = switch (reading) {
            case SessionTable.Reading.Unavailable _ -> false;
            case SessionTable.Reading.None _ -> here == null;
            case SessionTable.Reading.Found found
            when gateway.commits.isUnsettled(found.record().commitId()) -> false;
            case SessionTable.Reading.Found found ->
                here == null
                        || (here.id.equals(found.record().id())
                                && here.recorded.epoch()
                                        == Compared.version(found.record().version())
                                                .epoch());
        };
        if (commits) {
            SessionId id = exchange.granted(clientWireIds.getOrDefault(wireId, 0L));
            confirmed.put(Objects.requireNonNull(id), wireId);
        } else {
            cradle.refuse(Long.toHexString(wireId));
        }
    }

    /** Under which wire identifier of ours a client confirmed this session, which is to be committed now; 0 if none did. */
    long confirmed(SessionId id) {
        Long wireId = confirmed.remove(id);
        if (wireId == null) {
            return 0;
        }
        committed.put(id, wireId);
        return wireId;
    }

    /** The birth is committed; null if the session is known already, from its record. */
    @Nullable
    Owned born(long nowNanos, SessionId id, long wireId, long askedNanos, boolean known) {
        cradle.complete(Long.toHexString(wireId));
        if (known) {
            return null;
        }
        OwnerView view = OwnerView.born(gateway.terms(), askedNanos, nowNanos);
        Newest heard = newest.get(wireId);
        if (heard != null) {
            view.heard(Math.max(heard.nanos, askedNanos), heard.counter);
        }
        Owned owned = new Owned(gateway.name, id, view, clientOf(wireId), view.version());
        owned.bound(wireId);
        return owned;
    }

    /** The birth is not committed; if the table refused it, an earlier try may be in. */
    void refused(SessionId id, long wireId, long askedNanos, boolean perhapsIn) {
        if (perhapsIn) {
            doubtful.put(id, new Doubt(wireId, askedNanos));
        } else {
            cradle.refuse(Long.toHexString(wireId));
        }
    }

    /** A record was read: that of a birth that was refused? */
    void read(SessionId id, SessionTable.Reading reading) {
        Doubt doubt = doubtful.get(id);
        if (doubt == null || reading instanceof SessionTable.Reading.Unavailable) {
            return;
        }
        doubtful.remove(id);
        boolean neverWas =
                reading instanceof SessionTable.Reading.None && gateway.now() - doubt.askedNanos < NEVER_WAS_NANOS;
        if (neverWas) {
            cradle.refuse(Long.toHexString(doubt.wireId));
        } else {
            cradle.forget(Long.toHexString(doubt.wireId));
        }
    }

    /** The session is there, by the table: a handshake that was to be its birth is settled. */
    void became(SessionId id) {
        Long wireId = committed.remove(id);
        if (wireId != null) {
            doubtful.remove(id);
            cradle.forget(Long.toHexString(wireId));
        }
    }

    /** Whether a handshake had to come to nothing. */
    boolean ends(Event event) {
        return Compared.row(event).equals(Cradle.STILLBORN)
                && cradle.stillborn(event.nanos(), gateway.clientNamedIn(event));
    }

    /** Everything that was due is done. */
    void settled(long nowNanos) {
        if (cradle.dropped() > 0) {
            throw violation("keeps a handshake although another of its client was completed");
        }
        if (nowNanos - SLACK_NANOS > cradle.nextDeadlineNanos()) {
            throw violation("keeps a handshake whose time is over");
        }
        if (!toRead.isEmpty() || !confirmed.isEmpty()) {
            throw violation("does not commit a birth that was confirmed");
        }
    }
}
