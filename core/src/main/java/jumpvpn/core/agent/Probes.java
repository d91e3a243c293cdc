package jumpvpn.core.agent;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.control.ReattachMessage;
import jumpvpn.core.security.Entropy;
import jumpvpn.core.transport.Path;
import org.jspecify.annotations.Nullable;

/** PROBEs of one session: a round asks some paths once; what is not answered before the next round counts as found dead. A probe binds nothing. */
final class Probes {
    private record Probe(Path path, Nonce nonce, long wireId, byte[] proofKey, long sentNanos) {}

    /** A path that answered. */
    record Answered(Path path, long rttNanos) {}

    private final ClientSession session;
    private final AgentContext context;
    private List<Probe> unanswered = List.of();

    Probes(ClientSession session) {
        this.session = session;
        this.context = session.context;
    }

    /** A new round: all of these at once, as far as there are tickets. */
    void send(long nowNanos, List<Path> paths) {
        unanswered.forEach(probe -> session.candidates.markDead(probe.path.id(), nowNanos));
        ask(nowNanos, paths);
    }

    /** Asks one path so often at once, to see how much it loses; nothing follows from what the round before lacks. */
    void ask(long nowNanos, Path path, int times) {
        ask(nowNanos, Collections.nCopies(times, path));
    }

    private void ask(long nowNanos, List<Path> paths) {
        List<Probe> sent = new ArrayList<>();
        for (Path path : paths) {
            TicketWallet.HeldTicket ticket = session.credentials.wallet().forPath(path);
            if (ticket != null) {
                sent.add(send(nowNanos, path, ticket));
            }
        }
        unanswered = sent;
    }

    /** One path, outside any round: nothing follows for it from the absence of an answer. */
    void ask(long nowNanos, Path path) {
        TicketWallet.HeldTicket ticket = session.credentials.wallet().forPath(path);
        if (ticket != null) {
            List<Probe> open = new ArrayList<>(unanswered);
            open.removeIf(probe -> probe.path.id() == path.id());
            open.add(send(nowNanos, path, ticket));
            unanswered = open;
        }
    }

    private Probe send(long nowNanos, Path path, TicketWallet.HeldTicket ticket) {
        Entropy entropy = context.crypto().entropy();
        Probe probe =
                new Probe(path, Nonce.of(entropy.bytes(Nonce.LENGTH)), entropy.nextLong(), ticket.proofKey(), nowNanos);
        byte[] datagram = ReattachMessage.probe(
                context.crypto().aead(), session.suite, ticket.sealed(), probe.nonce, probe.proofKey, probe.wireId);
        context.port().transmit(path.id(), path.remote(), datagram);
        return probe;
    }

    /** Takes a PROBE_ANSWER; null if it answers none of the last round. */
    @Nullable
    Answered answered(long nowNanos, long wireId, byte[] datagram) {
        for (Probe probe : unanswered) {
            if (probe.wireId == wireId) {
                ReattachMessage.ProbeAnswer answer = ReattachMessage.openProbeAnswer(
                        context.crypto().aead(), session.suite, probe.proofKey, probe.nonce, datagram);
                if (answer == null) {
                    return null;
                }
                unanswered = unanswered.stream().filter(other -> other != probe).toList();
                session.credentials.token(probe.path.gateway(), answer.token(), nowNanos);
                Answered answered = new Answered(probe.path, nowNanos - probe.sentNanos);
                session.candidates.answered(probe.path.id(), nowNanos, answered.rttNanos);
                return answered;
            }
        }
        return null;
    }

    /** Nobody waits for the answers any more, so nothing follows from their absence. */
    void forget() {
        unanswered = List.of();
    }
}
