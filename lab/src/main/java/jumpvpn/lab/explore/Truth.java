package jumpvpn.lab.explore;

import static jumpvpn.lab.explore.Rules.require;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.control.ReattachMessage;
import jumpvpn.core.control.ReattachRequest;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.jspecify.annotations.Nullable;

/** What is true of one session: what was committed, and what any owner ever said of it. */
final class Truth {
    final SessionId id;
    private final TreeMap<StateVersion, String> rows = new TreeMap<>();
    private final TreeSet<StateVersion> saidAsOwn = new TreeSet<>();
    private final TreeSet<String> boundNonces = new TreeSet<>();
    private int epoch;
    private int ownerNumber;
    private boolean ended;
    private long lastCommitNanos;
    private long lastForcedNanos = Long.MIN_VALUE / 2;
    private @Nullable List<Prefix> inner;

    Truth(SessionId id) {
        this.id = id;
    }

    /** A copy that goes its own way. */
    Truth copy() {
        Truth copy = new Truth(id);
        copy.rows.putAll(rows);
        copy.saidAsOwn.addAll(saidAsOwn);
        copy.boundNonces.addAll(boundNonces);
        copy.epoch = epoch;
        copy.ownerNumber = ownerNumber;
        copy.ended = ended;
        copy.lastCommitNanos = lastCommitNanos;
        copy.lastForcedNanos = lastForcedNanos;
        copy.inner = inner;
        return copy;
    }

    void digest(Digest digest) {
        digest.add(id.low())
                .add(epoch)
                .add(ownerNumber)
                .add(ended ? 1 : 0)
                .add(lastCommitNanos)
                .add(lastForcedNanos);
        rows.forEach((version, row) -> digest.add(version.packed()).add(row.hashCode()));
        saidAsOwn.forEach(version -> digest.add(version.packed()));
        digest.add(boundNonces.size());
        boundNonces.forEach(nonce -> digest.add(nonce.getBytes(StandardCharsets.UTF_8)));
    }

    static String name(Nonce nonce) {
        return HexFormat.of().formatHex(nonce.bytes());
    }

    /** The highest committed epoch. */
    int epoch() {
        return epoch;
    }

    /** Whether its end is committed. */
    boolean isEnded() {
        return ended;
    }

    /** The gateway that committed it. */
    int ownerNumber() {
        return ownerNumber;
    }

    /** Whether its inner address is known. */
    boolean knowsInner() {
        return inner != null;
    }

    /** Whether this is its inner address, as ever. */
    boolean inner(List<Prefix> shown) {
        if (inner == null) {
            inner = shown;
        }
        return inner.equals(shown);
    }

    /** An owner says a row: once as its own, and the same one marked as said again by whoever loads the record, be it before the owner knows of its commit. */
    void row(StateVersion version, String row, boolean again) {
        String before = rows.putIfAbsent(version, row);
        boolean first = again || saidAsOwn.add(version);
        require(
                first && (before == null || before.equals(row)),
                "I4",
                () -> version + " is " + before + " and also " + row);
    }

    /** Whether this request has begun an epoch. */
    boolean isBound(String nonce) {
        return boundNonces.contains(nonce);
    }

    /** A commit took effect: was it one that the gates allow? */
    void committed(
            int by,
            @Nullable SessionRecord before,
            SessionRecord after,
            ReattachMessage.@Nullable Proven<ReattachRequest> request,
            Policy policy) {
        require(!ended, "I10", () -> "something is committed after the end");
        StateVersion version = after.version();
        if (before == null) {
            require(version.equals(StateVersion.of(1, 0)), "I4", () -> "a session is born as " + version);
        } else {
            require(
                    version.compareTo(before.version()) > 0,
                    "I4",
                    () -> version + " is committed after " + before.version());
            require(before.inner().equals(after.inner()), "I3", () -> "another inner address is committed");
        }
        ended = after.state() == SessionState.TERMINATED;
        if (before != null && !ended) {
            require(
                    version.equals(StateVersion.of(before.version().epoch() + 1, 0)),
                    "I4",
                    () -> "a bind after " + before.version() + " is " + version);
            bound(before, after, request, policy);
        }
        if (!ended) {
            epoch = version.epoch();
            lastCommitNanos = after.noBindingSinceNanos();
            ownerNumber = by;
        }
    }

    private void bound(
            SessionRecord before,
            SessionRecord after,
            ReattachMessage.@Nullable Proven<ReattachRequest> request,
            Policy policy) {
        require(boundNonces.add(after.bindNonce()), "I5", () -> "a request bound twice");
        if (request == null) {
            require(false, "I5", () -> "a bind that no client asked for");
            return;
        }
        ReattachRequest asked = request.body();
        boolean expected = asked.expectedEpoch() == before.version().epoch()
                || asked.unanswered().stream().map(Truth::name).anyMatch(before.bindNonce()::equals);
        require(
                expected,
                "I5",
                () -> "gate B: a bind of epoch " + asked.expectedEpoch() + " after " + before.version());
        long decided = after.noBindingSinceNanos();
        if (asked.cause().isElective()) {
            require(
                    decided - lastCommitNanos >= policy.get(PolicyKey.SWITCHING_COOLDOWN),
                    "I7",
                    () -> "an elective switch inside the cooldown");
        } else {
            require(
                    decided - lastForcedNanos >= policy.get(PolicyKey.SWITCHING_RECOVERY_INTERVAL),
                    "I7",
                    () -> "binds that are not elective come too fast");
            lastForcedNanos = decided;
        }
    }
}
