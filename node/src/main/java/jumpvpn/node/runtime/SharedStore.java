package jumpvpn.node.runtime;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ObjLongConsumer;
import jumpvpn.core.gateway.Gateway;
import jumpvpn.core.gateway.OwnershipStatus;
import jumpvpn.core.ownership.SessionTable.Outcome;
import jumpvpn.core.session.Deadlines;
import jumpvpn.node.config.Cluster;
import jumpvpn.node.config.GatewayConfig;
import jumpvpn.node.config.PeerKey;
import jumpvpn.node.ownership.etcd.EtcdSessionTable;
import jumpvpn.node.ownership.etcd.StoreHealth;
import jumpvpn.node.ownership.etcd.StoredClient;

/**
 * What goes between a store and a gateway besides sessions: who is a client, what the gateway says of itself, and how the others are. The control thread's.
 */
final class SharedStore {
    private static final String STORE_UNAVAILABLE = "STORE_UNAVAILABLE";
    private static final int MOST_WISHES = 1 << 17;
    private static final long RETRY_NANOS = 5_000_000_000L;
    private static final long SAY_NANOS = 500_000_000L;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final EtcdSessionTable table;
    private final GatewayConfig config;
    private final Gateway gateway;
    private final Log log;
    private final AdmittedClients clients;
    /** What the store has not taken yet, and is asked again at the time below. */
    private final ArrayDeque<StoredClient> wishes = new ArrayDeque<>();

    private long retryNanos = Deadlines.NEVER;
    private long sayNanos;
    private long nowNanos;

    /** Before the gateway starts: the store's list is told from its first watch on. */
    SharedStore(EtcdSessionTable table, GatewayConfig config, AdmittedClients clients, Gateway gateway, Log log) {
        this.table = table;
        this.config = config;
        this.clients = clients;
        this.gateway = gateway;
        this.log = log;
        table.onClient(this::told);
        for (GatewayConfig.Client client : config.clients()) {
            wish(new StoredClient(client.publicKey().bytes(), client.name(), client.addresses(), false));
        }
    }

    private void told(StoredClient client) {
        if (client.revoked()) {
            clients.revoke(client.key());
            gateway.revokeEverywhere(nowNanos, client.key());
        } else {
            clients.admit(client.name(), client.key(), client.addresses());
            admit(client);
        }
    }

    private void admit(StoredClient client) {
        boolean admitted = gateway.admit(
                nowNanos,
                new jumpvpn.core.gateway.GatewayConfig.Client(client.name(), client.key(), client.addresses()));
        if (!admitted) {
            log.warn("client " + client.name() + " is not admitted with " + client.addresses()
                    + ", as the store says: one of these is another client's here, or it has a session with others; end that,"
                    + " make the files of all gateways alike and start this one again");
        }
    }

    private void wish(StoredClient client) {
        table.publish(client, config.network().addresses(), outcome -> answered(client, outcome));
    }

    private void answered(StoredClient client, Outcome outcome) {
        if (outcome == Outcome.UNAVAILABLE || outcome == Outcome.UNKNOWN) {
            later(client);
        }
    }

    private void later(StoredClient client) {
        if (wishes.size() < MOST_WISHES) { // else its section in the file is a wish at the next start
            wishes.add(client);
            retryNanos = nowNanos + RETRY_NANOS;
        }
    }

    /** Gives the store's answers and news, and tells it anew what is due. */
    void deliver(long now) {
        nowNanos = now;
        table.deliver();
        if (now >= retryNanos) {
            retryNanos = Deadlines.NEVER;
            List<StoredClient> again = List.copyOf(wishes);
            wishes.clear();
            again.forEach(this::wish);
        }
        if (now >= sayNanos) { // the next sign of life takes it along
            sayNanos = now + SAY_NANOS;
            OwnershipStatus status = gateway.ownership(now);
            table.say(status.sessions(), status.draining());
        }
    }

    /** When {@link #deliver} has something to do by itself, or {@link Deadlines#NEVER}. */
    long nextNanos() {
        return retryNanos;
    }

    /** Lets a client in no more, at all gateways. @param hears what became of it, and when */
    void revoke(long now, Request.Revoke client, ObjLongConsumer<Reply> hears) {
        PeerKey key = client.key();
        List<byte[]> keys = key == null ? clients.keys(client.client()) : List.of(key.bytes());
        if (keys.isEmpty()) {
            String text = "the store has no client \"" + client.client() + "\", or it was revoked";
            hears.accept(new Reply.Refused("CLIENT_NOT_FOUND", text), now);
        } else {
            revoke(now, client.client(), keys, hears);
        }
    }

    private void revoke(long now, String name, List<byte[]> keys, ObjLongConsumer<Reply> hears) {
        StoredClient first = new StoredClient(keys.getFirst(), "", List.of(), true);
        ask(now, first, Reply.Done.revoked(name), "ask again, that does no harm", (reply, at) -> {
            if (reply instanceof Reply.Done && keys.size() > 1) {
                revoke(at, name, keys.subList(1, keys.size()), hears);
            } else {
                hears.accept(reply, at);
            }
        });
    }

    /** Lets a client in, at all gateways. What the store does not take now it is asked for again. @param hears what became of it, and when */
    void admit(long now, Request.Admit client, ObjLongConsumer<Reply> hears) {
        byte[] key = client.key().bytes();
        List<byte[]> same = clients.keys(client.client());
        if (!same.isEmpty() && same.stream().noneMatch(each -> Arrays.equals(each, key))) {
            hears.accept(
                    new Reply.Refused(
                            "CLIENT_REFUSED",
                            "another client of this cluster has the name \"" + client.client() + "\"; choose another"),
                    now);
            return;
        }
        StoredClient wanted = new StoredClient(key, client.client(), client.addresses(), false);
        String next = "this gateway goes on asking it every " + RETRY_NANOS / 1_000_000_000 + " s";
        ask(now, wanted, Reply.Done.admitted(client.client()), next, (reply, at) -> {
            if (reply instanceof Reply.Refused refused && refused.reason().equals(STORE_UNAVAILABLE)) {
                later(wanted);
            }
            hears.accept(reply, at);
        });
    }

    /** @param next what to do, or what is done, where the store does not answer */
    private void ask(long now, StoredClient client, Reply done, String next, ObjLongConsumer<Reply> hears) {
        String failure = table.failure();
        if (failure != null) {
            hears.accept(
                    new Reply.Refused(STORE_UNAVAILABLE, "the store has not been told: " + failure + "; " + next), now);
        } else { // the watch tells this gateway as it tells the others
            table.publish(
                    client,
                    config.network().addresses(),
                    outcome -> hears.accept(reply(outcome, done, next), nowNanos));
        }
    }

    private static Reply reply(Outcome outcome, Reply done, String next) {
        return switch (outcome) {
            case COMMITTED -> done;
            case REFUSED ->
                new Reply.Refused(
                        "CLIENT_REFUSED",
                        "no inner address is left, or one is another client's, or the store has this one with others or revoked; this gateway's log says which");
            case UNAVAILABLE -> new Reply.Refused(STORE_UNAVAILABLE, "the store did not take it; " + next);
            case UNKNOWN -> new Reply.Refused(STORE_UNAVAILABLE, "the store may have it, no answer came; " + next);
        };
    }

    /** Whether another gateway lives. */
    boolean hasOthers() {
        return table.health().present().stream().anyMatch(one -> !one.name().equals(config.name()));
    }

    /** The store itself. */
    ClusterStatus.Store store() {
        StoreHealth health = table.health();
        return new ClusterStatus.Store(
                health.endpoint(), health.p50Micros(), health.p99Micros(), health.revision(), health.error());
    }

    /** The other gateways: those of the set, and those that live in the store. */
    List<ClusterStatus.Row> others(long wallMillis) {
        List<StoreHealth.Present> present = table.health().present().stream()
                .filter(one -> !one.name().equals(config.name()))
                .sorted(Comparator.comparingLong(StoreHealth.Present::signWallNanos)
                        .reversed())
                .toList();
        List<ClusterStatus.Row> rows = new ArrayList<>();
        for (StoreHealth.Present one : present) {
            if (rows.stream().noneMatch(row -> row.name().equals(one.name()))) { // of two lives of one the newer
                rows.add(row(one, wallMillis));
            }
        }
        for (Cluster.Member member : config.cluster().members()) {
            Optional<StoreHealth.Present> lives = present.stream()
                    .filter(one -> one.name().equals(member.name()))
                    .findFirst();
            if (lives.isEmpty() && !member.name().equals(config.name())) {
                rows.add(new ClusterStatus.Row(member.name(), member.number(), false, false, -1, -1));
            }
        }
        return rows;
    }

    private static ClusterStatus.Row row(StoreHealth.Present one, long wallMillis) {
        long signMillis = one.signWallNanos() / NANOS_PER_MILLI;
        boolean known = signMillis != 0;
        return new ClusterStatus.Row(
                one.name(),
                one.number(),
                true,
                one.isDraining(),
                known ? one.sessions() : -1,
                known ? Math.max(0, wallMillis - signMillis) : -1);
    }
}
