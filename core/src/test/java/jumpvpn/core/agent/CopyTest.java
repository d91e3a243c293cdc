package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.ReattachRequest;
import jumpvpn.core.security.KeyAgreement;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;

/**
 * A client that was copied is told STALE_STATE_VERSION with nothing unanswered, and its view ends. An honest one never comes to that verdict, whatever the network does
 * with requests and answers: all short orders of losses, copies, late and overtaking messages are tried against a gateway that keeps the contract's rules.
 */
class CopyTest {
    private static final int DEPTH = 6;

    /** Cheap, and nothing here depends on its strength. */
    private static final class Xor implements KeyAgreement {
        @Override
        public byte[] publicKey(byte[] privateKey) {
            return privateKey.clone();
        }

        @Override
        public byte[] agree(byte[] privateKey, byte[] publicKey) {
            byte[] both = privateKey.clone();
            for (int i = 0; i < both.length; i++) {
                both[i] ^= publicKey[i];
            }
            return both;
        }
    }

    /** What the network and the gateway can do next. */
    private enum Move {
        WAIT,
        FIRST_ARRIVES,
        NEWEST_ARRIVES,
        OLDEST_ANSWER_ARRIVES,
        NEWEST_ANSWER_ARRIVES,
        NEWEST_ANSWER_COPIED,
        MOOD_TURNS,
        PATH_DIES
    }

    /** One run: the gateway of the contract's gates B, C and F behind a network that a list of moves decides. */
    private static final class Run {
        final Script script = Script.attached(new Script(new Xor()), Policy.DEFAULT);
        private final TreeMap<ByteBuffer, byte[]> kept = new TreeMap<>();
        private final List<byte[]> answers = new ArrayList<>();
        private boolean grumpy;

        Run() {
            script.down(1);
        }

        private List<Script.Request> distinct() {
            List<Script.Request> distinct = new ArrayList<>();
            for (Script.Request request : script.requests) {
                if (distinct.stream()
                        .noneMatch(other ->
                                other.proven().nonce().equals(request.proven().nonce()))) {
                    distinct.add(request);
                }
            }
            return distinct;
        }

        /** Does it; false if there is nothing to do it with. */
        boolean make(Move move) {
            return switch (move) {
                case WAIT -> {
                    script.run(450);
                    yield true;
                }
                case FIRST_ARRIVES -> arrives(distinct(), 0);
                case NEWEST_ARRIVES ->
                    distinct().size() > 1 && arrives(distinct(), distinct().size() - 1);
                case OLDEST_ANSWER_ARRIVES -> answer(0, true);
                case NEWEST_ANSWER_ARRIVES -> answers.size() > 1 && answer(answers.size() - 1, true);
                case NEWEST_ANSWER_COPIED -> answer(answers.size() - 1, false);
                case MOOD_TURNS -> {
                    grumpy = !grumpy;
                    yield true;
                }
                case PATH_DIES -> {
                    boolean attached = script.state() == SessionState.ATTACHED;
                    if (attached) {
                        int id = script.status().path().id();
                        script.down(id);
                        script.up(id + 10, id % 2 == 0 ? "wlan0" : "eth0", "gw1", Script.ONE);
                    }
                    yield attached;
                }
            };
        }

        private boolean arrives(List<Script.Request> requests, int index) {
            if (requests.isEmpty()) {
                return false;
            }
            answers.add(judged(requests.get(index)));
            return true;
        }

        private boolean answer(int index, boolean consumed) {
            if (answers.isEmpty()) {
                return false;
            }
            byte[] answer = consumed ? answers.remove(index) : answers.get(index);
            script.deliver(2, answer);
            return true;
        }

        byte[] judged(Script.Request request) {
            byte[] before = kept.get(ByteBuffer.wrap(request.datagram()));
            if (before != null) {
                return before;
            }
            Served session = script.served.getFirst();
            ReattachRequest body = request.body();
            boolean known = session.secrets.containsKey(body.generation());
            boolean matches = body.expectedEpoch() == session.epoch
                    || session.begunBy != null && body.unanswered().contains(session.begunBy);
            if (!matches || !known) {
                byte[] refusal = script.refusal(request, ReasonCode.STALE_STATE_VERSION);
                kept.put(ByteBuffer.wrap(request.datagram()), refusal);
                return refusal;
            }
            long made = body.token().issuedNanos() + body.tokenAgeNanos();
            if (script.token(request.to()).issuedNanos() - made > 7_000 * Script.MILLI
                    || body.token().incarnation() != script.token(request.to()).incarnation()) {
                return script.refusal(request, ReasonCode.STALE_REQUEST);
            }
            if (grumpy) {
                return script.refusal(request, ReasonCode.SWITCH_RATE_LIMITED);
            }
            byte[] ack = script.bind(request);
            kept.put(ByteBuffer.wrap(request.datagram()), ack);
            return ack;
        }

        /** From here on the network is clean. */
        void calm() {
            grumpy = false;
            answers.clear();
            for (int step = 0; step < 60; step++) {
                int before = script.requests.size();
                script.run(100);
                for (Script.Request request : List.copyOf(script.requests.subList(before, script.requests.size()))) {
                    script.deliver(request.pathId(), judged(request));
                }
                for (Script.Probe probe : List.copyOf(script.probes)) {
                    script.answer(probe);
                }
                script.probes.clear();
                Served session = script.served.getFirst();
                if (script.state() == SessionState.ATTACHED
                        && script.status().version().epoch() != session.epoch) {
                    script.say(new BindingMessage.Notice(StateVersion.of(session.epoch, 1)));
                }
            }
        }
    }

    private int runs;

    @Test
    void anHonestClientIsNeverTakenForACopyAndAlwaysGetsBack() {
        extend(new ArrayList<>());
        assertThat(runs).as("orders tried").isGreaterThan(3000);
    }

    private void extend(List<Move> moves) {
        if (!moves.isEmpty() && !holds(moves)) {
            return;
        }
        if (moves.size() < DEPTH) {
            for (Move move : Move.values()) {
                if (move == Move.MOOD_TURNS && !moves.isEmpty() && moves.getLast() == move) {
                    continue; // and back: nothing
                }
                moves.add(move);
                extend(moves);
                moves.removeLast();
            }
        }
    }

    /** Plays the moves; false if the last one could not be made. */
    private boolean holds(List<Move> moves) {
        Run run = new Run();
        for (Move move : moves) {
            if (!run.make(move)) {
                return false;
            }
        }
        runs++;
        if (moves.size() == DEPTH) {
            run.calm();
            assertThat(run.script.state())
                    .as("after %s the client said %s", moves, run.script.told())
                    .isEqualTo(SessionState.ATTACHED);
            assertThat(run.script.served)
                    .as("after %s still the same session", moves)
                    .hasSize(1);
            assertThat(run.script.status().version().epoch())
                    .as("after %s", moves)
                    .isEqualTo(run.script.served.getFirst().epoch);
        }
        return true;
    }

    @Test
    void aCopyThatIsToldSoWithNothingElseUnansweredEnds() {
        Run run = new Run();
        run.script.served.getFirst().epoch = 5; // another that knows all it knows moved the session on
        run.make(Move.FIRST_ARRIVES);
        run.make(Move.OLDEST_ANSWER_ARRIVES);
        assertThat(run.script.rows()).endsWith("RECOVERING>TERMINATED SECURITY_FAILURE");
    }

    @Test
    void aCopyAsksForAllThatIsUnansweredBeforeItEnds() {
        Run run = new Run();
        run.make(Move.WAIT);
        run.script.served.getFirst().epoch = 5;
        run.make(Move.NEWEST_ARRIVES);
        run.make(Move.OLDEST_ANSWER_ARRIVES);
        assertThat(run.script.state()).isEqualTo(SessionState.RECOVERING);
        run.script.run(10);
        Script.Request repeated = run.script.lastRequest();
        assertThat(repeated.datagram())
                .as("the first again")
                .isEqualTo(run.script.requests.getFirst().datagram());
        assertThat(repeated.pathId()).as("by the path that answered").isEqualTo(3);
        run.make(Move.FIRST_ARRIVES);
        run.make(Move.OLDEST_ANSWER_ARRIVES);
        assertThat(run.script.rows()).endsWith("RECOVERING>TERMINATED SECURITY_FAILURE");
    }

    /** Else who asks faster than it is answered never finds out. */
    @Test
    void whatIsAskedAfterTheSuspicionIsNoSuspect() {
        Run run = new Run();
        run.make(Move.WAIT);
        Script.Request first = run.distinct().getFirst();
        Script.Request second = run.distinct().getLast();
        run.script.served.getFirst().epoch = 5;
        byte[] answer = run.script.refusal(second, ReasonCode.STALE_STATE_VERSION);
        run.script.refuse(first, ReasonCode.STALE_STATE_VERSION);
        run.make(Move.WAIT); // and a third goes out
        assertThat(run.distinct()).hasSizeGreaterThan(2);
        assertThat(run.script.state()).isEqualTo(SessionState.RECOVERING);
        run.script.deliver(second.pathId(), answer);
        assertThat(run.script.rows()).endsWith("RECOVERING>TERMINATED SECURITY_FAILURE");
    }

    /** The second was accepted, and its gateway has lost the ACK: all that it can say of it is that it is spent. */
    @Test
    void aSuspectThatWasRefusedForAnotherReasonMayHaveBeenAccepted() {
        Run run = new Run();
        run.make(Move.WAIT);
        Script.Request first = run.distinct().getFirst();
        Script.Request second = run.distinct().getLast();
        run.script.refuse(first, ReasonCode.STALE_STATE_VERSION);
        run.script.refuse(second, ReasonCode.STALE_REQUEST);
        assertThat(run.script.state()).isEqualTo(SessionState.RECOVERING);
        run.script.accept(run.script.nextRequest(1000));
        assertThat(run.script.state()).isEqualTo(SessionState.ATTACHED);
    }

    @Test
    void aRequestThatWasAcceptedAfterAllSavesTheClientFromTheVerdict() {
        Run run = new Run();
        run.make(Move.WAIT);
        Script.Request first = run.distinct().getFirst();
        Script.Request second = run.distinct().getLast();
        byte[] ack = run.script.bind(first);
        run.script.refuse(second, ReasonCode.STALE_STATE_VERSION); // as if it had not been listed
        run.script.deliver(2, ack);
        assertThat(run.script.state()).isEqualTo(SessionState.ATTACHED);
        run.script.run(20_000);
        assertThat(run.script.state()).isEqualTo(SessionState.ATTACHED);
    }
}
