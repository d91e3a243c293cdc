package jumpvpn.node.ownership.etcd;

import io.etcd.jetcd.api.TxnRequest;
import io.grpc.Status;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;

/** Loads the records of a gateway, and takes its signs of life away that no record needs any more. On the loop's thread alone. */
final class Load {
    private static final long PAUSE_MILLIS = 100;
    private static final int MOST_REMOVED = 100;

    private final long gateway;
    private final Scan scan;
    private final Owners owners;
    private final LeaseHolder holder;
    private final Store store;
    private final Keys keys;
    private final EventLoop loop;
    private final Consumer<List<SessionRecord>> done;

    Load(
            long gateway,
            Scan scan,
            Owners owners,
            LeaseHolder holder,
            Store store,
            Keys keys,
            EventLoop loop,
            Consumer<List<SessionRecord>> done) {
        this.gateway = gateway;
        this.scan = scan;
        this.owners = owners;
        this.holder = holder;
        this.store = store;
        this.keys = keys;
        this.loop = loop;
        this.done = done;
    }

    void go() {
        if (!owners.isKnown()) { // their signs are part of it
            again();
            return;
        }
        List<SessionRecord> found = new ArrayList<>();
        scan.records(owner -> owner.gateway() == gateway, new Scan.Found() {
            @Override
            public void record(SessionRecord record) {
                found.add(record);
            }

            @Override
            public void end() {
                removeSigns(found);
                done.accept(found);
            }

            @Override
            public void failed(Status status) {
                again();
            }
        });
    }

    private void again() {
        ScheduledFuture<?> _ = loop.schedule(this::go, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void removeSigns(List<SessionRecord> found) {
        Set<Owner> needed = found.stream().map(SessionRecord::owner).collect(Collectors.toSet());
        TxnRequest.Builder request = TxnRequest.newBuilder();
        owners.signed().stream()
                .filter(owner -> owner.gateway() == gateway && !owner.equals(holder.owner()) && !needed.contains(owner))
                .limit(MOST_REMOVED)
                .forEach(owner -> request.addSuccess(Commits.delete(keys.of(Keys.SIGN, owner))));
        if (request.getSuccessCount() > 0) {
            store.run(request.build(), _ -> {}, _ -> {}); // the next start tries again
        }
    }
}
