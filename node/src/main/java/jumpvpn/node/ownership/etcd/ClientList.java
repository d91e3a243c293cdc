package jumpvpn.node.ownership.etcd;

import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable.Outcome;
import jumpvpn.node.ownership.Reports;
import org.jspecify.annotations.Nullable;

/**
 * The clients that all gateways know, and whose their inner addresses are. Who is in the list stays as he is there; who was revoked is never taken in again. Those with
 * fixed addresses go before those who get one from the pool. On the loop's thread alone.
 */
final class ClientList {
    private static final int MOST_UNDER_WAY = 16;
    private static final int MOST_WAITING = 1 << 20;
    private static final int MOST_TRIES = 16;

    private record Wish(StoredClient client, List<Prefix> networks, Consumer<Outcome> done) {}

    private final Keys keys;
    private final ClientCodec codec;
    private final Transactions store;
    private final Reports reports;
    /** By key in hexadecimal. */
    private final Map<String, StoredClient> known = new HashMap<>();

    private final ArrayDeque<Wish> fixed = new ArrayDeque<>();
    private final ArrayDeque<Wish> pooled = new ArrayDeque<>();
    private boolean isKnown;
    private int underWay;
    private int fixedUnderWay;
    private boolean saidUnreadable;

    ClientList(Keys keys, ClientCodec codec, Transactions store, Reports reports) {
        this.keys = keys;
        this.codec = codec;
        this.store = store;
        this.reports = reports;
    }

    /** The whole list is told. */
    void known() {
        isKnown = true;
        next();
    }

    /** The watch tells of a client; what it is, or null: nothing that can be read. */
    @Nullable
    StoredClient told(KeyValue entry) {
        byte[] key = new byte[Keys.CLIENT_KEY_LENGTH];
        keys.rest(entry.getKey()).get(key);
        StoredClient client = codec.decode(key, entry.getValue().toByteArray());
        if (client == null) {
            if (!saidUnreadable) {
                saidUnreadable = true;
                reports.error("a client in etcd (" + HexFormat.of().formatHex(key)
                        + ") was not written by a gateway of this cluster; it is not let in. Give all gateways of one prefix the same [cluster] secret."
                        + " Said once, more may follow");
            }
            return null;
        }
        known.put(HexFormat.of().formatHex(key), client);
        return client;
    }

    void publish(StoredClient client, List<Prefix> networks, Consumer<Outcome> done) {
        if (fixed.size() + pooled.size() >= MOST_WAITING) {
            done.accept(Outcome.UNAVAILABLE);
            return;
        }
        boolean needsPool = client.addresses().isEmpty() && !client.revoked();
        (needsPool ? pooled : fixed).add(new Wish(client, networks, done));
        next();
    }

    private void next() {
        while (isKnown && underWay < MOST_UNDER_WAY) {
            Wish wish = fixed.poll();
            if (wish == null && fixedUnderWay == 0) {
                wish = pooled.poll();
            }
            if (wish == null) {
                return;
            }
            underWay++;
            fixedUnderWay += wish.client.addresses().isEmpty() ? 0 : 1;
            new Publication(wish).go();
        }
    }

    /** What a wish comes to. */
    private final class Publication {
        private final Wish wish;
        private final String hex;
        private int tries;

        Publication(Wish wish) {
            this.wish = wish;
            this.hex = HexFormat.of().formatHex(wish.client.key());
        }

        void go() {
            StoredClient there = known.get(hex);
            if (wish.client.revoked()) {
                revoke();
            } else if (there != null) {
                end(judge(there));
            } else if (!wish.client.addresses().isEmpty()) {
                put(wish.client.addresses());
            } else {
                new PoolSearch(keys, store, wish.client.key(), wish.networks).find(this::put, outcome -> {
                    if (outcome == Outcome.REFUSED) {
                        reports.error("no inner address is left for client " + wish.client.name()
                                + "; make the networks larger, or revoke clients");
                    }
                    end(outcome);
                });
            }
        }

        private Outcome judge(StoredClient there) {
            if (there.revoked()) {
                reports.warn(
                        "client " + wish.client.name()
                                + " was revoked and is not let in again; give it a new key, or take it out of the configuration");
                return Outcome.REFUSED;
            }
            boolean isOther = !wish.client.addresses().isEmpty()
                    && !wish.client.addresses().equals(there.addresses());
            if (isOther) {
                reports.warn(
                        "client " + wish.client.name() + " has the addresses " + there.addresses()
                                + " in etcd and others in the configuration; those in etcd count. To change them give the client a new key");
                return Outcome.REFUSED;
            }
            return Outcome.COMMITTED;
        }

        private void put(List<IpAddress> addresses) {
            StoredClient client = new StoredClient(wish.client.key(), wish.client.name(), addresses, false);
            TxnRequest.Builder request = TxnRequest.newBuilder().addCompare(Commits.absent(keys.of(Keys.CLIENT, hex)));
            request.addSuccess(Commits.put(keys.of(Keys.CLIENT, hex), codec.encode(client)));
            request.addFailure(Commits.get(keys.of(Keys.CLIENT, hex)));
            for (IpAddress address : addresses) {
                request.addCompare(Commits.absent(keys.of(address)));
                request.addSuccess(Commits.put(keys.of(address), client.key()));
            }
            run(request.build(), this::beaten);
        }

        /** Somebody else was first: with this client, or with an address. */
        private void beaten(List<ResponseOp> answers) {
            if (answers.getFirst().getResponseRange().getKvsCount() > 0) {
                KeyValue entry = answers.getFirst().getResponseRange().getKvs(0);
                StoredClient there =
                        codec.decode(wish.client.key(), entry.getValue().toByteArray());
                end(there == null ? Outcome.REFUSED : judge(there));
            } else if (wish.client.addresses().isEmpty() && ++tries < MOST_TRIES) {
                go();
            } else {
                reports.error("an address of client " + wish.client.name() + ", one of " + wish.client.addresses()
                        + ", is another client's in etcd; give it other addresses in the configuration");
                end(Outcome.REFUSED);
            }
        }

        /** The addresses are free at once if the client has no session, else when it has ended. */
        private void revoke() {
            RequestOp empty = Commits.put(keys.of(Keys.CLIENT, hex), codec.encode(wish.client));
            TxnRequest.Builder request = TxnRequest.newBuilder().addCompare(Commits.absent(keys.of(Keys.LIVE, hex)));
            request.addSuccess(empty).addFailure(empty);
            StoredClient there = known.get(hex);
            if (there != null) {
                there.addresses().forEach(address -> request.addSuccess(Commits.delete(keys.of(address))));
            }
            run(request.build(), _ -> end(Outcome.COMMITTED));
        }

        private void run(TxnRequest request, Consumer<List<ResponseOp>> otherwise) {
            store.run(
                    request,
                    answer -> {
                        if (answer.getSucceeded()) {
                            end(Outcome.COMMITTED);
                        } else {
                            otherwise.accept(answer.getResponsesList());
                        }
                    },
                    status -> end(Failures.outcome(status)));
        }

        private void end(Outcome outcome) {
            underWay--;
            fixedUnderWay -= wish.client.addresses().isEmpty() ? 0 : 1;
            wish.done.accept(outcome);
            next();
        }
    }

    /** A session has ended here: if its client is revoked its addresses are free. */
    void ended(SessionRecord record) {
        StoredClient client = known.get(record.clientKey());
        if (client == null || !client.revoked()) {
            return;
        }
        for (Prefix prefix : record.inner()) {
            List<Compare> stillTheirs = List.of(
                    Commits.absent(keys.of(Keys.LIVE, record.clientKey())),
                    Commits.value(keys.of(prefix.address()), client.key()));
            TxnRequest request = TxnRequest.newBuilder()
                    .addAllCompare(stillTheirs)
                    .addSuccess(Commits.delete(keys.of(prefix.address())))
                    .build();
            store.run(request, _ -> {}, _ -> {}); // left as it is, it does no harm but that nobody gets the address
        }
    }
}
