package jumpvpn.node.runtime;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ObjLongConsumer;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.gateway.Gateway;
import jumpvpn.core.gateway.OwnershipStatus;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.session.Deadlines;
import jumpvpn.node.config.GatewayConfig;
import jumpvpn.node.config.Listen;
import jumpvpn.node.config.Ownership;
import jumpvpn.node.host.WallClock;
import jumpvpn.node.ownership.DeliveringTable;
import jumpvpn.node.security.CryptoChoice;
import org.jspecify.annotations.Nullable;

/** What a gateway answers to its operator. The control thread's. */
final class GatewayAnswers {
    /**
     * What it tells of.
     *
     * @param table null: there is none outside of the engine
     * @param store null: no other gateway shares the table
     */
    record Told(
            GatewayConfig config,
            AdmittedClients clients,
            Gateway gateway,
            @Nullable DeliveringTable table,
            @Nullable SharedStore store,
            Sockets sockets,
            CryptoChoice.Names ciphers,
            DropCounters drops,
            WallClock wall) {}

    private final Told told;
    private final GatewayConfig config;
    private final Gateway gateway;
    private final long startedMillis;

    GatewayAnswers(Told told) {
        this.told = told;
        config = told.config;
        gateway = told.gateway;
        startedMillis = told.wall.nowMillis();
    }

    /** Whether the store decides, so that the answer comes later. */
    boolean isTheStores(Request request) {
        return told.store != null && (request instanceof Request.Admit || request instanceof Request.Revoke);
    }

    /** Asks the store. @param hears what became of it, and when */
    void askStore(long nowNanos, Request request, ObjLongConsumer<Reply> hears) {
        SharedStore store = Objects.requireNonNull(told.store);
        if (request instanceof Request.Admit admit) {
            store.admit(nowNanos, admit, hears);
        } else if (request instanceof Request.Revoke revoke) {
            store.revoke(nowNanos, revoke, hears);
        }
    }

    Reply answer(long nowNanos, Request request) {
        return switch (request) {
            case Request.Status _ -> new Reply.Status(status(nowNanos));
            case Request.Sessions _ -> new Reply.Sessions(sessions(nowNanos));
            case Request.Jump _ ->
                new Reply.Refused("ILLEGAL_TRANSITION", "a jump is the client's to make: run `jumpvpn jump` there");
            case Request.Terminate terminate -> terminate(nowNanos, terminate.session());
            case Request.Drain _ -> drain(nowNanos);
            case Request.Cluster _ -> new Reply.Cluster(cluster(nowNanos));
            case Request.Admit admit -> admit(nowNanos, admit);
            case Request.Revoke revoke -> revoke(nowNanos, revoke.client());
        };
    }

    private NodeStatus.Gateway status(long nowNanos) {
        DeliveringTable table = told.table;
        return new NodeStatus.Gateway(
                config.name(),
                config.network().interfaceName(),
                config.listen().stream().map(Listen::toString).toList(),
                startedMillis,
                config.ownership().mode().toString(),
                stateFolder(),
                table == null ? null : table.failure(),
                told.clients.size(),
                sessions(nowNanos),
                told.ciphers,
                told.drops,
                StatusView.transports(told.sockets, GatewayAnswers::listening));
    }

    private @Nullable String stateFolder() {
        boolean used = config.ownership().mode() != Ownership.Mode.ETCD && config.state() != null;
        return used ? String.valueOf(config.state()) : null;
    }

    private List<SessionStatus> sessions(long nowNanos) {
        Endpoint local = config.listen().getFirst().endpoint();
        return StatusView.of(gateway.sessions(nowNanos), config.name(), local, nowNanos, told.wall.nowMillis());
    }

    private static String listening(PathSocket socket) {
        return socket.socket.protocol().scheme() + "://" + socket.socket.local();
    }

    private Reply terminate(long nowNanos, String word) {
        Optional<jumpvpn.core.gateway.SessionStatus> session = gateway.sessions(nowNanos).stream()
                .filter(status ->
                        status.id().toString().equals(word) || status.client().equals(word))
                .findFirst();
        if (session.isEmpty()) {
            return new Reply.Refused("SESSION_NOT_FOUND", "there is no session " + word + "; see `jumpvpn sessions`");
        }
        gateway.terminate(nowNanos, session.get().id());
        return new Reply.Done(
                "session " + session.get().id() + " of " + session.get().client() + " ended");
    }

    private Reply drain(long nowNanos) {
        if (told.store == null) {
            return new Reply.Refused(
                    "NO_OTHER_GATEWAY",
                    "with mode \"" + config.ownership().mode()
                            + "\" no other gateway may take the sessions; stop this one, and with \"state\" they go on when it is started again");
        }
        gateway.drain(nowNanos);
        return new Reply.Done(
                "every client is told to go to another gateway; `jumpvpn cluster` says how many are left");
    }

    private Reply admit(long nowNanos, Request.Admit client) {
        byte[] key = client.key().bytes();
        boolean admitted = gateway.admit(
                nowNanos, new jumpvpn.core.gateway.GatewayConfig.Client(client.client(), key, client.addresses()));
        if (!admitted) {
            return new Reply.Refused(
                    "CLIENT_REFUSED",
                    "an address is another client's, or this one has a session with others: end that first");
        }
        told.clients.admit(client.client(), key, client.addresses());
        return Reply.Done.admitted(client.client());
    }

    private Reply revoke(long nowNanos, String name) {
        List<byte[]> keys = told.clients.keys(name);
        if (keys.isEmpty()) {
            return new Reply.Refused(
                    "CLIENT_NOT_FOUND", "this gateway lets no client \"" + name + "\" in; see " + config.file());
        }
        for (byte[] key : keys) {
            gateway.revoke(nowNanos, key);
            told.clients.revoke(key);
        }
        return Reply.Done.revoked(name);
    }

    private ClusterStatus cluster(long nowNanos) {
        OwnershipStatus status = gateway.ownership(nowNanos);
        SharedStore store = told.store;
        List<ClusterStatus.Row> rows = new ArrayList<>(store == null ? members() : store.others(told.wall.nowMillis()));
        rows.add(new ClusterStatus.Row(
                config.name(), EngineConfig.self(config).number(), true, status.draining(), status.sessions(), 0));
        rows.sort(Comparator.comparingInt(ClusterStatus.Row::number).thenComparing(ClusterStatus.Row::name));
        return new ClusterStatus(
                config.ownership().mode().toString(),
                config.name(),
                status.sessions(),
                status.draining(),
                leaseLeftNanos(status, nowNanos),
                told.clients.size(),
                told.clients.digest(),
                rows,
                store == null ? null : store.store());
    }

    private static @Nullable Long leaseLeftNanos(OwnershipStatus status, long nowNanos) {
        if (status.leaseEndNanos() == Deadlines.NEVER) {
            return null;
        }
        return status.leased() ? Math.max(0, status.leaseEndNanos() - nowNanos) : 0;
    }

    /** The others of the set, of whom nobody tells how they are. */
    private List<ClusterStatus.Row> members() {
        return config.cluster().members().stream()
                .filter(member -> !member.name().equals(config.name()))
                .map(member -> new ClusterStatus.Row(member.name(), member.number(), null, false, -1, -1))
                .toList();
    }
}
