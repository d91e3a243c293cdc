package jumpvpn.node.ownership.etcd;

import io.etcd.jetcd.api.KeyValue;
import io.grpc.Status;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable.Watcher;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/** Hands on what the watch hears: to owners, clients and lease here, on the loop's thread, to everybody else on the control thread. */
final class Changes implements StoreWatch.Listener {
    private static final long PAUSE_MILLIS = 100;

    private final Keys keys;
    private final StoredRecords records;
    private final Scan scan;
    private final Owners owners;
    private final ClientList clients;
    private final LeaseHolder holder;
    private final Trouble trouble;
    private final EventLoop loop;
    /** Runs it on the control thread, in order. */
    private final Consumer<Runnable> later;

    private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
    private volatile @Nullable BiConsumer<List<Prefix>, @Nullable Owner> ownerTold;
    private volatile @Nullable Consumer<StoredClient> clientTold;
    private Runnable somebodyWent = () -> {};
    /** What has changed while all is told again; null: it is not. */
    private @Nullable Set<SessionId> changed;

    Changes(
            Keys keys,
            StoredRecords records,
            Scan scan,
            Owners owners,
            ClientList clients,
            LeaseHolder holder,
            Trouble trouble,
            EventLoop loop,
            Consumer<Runnable> later) {
        this.keys = keys;
        this.records = records;
        this.scan = scan;
        this.owners = owners;
        this.clients = clients;
        this.holder = holder;
        this.trouble = trouble;
        this.loop = loop;
        this.later = later;
    }

    void watch(Watcher watcher) {
        watchers.add(watcher);
    }

    void onOwner(BiConsumer<List<Prefix>, @Nullable Owner> told) {
        ownerTold = told;
    }

    void onClient(Consumer<StoredClient> told) {
        clientTold = told;
    }

    void onSomebodyWent(Runnable told) {
        somebodyWent = told;
    }

    /** A live record's owner is gone. */
    void orphaned(SessionRecord record) {
        later.accept(() -> {
            watchers.forEach(watcher -> watcher.ownerGone(record));
            record.secrets().forEach(SessionSecret::wipe);
        });
    }

    @Override
    public void begins() {
        owners.forget();
    }

    @Override
    public void begun(boolean isAgain) {
        owners.known();
        clients.known();
        somebodyWent.run();
        if (isAgain || ownerTold != null) {
            changed = new HashSet<>();
            tellAll(isAgain, changed);
        }
    }

    /** Nothing is told any more: what is under way counts as superseded. */
    void close() {
        changed = null;
    }

    /** @param since what has changed since this began; no longer {@link #changed}: a later one is told, which supersedes this */
    private void tellAll(boolean isAgain, Set<SessionId> since) {
        if (changed != since) {
            return;
        }
        scan.records(_ -> true, new Scan.Found() {
            @Override
            public void record(SessionRecord record) {
                if (changed == since && !since.contains(record.id())) { // else what the watch told is newer
                    tell(record, isAgain);
                }
            }

            @Override
            public void page(Runnable more) {
                later.accept(() -> loop.execute(more));
            }

            @Override
            public void end() {
                if (changed == since) {
                    changed = null;
                }
            }

            @Override
            public void failed(Status status) {
                if (changed == since) {
                    Changes.this.failed(status);
                    ScheduledFuture<?> _ =
                            loop.schedule(() -> tellAll(isAgain, since), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
                }
            }
        });
    }

    @Override
    public void put(KeyValue entry) {
        switch (keys.kind(entry.getKey())) {
            case Keys.RECORD -> {
                SessionRecord record = records.decode(entry.getValue().toByteArray());
                if (record != null) {
                    changed(record.id());
                    tell(record, true);
                    if (!record.isLive() && record.owner().equals(holder.owner())) {
                        clients.ended(record);
                    }
                }
            }
            case Keys.OWNER -> owners.alive(owner(entry), entry.getValue().asReadOnlyByteBuffer());
            case Keys.SIGN -> {
                owners.sign(owner(entry), entry.getValue().asReadOnlyByteBuffer());
                holder.heard(owner(entry), entry.getModRevision());
            }
            case Keys.CLIENT -> {
                StoredClient client = clients.told(entry);
                Consumer<StoredClient> told = clientTold;
                if (client != null && told != null) {
                    later.accept(() -> told.accept(client));
                }
            }
            default -> {
                // of a later version
            }
        }
    }

    @Override
    public void deleted(KeyValue entry) {
        switch (keys.kind(entry.getKey())) {
            case Keys.RECORD -> {
                SessionId id = SessionId.decode(keys.rest(entry.getKey()));
                changed(id);
                later.accept(() -> watchers.forEach(watcher -> watcher.committed(id, null)));
            }
            case Keys.OWNER -> {
                owners.gone(owner(entry));
                holder.gone(owner(entry), entry.getModRevision());
                somebodyWent.run();
            }
            case Keys.SIGN -> owners.noSign(owner(entry));
            default -> {
                // nobody takes a client out of the list
            }
        }
    }

    private Owner owner(KeyValue entry) {
        return Keys.owner(keys.rest(entry.getKey()));
    }

    private void changed(SessionId id) {
        if (changed != null) {
            changed.add(id);
        }
    }

    private void tell(SessionRecord record, boolean isChange) {
        later.accept(() -> {
            if (isChange) {
                watchers.forEach(watcher -> watcher.committed(record.id(), record));
            }
            BiConsumer<List<Prefix>, @Nullable Owner> told = ownerTold;
            if (told != null) {
                told.accept(record.inner(), record.isLive() ? record.owner() : null);
            }
            record.secrets().forEach(SessionSecret::wipe);
        });
    }

    @Override
    public void handled(Runnable more) {
        later.accept(more);
    }

    @Override
    public void failed(Status status) {
        trouble.is("etcd can't be read", status);
    }
}
