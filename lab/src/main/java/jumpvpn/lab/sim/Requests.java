package jumpvpn.lab.sim;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.control.ReattachMessage;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.session.SessionId;

/**
 * Reattach requests by their nonces (I6): a bind is begun by a request that somebody made who could, not long ago, and every request begins one at most, whoever sends
 * it again from wherever.
 */
final class Requests {
    private static final int NONCE_AT = 108;
    private static final long SLACK_NANOS = 3_000_000_000L; // the gateways' clock skew, and a table that answers late

    private record Made(int hash, long nanos) {}

    private record Bound(SessionId session, int epoch) {}

    private final long maxAgeNanos;
    private final Map<String, Made> made = new HashMap<>(); // none is iterated
    private final Map<String, Bound> tried = new HashMap<>();
    private final Map<String, Bound> bound = new HashMap<>();
    private final Set<String> usedAgain = new HashSet<>();
    private final Map<SessionId, String> newest = new HashMap<>();
    private final Map<String, Integer> answers = new HashMap<>();

    Requests(long maxAgeNanos) {
        this.maxAgeNanos = maxAgeNanos;
    }

    /** A client, or who holds its credentials, sends a datagram. */
    void sent(byte[] datagram, long nowNanos) {
        if (datagram[0] == MessageType.REATTACH_REQUEST) {
            byte[] nonce = Arrays.copyOfRange(datagram, NONCE_AT, NONCE_AT + Nonce.LENGTH);
            String name = HexFormat.of().formatHex(nonce);
            Made now = new Made(Arrays.hashCode(datagram), nowNanos);
            Made before = made.putIfAbsent(name, now);
            if (before != null
                    && before.hash != now.hash) { // another one under a used nonce: only an insider does that
                made.put(name, now);
                bound.remove(name);
                usedAgain.add(name);
            }
        }
    }

    /** A gateway answers: what it draws for an answer's keys is drawn once, also after a restart (I12). */
    void answered(byte[] datagram) {
        String random = HexFormat.of().formatHex(ReattachMessage.random(datagram));
        Integer hash = Arrays.hashCode(datagram);
        Integer before = answers.putIfAbsent(random, hash);
        if (before != null && !before.equals(hash)) {
            throw new Violation("I12", "two answers are sealed with the same randomness " + random);
        }
    }

    /** A gateway wants this committed; perhaps not for the first time. */
    void binds(SessionTable.Change change, long nowNanos) {
        SessionRecord record = change.record();
        if (record == null || !begunByRequest(record)) {
            return;
        }
        Bound now = new Bound(record.id(), record.version().epoch());
        Bound before = tried.put(record.bindNonce(), now);
        Made request = made.get(record.bindNonce());
        if (request == null) {
            throw new Violation("I6", "a request that nobody made binds " + now);
        }
        if (!now.equals(before) && nowNanos - request.nanos > maxAgeNanos + SLACK_NANOS) {
            throw new Violation(
                    "I6", "a request made " + (nowNanos - request.nanos) / 1_000_000 + " ms ago binds " + now);
        }
    }

    /** A table has committed this. */
    void bound(SessionRecord record) {
        if (begunByRequest(record)) {
            Bound now = new Bound(record.id(), record.version().epoch());
            Bound before = bound.putIfAbsent(record.bindNonce(), now);
            String replaced = newest.put(record.id(), record.bindNonce());
            // an epoch that an insider began under a used nonce is one that the client's own requests list as theirs
            boolean listed = replaced != null && usedAgain.contains(replaced);
            if (before != null && !before.equals(now) && !listed) {
                throw new Violation("I6", "a request that has bound " + before + " binds " + now);
            }
        }
    }

    private static boolean begunByRequest(SessionRecord record) {
        return record.isLive() && !record.bindNonce().isEmpty();
    }
}
