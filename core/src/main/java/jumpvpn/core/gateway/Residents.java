package jumpvpn.core.gateway;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Forwarding;
import jumpvpn.core.data.Grace;
import jumpvpn.core.data.Resting;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * The sessions that this gateway has, awake or at rest, and when each has something to do. Whoever is asked for is awake from then on, until nothing is under way any
 * more; the rest of the gateway does not know that others sleep. Who falls asleep is first taken out of the packet threads' sight, and becomes bytes when none of
 * them can be using it any more.
 */
final class Residents {
    private static final long LOOK_NANOS = 1_000_000;

    private final GatewayContext context;
    private final KnownClients clients;
    private final SessionFold fold;
    private final SessionIndex byId = new SessionIndex();
    private @Nullable Resident[] byClient;
    private final Wakeups wakeups = new Wakeups();
    private final ArrayList<Falling> falling = new ArrayList<>();
    private long folds;
    private long lookNanos = Deadlines.NEVER;

    /** Who falls asleep, with what nobody may change meanwhile. */
    private record Falling(
            RestingSession resting, GatewaySession session, Grace.Period period, long sealed, long opened) {}

    Residents(GatewayContext context, KnownClients clients, SessionFold fold) {
        this.context = context;
        this.clients = clients;
        this.fold = fold;
        this.byClient = new Resident[clients.size()];
    }

    @Nullable
    GatewaySession get(SessionId id) {
        return awake(byId.get(id));
    }

    /** The session of the client with this public key, if the configuration knows it, or null. */
    @Nullable
    GatewaySession ofClient(String clientKey) {
        int number = clients.find(clientKey);
        return number == KnownClients.NONE || number >= byClient.length ? null : awake(byClient[number]);
    }

    /** The session that a binding belongs to, or null. */
    @Nullable
    GatewaySession of(Binding binding) {
        return binding.gate.holder() instanceof GatewaySession session
                        && !session.isGone() // a hand-over keeps its binding for a while
                        && session.path.has(binding)
                ? awake(session)
                : null;
    }

    /** All, awake, by id. */
    List<GatewaySession> all() {
        return byId.all()
                .map(session -> Objects.requireNonNull(awake(session)))
                .sorted(Comparator.comparing(Resident::id))
                .toList();
    }

    /** The ids of all, in order. Nobody wakes. */
    List<SessionId> ids() {
        return byId.all().map(Resident::id).sorted().toList();
    }

    int size() {
        return byId.size();
    }

    /** All at this moment, by id. Nobody wakes. */
    List<SessionStatus> statuses(long nowNanos) {
        return byId.all()
                .filter(session -> !(session instanceof GatewaySession awake && awake.visiting))
                .map(session -> status(nowNanos, session))
                .sorted(Comparator.comparing(SessionStatus::id))
                .toList();
    }

    private SessionStatus status(long nowNanos, Resident session) {
        return switch (session) {
            case GatewaySession awake -> awake.status(nowNanos);
            case RestingSession resting -> {
                GatewaySession copy = unfold(resting);
                SessionStatus status = copy.status(nowNanos);
                copy.wipe();
                yield status;
            }
        };
    }

    private GatewaySession unfold(RestingSession resting) {
        return fold.unfold(resting.state(), resting.gate, resting.snapshot);
    }

    /** What the gate will say as soon as the session is awake. */
    Forwarding forwarding(Resting resting) {
        RestingSession asleep = (RestingSession) resting;
        GatewaySession falls = asleep.session();
        GatewaySession session = falls == null ? unfold(asleep) : falls;
        ActivePath active = session.path.active();
        return active != null && session.machine.bindingAlive()
                ? new Forwarding.Forward(active.binding)
                : new Forwarding.Hold(asleep.snapshot.queue());
    }

    boolean isEmpty() {
        return byId.isEmpty();
    }

    /** How often sessions became bytes. */
    long folds() {
        return folds;
    }

    boolean has(GatewaySession session) {
        return byId.get(session.id()) == session;
    }

    void add(GatewaySession session) {
        byId.put(session);
        session.path.gate.holder(session);
        int number = clients.find(session.record.clientKey());
        if (number != KnownClients.NONE && !session.visiting) { // else another one may be its client's
            if (number >= byClient.length) { // admitted since
                byClient = Arrays.copyOf(byClient, clients.size() + clients.size() / 2);
            }
            byClient[number] = session;
        }
    }

    private boolean isOf(int client, Resident session) {
        return client != KnownClients.NONE && client < byClient.length && byClient[client] == session;
    }

    /** @return whether it was there */
    boolean remove(GatewaySession session) {
        boolean had = has(session);
        if (had) {
            byId.remove(session.id());
            int number = clients.find(session.record.clientKey());
            if (isOf(number, session)) {
                byClient[number] = null;
            }
        }
        session.path.gate.holder(null);
        wakeups.remove(session);
        return had;
    }

    /** The session has something new to wait for. */
    void reschedule(GatewaySession session) {
        if (has(session)) {
            wakeups.set(session, session.nextNanos());
        }
    }

    /** Somebody with something to do, awake; null: nobody has. */
    @Nullable
    GatewaySession pollDue(long nowNanos) {
        return awake(wakeups.pollDue(nowNanos));
    }

    long nextNanos() {
        return Math.min(wakeups.nextNanos(), lookNanos);
    }

    /** What was due of the session is done: it may rest. */
    void settle(long nowNanos, GatewaySession session) {
        reschedule(session);
        if (has(session) && session.isAtRest(nowNanos)) {
            RestingSession resting =
                    new RestingSession(session.path.gate, fold.snapshot(session.policy(), session.path.isAttached()));
            resting.state(session);
            session.falling = resting;
            session.path.rest(resting);
            falling.add(new Falling(resting, session, context.grace().begin(), sealed(session), opened(session)));
        }
    }

    private static long sealed(GatewaySession session) {
        ActivePath active = session.path.active();
        return active == null ? 0 : active.binding.sealed();
    }

    private static long opened(GatewaySession session) {
        ActivePath active = session.path.active();
        return active == null ? 0 : active.binding.delivery.received();
    }

    /** Who falls asleep and is used by nobody any more becomes bytes. */
    void proceed(long nowNanos) {
        falling.removeIf(
                each -> each.session.falling != each.resting || (each.period.isOver() && fallen(nowNanos, each)));
        lookNanos = nowNanos + LOOK_NANOS;
        if (falling.isEmpty()) {
            lookNanos = Deadlines.NEVER;
            falling.trimToSize(); // after a rush it is large
        }
    }

    private boolean fallen(long nowNanos, Falling each) {
        GatewaySession session = each.session;
        boolean used = sealed(session) != each.sealed || opened(session) != each.opened;
        if (used || !session.isAtRest(nowNanos)) {
            awake(session);
            return true;
        }
        RestingSession resting = each.resting;
        resting.state(fold.fold(nowNanos, session));
        replace(session, resting, session);
        resting.gate.holder(null);
        resting.gate.inner(List.of());
        session.wipe();
        folds++;
        return true;
    }

    /** @param session either of them, awake */
    private void replace(Resident one, Resident by, GatewaySession session) {
        byId.put(by);
        wakeups.replace(one, by);
        int number = clients.find(session.record.clientKey());
        if (isOf(number, one)) {
            byClient[number] = by;
        }
    }

    /** Packets wait for a session at rest. */
    void wake(long nowNanos, Resting resting) {
        if (resting instanceof RestingSession asleep && !asleep.isAwake()) {
            GatewaySession falls = asleep.session();
            GatewaySession session = Objects.requireNonNull(awake(falls == null ? asleep : falls));
            session.rouse(nowNanos);
            reschedule(session);
        }
    }

    private @Nullable GatewaySession awake(@Nullable Resident session) {
        return switch (session) {
            case null -> null;
            case GatewaySession here -> {
                RestingSession resting = here.falling;
                if (resting != null) {
                    here.falling = null;
                    here.path.wake(resting);
                    reschedule(here);
                }
                yield here;
            }
            case RestingSession resting -> {
                GatewaySession unfolded = unfold(resting);
                replace(resting, unfolded, unfolded);
                resting.gate.holder(unfolded);
                unfolded.path.wake(resting);
                reschedule(unfolded);
                yield unfolded;
            }
        };
    }
}
