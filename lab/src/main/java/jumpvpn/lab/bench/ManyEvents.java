package jumpvpn.lab.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import jumpvpn.node.observability.jsonl.EventJson;
import org.jspecify.annotations.Nullable;

/**
 * Writes the event files of three gateways and a client: sessions are born, shaken, jump, are taken over by another gateway and end, all as the contract says, so that
 * an auditor must find them proven. The same number makes the same files.
 */
public final class ManyEvents implements AutoCloseable {
    private static final int GATEWAYS = 3;
    private static final int LIVE = 10_000;
    private static final long TURN_NANOS = 10_000_000;
    private static final long START_MILLIS = 1_800_000_000_000L;
    private static final List<String> ALL_GATES = List.of("A", "B", "C", "D", "E", "F");

    private static final class Session {
        SessionId id = new SessionId(0, 0);
        int gateway;
        StateVersion version = StateVersion.BIRTH;
        String path = "";
        List<String> inner = List.of();
    }

    private static final class Voice implements AutoCloseable {
        final Role role;
        private final EventJson json;
        private final OutputStream out;
        private long seq;

        Voice(Path folder, String name, Role role) throws IOException {
            this.role = role;
            json = new EventJson(name, "%016x".formatted(name.hashCode() & 0xffff_ffffL));
            out = new BufferedOutputStream(Files.newOutputStream(folder.resolve(name + ".jsonl")), 1 << 16);
        }

        int say(Event event) throws IOException {
            byte[] line = (json.line(event, seq++, START_MILLIS + event.nanos() / 1_000_000) + "\n")
                    .getBytes(StandardCharsets.UTF_8);
            out.write(line);
            return line.length;
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }

    private final SplittableRandom random = new SplittableRandom(1);
    private final List<Voice> gateways = new ArrayList<>();
    private final Voice laptop;
    private final List<Session> live = new ArrayList<>();
    private long nanos;
    private long written;

    /** Files of these names: gw1.jsonl, gw2.jsonl, gw3.jsonl, laptop.jsonl. */
    public ManyEvents(Path folder) throws IOException {
        for (int i = 1; i <= GATEWAYS; i++) {
            gateways.add(new Voice(folder, "gw" + i, Role.GATEWAY));
        }
        laptop = new Voice(folder, "laptop", Role.CLIENT);
    }

    /** Goes on until so many bytes are written. */
    public void write(long bytes) throws IOException {
        for (int turn = 0; written < bytes; turn = (turn + 1) % LIVE) {
            nanos += TURN_NANOS;
            if (turn == live.size()) {
                live.add(new Session());
            }
            turn(live.get(turn), turn);
        }
    }

    private void turn(Session session, int number) throws IOException {
        boolean byClient = number == 0;
        int dice = random.nextInt(100);
        if (session.version.equals(StateVersion.BIRTH)) {
            born(session, number);
        } else if (dice < 20) {
            shaken(session);
        } else if (dice < 95 || byClient) {
            jump(session, byClient, dice >= 85 && session.version.epoch() > 1 && !byClient);
        } else {
            session.version = session.version.nextStep();
            row(session, ReasonCode.PEER_CLOSED, SessionState.ATTACHED, SessionState.TERMINATED);
            session.version = StateVersion.BIRTH;
        }
    }

    private void born(Session session, int number) throws IOException {
        session.id = new SessionId(random.nextLong(), random.nextLong());
        session.gateway = random.nextInt(GATEWAYS);
        session.version = StateVersion.of(1, 0);
        session.inner =
                List.of("10." + (64 + number / 65_536) + "." + (number / 256 % 256) + "." + number % 256 + "/32");
        moved(session);
        Event.Detail inner = new Event.Detail("inner", session.inner);
        row(
                session,
                ReasonCode.HANDSHAKE_OK,
                SessionState.BIRTH,
                SessionState.ATTACHED,
                new Event.Detail("client", "laptop-" + number),
                inner);
        if (number == 0) {
            heard(
                    session,
                    EventType.STATE_CHANGE,
                    ReasonCode.HANDSHAKE_OK,
                    SessionState.BIRTH,
                    SessionState.ATTACHED,
                    inner);
        }
    }

    private void moved(Session session) {
        session.path = "udp/from 198.51." + random.nextInt(256) + "." + random.nextInt(256) + ":"
                + (1024 + random.nextInt(64_000));
    }

    private void shaken(Session session) throws IOException {
        other(session, EventType.VOLATILITY_SIGNAL, ReasonCode.LATENCY_SPIKE);
        session.version = session.version.nextStep();
        row(session, ReasonCode.LATENCY_SPIKE, SessionState.ATTACHED, SessionState.VOLATILE);
        session.version = session.version.nextStep();
        row(session, ReasonCode.HEALTH_RECOVERED, SessionState.VOLATILE, SessionState.ATTACHED);
    }

    private void jump(Session session, boolean byClient, boolean toAnother) throws IOException {
        if (byClient) {
            asks(session);
        }
        StateVersion recovering = session.version.nextStep();
        if (toAnother) {
            recovering = takenOver(session);
        }
        other(session, EventType.TRANSPORT_DEAD, ReasonCode.PEER_REPORTED);
        session.version = recovering;
        row(session, ReasonCode.PEER_REPORTED, SessionState.ATTACHED, SessionState.RECOVERING);
        moved(session);
        other(
                session,
                EventType.REATTACH_REQUEST_RECEIVED,
                ReasonCode.PEER_REPORTED,
                new Event.Detail("gates", ALL_GATES),
                new Event.Detail("link", "wifi"));
        session.version = session.version.nextEpoch();
        other(session, EventType.TRANSPORT_SWITCH, ReasonCode.BOUND);
        row(
                session,
                ReasonCode.REATTACH_ACCEPT,
                SessionState.RECOVERING,
                SessionState.ATTACHED,
                new Event.Detail("inner", session.inner));
        other(session, EventType.REATTACH_ACK_SENT, ReasonCode.REATTACH_ACCEPT);
        if (byClient) {
            attaches(session);
        }
    }

    /** The client's side of a jump. */
    private void asks(Session session) throws IOException {
        heard(session, EventType.TRANSPORT_DEAD, ReasonCode.LINK_DOWN, null, null);
        heard(
                session,
                EventType.STATE_CHANGE,
                ReasonCode.TRANSPORT_DEAD,
                SessionState.ATTACHED,
                SessionState.RECOVERING);
        heard(session, EventType.REATTACH_REQUEST_SENT, ReasonCode.TRANSPORT_DEAD, null, null);
        heard(session, EventType.TRANSPORT_SWITCH, ReasonCode.CANDIDATE_SELECTED, null, null);
    }

    private void attaches(Session session) throws IOException {
        heard(session, EventType.REATTACH_ACK_RECEIVED, ReasonCode.REATTACH_ACCEPT, null, null);
        heard(
                session,
                EventType.STATE_CHANGE,
                ReasonCode.REATTACH_ACCEPT,
                SessionState.RECOVERING,
                SessionState.ATTACHED);
    }

    /** Another gateway loads the session. @return the version of its first own row */
    private StateVersion takenOver(Session session) throws IOException {
        other(session, EventType.OWNERSHIP_CHANGE, ReasonCode.LEASE_LOST);
        session.gateway = (session.gateway + 1) % GATEWAYS;
        session.version = StateVersion.of(session.version.epoch(), 0);
        row(
                session,
                ReasonCode.REATTACH_ACCEPT,
                SessionState.RECOVERING,
                SessionState.ATTACHED,
                new Event.Detail("again", true));
        return StateVersion.of(session.version.epoch(), Integer.MIN_VALUE);
    }

    private void row(Session session, ReasonCode reason, SessionState from, SessionState to, Event.Detail... details)
            throws IOException {
        say(gateways.get(session.gateway), session, EventType.STATE_CHANGE, reason, from, to, details);
    }

    private void other(Session session, EventType type, ReasonCode reason, Event.Detail... details) throws IOException {
        say(gateways.get(session.gateway), session, type, reason, null, null, details);
    }

    private void heard(
            Session session,
            EventType type,
            ReasonCode reason,
            @Nullable SessionState from,
            @Nullable SessionState to,
            Event.Detail... details)
            throws IOException {
        say(laptop, session, type, reason, from, to, details);
    }

    private void say(
            Voice voice,
            Session session,
            EventType type,
            ReasonCode reason,
            @Nullable SessionState from,
            @Nullable SessionState to,
            Event.Detail... details)
            throws IOException {
        written += voice.say(new Event(
                nanos,
                type,
                reason,
                voice.role,
                session.id,
                session.version,
                from,
                to,
                session.path,
                Policy.DEFAULT.version(),
                List.of(details)));
    }

    @Override
    public void close() throws IOException {
        laptop.close();
        for (Voice gateway : gateways) {
            gateway.close();
        }
    }
}
