package jumpvpn.lab.sim;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.session.SessionId;
import jumpvpn.lab.model.Answer;
import jumpvpn.lab.model.OwnerView;
import jumpvpn.lab.model.Reason;
import jumpvpn.lab.model.Request;
import jumpvpn.lab.model.Version;
import org.jspecify.annotations.Nullable;

/** The requests that reach a gateway beside the model, and the answers that are owed for them. */
final class ShadowRequests {
    /**
     * An answer that must be sent, or that may be left out.
     *
     * @param ending the session that may end before it is answered, or null
     */
    private record Owed(
            Exchange.Asked asked, Answer answer, @Nullable OwnerView ending) {
        boolean mayStaySilent() {
            return ending != null;
        }

        /** Nothing was said. */
        void unsaid() {
            if (ending != null && answer instanceof Answer.Bound) {
                ending.unanswered();
            }
        }
    }

    private final ShadowGateway gateway;
    private final IdentityHashMap<Exchange.Asked, ByteBuffer> firstAnswers = new IdentityHashMap<>(); // never iterated
    private final TreeMap<SessionId, Exchange.Asked> awaiting = new TreeMap<>();
    private final TreeSet<SessionId> readings = new TreeSet<>();
    private final List<Owed> owed = new ArrayList<>();

    ShadowRequests(ShadowGateway gateway) {
        this.gateway = gateway;
    }

    /** The process is gone. */
    void dies() {
        awaiting.clear();
        readings.clear();
        owed.clear();
    }

    private Violation violation(String what) {
        return new Violation("MODEL", gateway.name + " " + what);
    }

    /** An authentic request is about to be handled. */
    void hears(long nowNanos, Exchange.Asked asked) {
        boolean ready = gateway.ownership.isReady(nowNanos);
        Owned owned = ready ? gateway.owned(asked.session()) : null;
        Reason notOurs = gateway.ownership.notOurs(asked.session());
        if (owned != null) {
            present(nowNanos, owned, asked);
        } else if (notOurs != null) {
            owes(asked, new Answer.Refusal(notOurs, Version.NONE));
        } else if (!ready) {
            owes(asked, new Answer.Refusal(Reason.STORE_UNAVAILABLE, Version.NONE));
        } else {
            awaits(asked);
        }
    }

    /** A session that is here; a request that is ahead of it may know more than we do. */
    private void present(long nowNanos, Owned owned, Exchange.Asked asked) {
        Request request = gateway.ownership.translated(asked);
        Answer answer = owned.view().unjudged(nowNanos, request);
        if (answer != null) {
            owes(asked, answer);
        } else if (request.expectedEpoch() > owned.recorded.epoch()) {
            awaits(asked);
        } else {
            judge(nowNanos, owned, asked);
        }
    }

    /** One request a session waits for a reading; the others are lost meanwhile, the client repeats them. */
    private void awaits(Exchange.Asked asked) {
        if (!readings.contains(asked.session())) {
            awaiting.put(asked.session(), asked);
        }
    }

    private void judgeUnlessAnswered(long nowNanos, Owned owned, Exchange.Asked asked) {
        Answer answer = owned.view().unjudged(nowNanos, gateway.ownership.translated(asked));
        if (answer != null) {
            owes(asked, answer);
        } else {
            judge(nowNanos, owned, asked);
        }
    }

    private void judge(long nowNanos, Owned owned, Exchange.Asked asked) {
        Answer answer = owned.view().judge(nowNanos, gateway.ownership.translated(asked));
        if (answer instanceof Answer.Later) {
            owned.committing = asked;
        } else {
            owes(asked, answer);
        }
    }

    private void owes(Exchange.Asked asked, Answer answer) {
        owes(asked, answer, null);
    }

    /** An answer is due, or nothing if this session's end was decided before. */
    void owes(Exchange.Asked asked, Answer answer, @Nullable OwnerView ending) {
        if (!(answer instanceof Answer.Silence)) {
            owed.add(new Owed(asked, answer, ending));
        }
    }

    /** The gateway reads a record: the request that waits for that, or null if it is for something else. */
    Exchange.@Nullable Asked reads(SessionId id) {
        Exchange.Asked request = awaiting.remove(id);
        if (request != null) {
            readings.add(id);
        }
        return request;
    }

    /** What the reading found that this request waited for. */
    void found(long nowNanos, Exchange.Asked asked, SessionTable.Reading reading) {
        readings.remove(asked.session());
        boolean reads = gateway.ownership.isReady(nowNanos) && !(reading instanceof SessionTable.Reading.Unavailable);
        if (!reads) {
            owes(asked, new Answer.Refusal(Reason.STORE_UNAVAILABLE, Version.NONE));
        } else if (reading instanceof SessionTable.Reading.Found found
                && found.record().isLive()
                && !gateway.ownership.isEnded(asked.session())) { // or it was live when it was read
            judgeUnlessAnswered(nowNanos, newest(found), asked);
        } else {
            owes(asked, new Answer.Refusal(Reason.SESSION_NOT_FOUND, Version.NONE));
        }
    }

    /** What is here, unless the record is newer. */
    private Owned newest(SessionTable.Reading.Found found) {
        SessionId id = found.record().id();
        Owned here = gateway.owned(id);
        if (here != null
                && !here.recorded.isBefore(Compared.version(found.record().version()))) {
            return here;
        }
        if (here != null) {
            gateway.forgets(here);
        }
        return gateway.ownership.guest(found);
    }

    /** The gateway sends an answer. */
    void answers(Exchange.Answered real, byte[] datagram) {
        while (!owed.isEmpty()
                && owed.getFirst().mayStaySilent()
                && !owed.getFirst().asked.equals(real.asked())) {
            owed.removeFirst().unsaid();
        }
        Owed due = owed.isEmpty() ? null : owed.removeFirst();
        Answer model = due == null || !due.asked.equals(real.asked()) ? new Answer.Silence() : due.answer;
        ByteBuffer bytes = ByteBuffer.wrap(datagram.clone());
        boolean right = switch (model) {
            case Answer.Silence _, Answer.Later _ -> false;
            case Answer.SameAgain _ -> bytes.equals(firstAnswers.get(real.asked()));
            case Answer.Refusal(Reason reason, Version version) ->
                real.answer() instanceof ReattachAnswer.Reject reject
                        && reject.reason().name().equals(reason.name())
                        && Compared.version(reject.version()).equals(version);
            case Answer.Bound(Version version) ->
                real.answer() instanceof ReattachAnswer.Ack ack
                        && Compared.version(ack.version()).equals(version);
        };
        if (!right) {
            throw violation("answers " + brief(real.answer()) + ", the model " + model);
        }
        boolean unread = model instanceof Answer.Refusal(Reason _, Version version) && version.equals(Version.NONE);
        if (!unread) { // a reading that came to nothing may say so after the request was answered at last
            firstAnswers.put(real.asked(), bytes);
        }
        if (real.answer() instanceof ReattachAnswer.Ack ack && model instanceof Answer.Bound) {
            gateway.bound(real.asked().session(), ack.gatewayWireId());
        }
    }

    private static String brief(ReattachAnswer answer) {
        return switch (answer) {
            case ReattachAnswer.Ack ack -> "ACK " + ack.version();
            case ReattachAnswer.Reject reject -> "REJECT " + reject.reason() + " " + reject.version();
            case ReattachAnswer.Wait wait -> "WAIT " + wait.pauseMillis() + " ms";
        };
    }

    /** Everything that was due is done. */
    void settled() {
        owed.stream().filter(Owed::mayStaySilent).forEach(Owed::unsaid);
        owed.removeIf(Owed::mayStaySilent);
        if (!owed.isEmpty()) {
            throw violation("did not give the model's answer " + owed.getFirst().answer);
        }
        if (!awaiting.isEmpty()) {
            throw violation("did not read the record of " + awaiting.firstKey());
        }
    }
}
