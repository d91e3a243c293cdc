package jumpvpn.core.agent;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.control.ReattachMessage;
import jumpvpn.core.control.ReattachRequest;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.Entropy;
import jumpvpn.core.security.Suite;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.transport.Path;
import org.jspecify.annotations.Nullable;

/** The client's side of the reattach exchange: which requests are out, their repeats, and what their answers mean (contract section 2). */
final class Reattachment {
    /** Between the first requests on two paths: what an answer usually takes, but so long at least and at most. */
    private static final long LEAST_STAGGER_NANOS = 250_000_000;

    private static final long MOST_STAGGER_NANOS = 450_000_000;
    /** The usual recovery window and a little: whoever waits for a dead spot's end wants to go on within a third of a second. */
    private static final long EAGER_NANOS = 9_000_000_000L;

    private static final long EAGER_PAUSE_NANOS = 300_000_000;
    private static final long PAUSE_NANOS = 1_000_000_000;
    private static final int MOST_REDIRECTIONS = 8;
    private static final int MOST_REPETITIONS = 8;
    private static final int MOST_WAITS = 16;
    private static final long MOST_WAIT_NANOS = 2_000_000_000L;

    /** An authentic answer to one of our requests. */
    record Answered(ReattachAttempt attempt, ReattachAnswer answer, byte[] random) {}

    private final AgentContext context;
    private final Suite suite;
    private final Credentials credentials;
    private final List<ReattachAttempt> attempts = new ArrayList<>();
    private final TreeMap<Integer, Long> triedUntilNanos = new TreeMap<>();
    private final ArrayDeque<Path> redirected = new ArrayDeque<>();
    private final List<Endpoint> redirections = new ArrayList<>();
    private long nextLaunchNanos = Deadlines.NEVER;
    private long patienceNanos = MOST_STAGGER_NANOS;
    private long beganNanos;
    private int search;
    private int number;
    /** An answer told of an epoch that none of its request's began; until that is cleared up. */
    private boolean suspicious;

    private int lastSuspect;
    private int lastTold;
    private int repetitions;
    /** A gateway has our request and wants time: until then nothing is repeated, nobody else is asked. */
    private long waitEndNanos = Long.MIN_VALUE;

    private int waits;

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
        search++;
        triedUntilNanos.clear();
        redirected.clear();
        redirections.clear();
        repetitions = 0;
        waits = 0;
        waitEndNanos = Long.MIN_VALUE;
        beganNanos = nowNanos;
        nextLaunchNanos = nowNanos;
        patienceNanos = patience;
    }

    /** Ask for another request at this time. */
    void launchAt(long nanos) {
        nextLaunchNanos = Math.min(nextLaunchNanos, nanos);
    }

    /** The gateway of this request answers later. */
    void await(long nowNanos, ReattachAttempt told, int pauseMillis) {
        if (isCurrent(told) && waits < MOST_WAITS) {
            waits++;
            waitEndNanos = nowNanos + Math.min(pauseMillis * 1_000_000L, MOST_WAIT_NANOS);
            attempts.stream().filter(this::isCurrent).forEach(attempt -> attempt.pauseUntil(waitEndNanos));
        }
    }

    /** From this time on this path may be asked again. */
    void retry(int pathId, long atNanos) {
        triedUntilNanos.put(pathId, atNanos);
        launchAt(atNanos);
    }

    /** This very path is asked again at once, before all others: its gateway wants nothing but a fresh token. @return false if that was said too often in this search */
    boolean again(long nowNanos, Path path) {
        repetitions++;
        if (repetitions > MOST_REPETITIONS) {
            return false;
        }
        redirected.addFirst(path);
        launchAt(nowNanos);
        return true;
    }

    /** A gateway said where to go instead: these paths are asked next, each endpoint once in a search. @return false if all of them were */
    boolean redirect(long nowNanos, List<Path> paths) {
        boolean anyNew = false;
        for (Path path : paths) {
            if (redirections.size() < MOST_REDIRECTIONS && !redirections.contains(path.remote())) {
                redirections.add(path.remote());
                redirected.add(path);
                anyNew = true;
            }
        }
        if (anyNew) {
            launchAt(nowNanos);
        }
        return anyNew;
    }

    long nextNanos() {
        long next = Math.max(nextLaunchNanos, waitEndNanos);
        for (ReattachAttempt attempt : attempts) {
            next = isRepeated(attempt) ? Math.min(next, attempt.nextNanos()) : next;
        }
        return next;
    }

    boolean launchDue(long nowNanos) {
        return nowNanos >= Math.max(nextLaunchNanos, waitEndNanos);
    }

    /** The next of these that was not tried in this search, or may be again; the next launch is set. */
    @Nullable
    Path choose(long nowNanos, List<Path> ranked) {
        Path next = redirected.poll();
        for (Path path : ranked) {
            boolean waits = triedUntilNanos.getOrDefault(path.id(), nowNanos) > nowNanos;
            next = next == null && !waits ? path : next;
        }
        nextLaunchNanos = next == null
                ? Deadlines.NEVER
                : nowNanos + Math.clamp(patienceNanos, LEAST_STAGGER_NANOS, MOST_STAGGER_NANOS);
        for (long until : triedUntilNanos.values()) {
            nextLaunchNanos = until > nowNanos ? Math.min(nextLaunchNanos, until) : nextLaunchNanos;
        }
        return next;
    }

    /** Sends a request on this path; null if no ticket is left for it. */
    @Nullable
    ReattachAttempt launch(long nowNanos, Path path, BindCause cause, int expectedEpoch) {
        triedUntilNanos.put(path.id(), Deadlines.NEVER);
        TicketWallet.HeldTicket ticket = credentials.wallet().forPath(path);
        if (ticket == null) {
            return null;
        }
        Entropy entropy = context.crypto().entropy();
        Nonce nonce = Nonce.of(entropy.bytes(Nonce.LENGTH));
        long wireId = entropy.nextLong();
        ReattachRequest request = new ReattachRequest(
                cause,
                path.protocol(),
                path.kind(),
                new Endpoint(path.local(), 0),
                wireId,
                expectedEpoch,
                credentials.secret().generation(),
                credentials.phase(),
                credentials.token(path.gateway()),
                credentials.tokenAgeNanos(path.gateway(), nowNanos),
                unanswered());
        AeadPort aead = context.crypto().aead();
        byte[] datagram = ReattachMessage.request(aead, suite, ticket.sealed(), nonce, ticket.proofKey(), request);
        ReattachAttempt attempt = new ReattachAttempt(
                new ReattachAttempt.Question(path, cause, expectedEpoch, search, number++),
                nonce,
                wireId,
                credentials.secret().copy(),
                credentials.mixed(),
                ticket.proofKey(),
                datagram,
                nowNanos,
                patienceNanos);
        attempts.add(attempt);
        context.port().transmit(path.id(), path.remote(), datagram.clone());
        return attempt;
    }

    /** Every request since the newest ACK that may have been accepted, or still may be; where they are too many, those go first that were refused. */
    private List<Nonce> unanswered() {
        while (attempts.size() >= ReattachRequest.MAX_UNANSWERED) {
            ReattachAttempt least = attempts.stream()
                    .filter(ReattachAttempt::isRefused)
                    .findFirst()
                    .orElse(attempts.getFirst());
            attempts.remove(least);
            least.settle();
            suspicious = false; // it may have been the one that was accepted
        }
        return attempts.stream().map(attempt -> attempt.nonce).toList();
    }

    /** Whether this request belongs to the present search. */
    boolean isCurrent(ReattachAttempt attempt) {
        return attempt.search == search;
    }

    private boolean isRepeated(ReattachAttempt attempt) {
        return isCurrent(attempt) || attempt.isInsistent();
    }

    /** Repeats what is due; a request that grew too old for gate C is made anew by {@code expired}. */
    void repeat(long nowNanos, long maxAgeNanos, Consumer<ReattachAttempt> expired) {
        long most = nowNanos - beganNanos < EAGER_NANOS ? EAGER_PAUSE_NANOS : PAUSE_NANOS;
        for (ReattachAttempt attempt : List.copyOf(attempts)) {
            if (isRepeated(attempt) && attempt.repeatDue(nowNanos, most)) {
                if (nowNanos - attempt.madeNanos > maxAgeNanos * 3 / 4 && !attempt.isInsistent()) {
                    attempt.stop();
                    expired.accept(attempt);
                } else {
                    Path by = attempt.by();
                    context.port().transmit(by.id(), by.remote(), attempt.datagram.clone());
                }
            }
        }
    }

    /**
     * A request that expects the present epoch was told STALE_STATE_VERSION: an epoch was begun by none that it lists, so by a later one that is out, or by a stranger's.
     * Those that were out when that was told first are asked again where this answer came from, however old they are: the gateway keeps the ACK of its binding, so if one
     * of them was accepted, it will be told so. What was asked after that can't have begun that epoch.
     */
    void stale(long nowNanos, ReattachAttempt told) {
        lastSuspect = suspicious ? lastSuspect : number - 1;
        lastTold = suspicious ? Math.max(lastTold, told.number) : told.number;
        suspicious = true;
        for (ReattachAttempt attempt : attempts) {
            if (!attempt.isRefused() && attempt.number <= lastSuspect) {
                attempt.insist(nowNanos, told.path);
            }
        }
    }

    /**
     * Whether a stranger moved the session on: a request was told STALE_STATE_VERSION, and every other that was out then was refused, by an answer that tells that it began no
     * epoch either: the one that is kept, or one to a later request, which lists it.
     */
    boolean isCopied() {
        return suspicious
                && attempts.stream()
                        .allMatch(attempt ->
                                attempt.number > lastSuspect || (attempt.number <= lastTold && attempt.isRefused()));
    }

    /** Nothing more is asked or answered. */
    void end() {
        attempts.forEach(ReattachAttempt::settle);
        attempts.clear();
    }

    /**
     * Takes a REATTACH_ANSWER; null if it answers none of ours, or says again what was said. An accepted request settles those before it too: they expect the same epoch
     * and list fewer nonces, so they can pass gate B no more. The answered one is the caller's to settle.
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
                return switch (answer) {
                    case ReattachAnswer.Ack ack -> accepted(i, ack, datagram);
                    case ReattachAnswer.Reject reject -> refused(attempt, reject, datagram);
                    case ReattachAnswer.Wait wait -> new Answered(attempt, wait, ReattachMessage.random(datagram));
                };
            }
        }
        return null;
    }

    private Answered accepted(int index, ReattachAnswer.Ack ack, byte[] datagram) {
        ReattachAttempt attempt = attempts.get(index);
        List<ReattachAttempt> before = attempts.subList(0, index);
        before.forEach(ReattachAttempt::settle);
        before.clear();
        attempts.remove(attempt);
        suspicious = false;
        return new Answered(attempt, ack, ReattachMessage.random(datagram));
    }

    private @Nullable Answered refused(ReattachAttempt attempt, ReattachAnswer.Reject reject, byte[] datagram) {
        if (attempt.isRefused()) {
            return null;
        }
        waitEndNanos = Long.MIN_VALUE;
        if (isKept(reject.reason())) {
            attempts.remove(attempt);
            attempt.settle();
        } else {
            attempt.refuse();
        }
        return new Answered(attempt, reject, ReattachMessage.random(datagram));
    }

    /** Whether the gateway keeps this answer, so that no copy of the request can get another. */
    private static boolean isKept(ReasonCode reason) {
        return switch (reason) {
            case STALE_REQUEST, NOT_OWNER, STORE_UNAVAILABLE, DUAL_ACTIVE_FORBIDDEN, SWITCH_RATE_LIMITED -> false;
            default -> true;
        };
    }
}
