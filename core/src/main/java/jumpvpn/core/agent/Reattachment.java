package jumpvpn.core.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.control.ReattachMessage;
import jumpvpn.core.control.ReattachRequest;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.Entropy;
import jumpvpn.core.security.RekeyOutput;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.security.Suite;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.transport.Path;
import org.jspecify.annotations.Nullable;

/** The client's side of the reattach exchange: which requests are out, their repeats, and what their answers mean (contract section 2). */
final class Reattachment {
    private static final long STAGGER_NANOS = 450_000_000;

    /** An authentic answer to one of our requests. */
    record Answered(ReattachAttempt attempt, ReattachAnswer answer, byte[] random) {}

    private final AgentContext context;
    private final Suite suite;
    private final Credentials credentials;
    private final List<ReattachAttempt> attempts = new ArrayList<>();
    private final TreeSet<Integer> tried = new TreeSet<>();
    private long nextLaunchNanos = Deadlines.NEVER;
    private long patienceNanos = STAGGER_NANOS;

    Reattachment(AgentContext context, Suite suite, Credentials credentials) {
        this.context = context;
        this.suite = suite;
        this.credentials = credentials;
    }

    /**
     * A new search: every path may be tried again, the first at once.
     *
     * @param patience how long an answer usually takes
     */
    void begin(long nowNanos, long patience) {
        tried.clear();
        nextLaunchNanos = nowNanos;
        patienceNanos = patience;
    }

    /** Ask for another request at this time. */
    void launchAt(long nanos) {
        nextLaunchNanos = Math.min(nextLaunchNanos, nanos);
    }

    /** This path may be asked again. */
    void retry(int pathId, long atNanos) {
        tried.remove(pathId);
        launchAt(atNanos);
    }

    /** No more requests; those that are out may still be answered. */
    void rest() {
        nextLaunchNanos = Deadlines.NEVER;
    }

    long nextNanos(boolean recovering) {
        long next = nextLaunchNanos;
        if (recovering) {
            for (ReattachAttempt attempt : attempts) {
                next = Math.min(next, attempt.nextNanos());
            }
        }
        return next;
    }

    boolean launchDue(long nowNanos) {
        return nowNanos >= nextLaunchNanos;
    }

    /** The first of these that was not tried in this search; the next launch is set. */
    @Nullable
    Path choose(long nowNanos, List<Path> ranked) {
        for (Path path : ranked) {
            if (!tried.contains(path.id())) {
                nextLaunchNanos = nowNanos + STAGGER_NANOS;
                return path;
            }
        }
        nextLaunchNanos = Deadlines.NEVER;
        return null;
    }

    /** Sends a request on this path; null if no ticket is left for it. */
    @Nullable
    ReattachAttempt launch(long nowNanos, Path path, BindCause cause, int expectedEpoch) {
        tried.add(path.id());
        TicketWallet.HeldTicket ticket = credentials.wallet().forPath(path);
        if (ticket == null) {
            return null;
        }
        Entropy entropy = context.crypto().entropy();
        Nonce nonce = Nonce.of(entropy.bytes(Nonce.LENGTH));
        long wireId = entropy.nextLong();
        SessionSecret secret = credentials.secret();
        RekeyOutput output = credentials.output();
        ReattachRequest request = new ReattachRequest(
                cause,
                path.protocol(),
                path.kind(),
                new Endpoint(path.local(), 0),
                wireId,
                expectedEpoch,
                secret.generation(),
                output == null ? 0 : output.phase(),
                credentials.token(),
                credentials.tokenAgeNanos(nowNanos),
                unanswered());
        AeadPort aead = context.crypto().aead();
        byte[] datagram = ReattachMessage.request(aead, suite, ticket.sealed(), nonce, ticket.proofKey(), request);
        ReattachAttempt attempt = new ReattachAttempt(
                path,
                cause,
                nonce,
                wireId,
                secret.copy(),
                output == null ? secret.copy() : secret.mixed(output),
                ticket.proofKey(),
                datagram,
                nowNanos,
                patienceNanos);
        attempts.add(attempt);
        context.port().transmit(path.id(), path.remote(), datagram.clone());
        return attempt;
    }

    private List<Nonce> unanswered() {
        while (attempts.size() >= ReattachRequest.MAX_UNANSWERED) {
            attempts.removeFirst().settle();
        }
        return attempts.stream().map(attempt -> attempt.nonce).toList();
    }

    /** Whether a request is out that may still be answered. */
    boolean hasUnanswered() {
        return !attempts.isEmpty();
    }

    /** Repeats what is due; a request that grew too old for gate C is made anew by {@code expired}. */
    void repeat(long nowNanos, long maxAgeNanos, Consumer<ReattachAttempt> expired) {
        for (ReattachAttempt attempt : List.copyOf(attempts)) {
            if (attempt.repeatDue(nowNanos)) {
                if (nowNanos - attempt.madeNanos > maxAgeNanos * 3 / 4) {
                    attempt.stop();
                    expired.accept(attempt);
                } else {
                    context.port().transmit(attempt.path.id(), attempt.path.remote(), attempt.datagram.clone());
                }
            }
        }
    }

    /** Nothing more is asked or answered. */
    void end() {
        attempts.forEach(ReattachAttempt::settle);
        attempts.clear();
    }

    /**
     * Takes a REATTACH_ANSWER; null if it answers none of ours. A refused request is settled; one that was accepted, or stale, settles those before it too: they
     * expect the same epoch and list fewer nonces, so they can pass gate B no more. The answered one is the caller's to settle.
     */
    @Nullable
    Answered answered(byte[] datagram, long wireId) {
        for (int i = 0; i < attempts.size(); i++) {
            ReattachAttempt attempt = attempts.get(i);
            if (attempt.wireId == wireId) {
                ReattachAnswer answer = ReattachMessage.openAnswer(
                        context.crypto().aead(), suite, attempt.proofKey, attempt.nonce, datagram);
                if (answer == null) {
                    return null;
                }
                List<ReattachAttempt> before = attempts.subList(settlesEarlier(answer) ? 0 : i, i);
                before.forEach(ReattachAttempt::settle);
                before.clear();
                attempts.remove(attempt);
                return new Answered(attempt, answer, ReattachMessage.random(datagram));
            }
        }
        return null;
    }

    private static boolean settlesEarlier(ReattachAnswer answer) {
        return switch (answer) {
            case ReattachAnswer.Ack _ -> true;
            case ReattachAnswer.Reject reject -> reject.reason() == ReasonCode.STALE_STATE_VERSION;
        };
    }
}
