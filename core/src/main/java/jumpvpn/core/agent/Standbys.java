package jumpvpn.core.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.transport.Path;
import org.jspecify.annotations.Nullable;

/**
 * Other paths that are kept ready while the session is on its own: as many as {@code transport.max-standbys}, the best of each other link first,
 * one to another gateway, then more of UDP. One is probed when it is new, and
 * so rarely afterwards that it costs next to nothing; the probe finds out whether it delivers, and keeps the way there open at NATs. It has a ticket of its own and never carries user data.
 * The one to another gateway brings that gateway's token, too, so that a take-over needs one round trip. One that answered is asked before others in an escape; one that does not, twice in a row, is marked dead, and the next best takes its place.
 */
final class Standbys {
    private static final long SETTLE_NANOS = 1_000_000_000L;
    private static final long AGAIN_NANOS = 1_000_000_000L;
    private static final long INTERVAL_NANOS = 27_000_000_000L;

    /** A probe is two packets each way where each is acknowledged. */
    private static final long CONNECTION_INTERVAL_NANOS = 80_000_000_000L;

    /** A standby's newest probe. */
    private static final class Asked {
        long atNanos;
        boolean again;
        boolean answered;
    }

    private final ClientSession session;
    private final Probes probes;
    private final TreeMap<Integer, Asked> newest = new TreeMap<>();

    Standbys(ClientSession session) {
        this.session = session;
        this.probes = new Probes(session);
    }

    /** The session is on another path, or on its first. */
    void bound(long nowNanos) {
        session.candidates.carried(session.path);
        session.deadlines.set(ClientSession.Timer.STANDBY, nowNanos + SETTLE_NANOS);
    }

    /** A path is new or up again. */
    void pathUp(long nowNanos) {
        if (session.machine.bindingAlive()) {
            session.deadlines.set(ClientSession.Timer.STANDBY, nowNanos);
        }
    }

    /** Asks whoever is due. */
    void proceed(long nowNanos) {
        if (!session.machine.bindingAlive()) {
            return; // the next bind begins anew
        }
        newest.forEach((id, asked) -> {
            boolean isSilent = asked.again && !asked.answered && nowNanos >= asked.atNanos + AGAIN_NANOS;
            if (isSilent && !session.candidates.isDead(id)) {
                session.candidates.markDead(id, nowNanos);
            }
        });
        List<Path> chosen = choose();
        newest.keySet().retainAll(chosen.stream().map(Path::id).toList());
        session.candidates.keepReady(session.path.id(), newest.keySet());
        long next = Deadlines.NEVER;
        for (Path path : chosen) {
            next = Math.min(next, ask(nowNanos, path));
        }
        session.deadlines.set(ClientSession.Timer.STANDBY, next);
    }

    /** Asks the path if it is due. @return when it, or what becomes of its probe, is to be looked at */
    private long ask(long nowNanos, Path path) {
        Asked asked = newest.computeIfAbsent(path.id(), _ -> new Asked());
        long interval = path.protocol() == Protocol.UDP ? INTERVAL_NANOS : CONNECTION_INTERVAL_NANOS;
        boolean isNew = asked.atNanos == 0;
        boolean isLost = !isNew && !asked.answered && !asked.again && nowNanos >= asked.atNanos + AGAIN_NANOS;
        if (isNew || isLost || nowNanos >= asked.atNanos + interval) {
            asked.again = isLost;
            asked.answered = false;
            asked.atNanos = nowNanos;
            probes.ask(nowNanos, path);
        }
        boolean isOpen = !asked.answered && nowNanos < asked.atNanos + AGAIN_NANOS;
        return asked.atNanos + (isOpen ? AGAIN_NANOS : interval);
    }

    /** The best of each other link, the best to another gateway, of which there is room for one in any case, then the best of all that cost the gateway no connection. */
    private List<Path> choose() {
        int most = session.policy.count(PolicyKey.TRANSPORT_MAX_STANDBYS);
        Path elsewhere = session.choices.bestElsewhere();
        List<Path> others = new ArrayList<>(session.candidates.all(session.policy, session.gateway()));
        others.removeIf(path -> path.id() == session.path.id());
        List<Path> chosen = new ArrayList<>();
        TreeSet<String> links = new TreeSet<>(List.of(session.path.link()));
        for (Path path : others) {
            if (chosen.size() < (elsewhere == null ? most : most - 1) && links.add(path.link())) {
                chosen.add(path);
            }
        }
        if (elsewhere != null && chosen.size() < most) {
            chosen.add(elsewhere);
        }
        for (Path path : others) {
            boolean isFree = path.protocol() == Protocol.UDP && !session.candidates.isDead(path.id());
            if (chosen.size() < most && isFree && !chosen.contains(path)) {
                chosen.add(path);
            }
        }
        return chosen;
    }

    /** Takes a PROBE_ANSWER. */
    void answered(long nowNanos, long wireId, byte[] datagram) {
        Probes.@Nullable Answered answer = probes.answered(nowNanos, wireId, datagram);
        Asked asked = answer == null ? null : newest.get(answer.path().id());
        if (answer != null && asked != null) {
            asked.answered = true;
            session.candidates.ready(answer.path().id());
        }
    }
}
