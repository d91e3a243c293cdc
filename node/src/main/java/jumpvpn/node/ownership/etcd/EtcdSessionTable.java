package jumpvpn.node.ownership.etcd;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.ownership.ClockReading;
import jumpvpn.core.ownership.Member;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.session.SessionId;
import jumpvpn.node.ownership.DeliveringTable;
import jumpvpn.node.ownership.Reports;
import jumpvpn.node.ownership.StateException;
import org.jspecify.annotations.Nullable;

/**
 * The session table in etcd, shared by the gateways of one prefix (ADR 0050). Called on the control thread alone, which never waits here; everything else is done by
 * one thread of its own. A commit is guarded by the epochs of its records and by this gateway's lease; a call that fails leaves its outcome UNKNOWN, and is never
 * repeated here.
 */
public final class EtcdSessionTable implements DeliveringTable {
    private static final int MOST_COMMITS = 64;
    private static final long PATIENCE_MILLIS = 700;
    private static final long RELEASE_MILLIS = 400;
    private static final long END_MILLIS = 200;
    private static final long STEP_MILLIS = 10;

    /**
     * Where and how.
     *
     * @param endpoints of etcd's members: http, or https with {@code tls}
     * @param lease how long after a sign of life others take this gateway for alive
     * @param prefix of all keys
     */
    public record Setting(
            List<URI> endpoints,
            Duration lease,
            String prefix,
            @Nullable Tls tls,
            @Nullable Login login) {}

    /**
     * Files for TLS, PEM.
     *
     * @param certificate this gateway's, or null: etcd asks for none
     * @param key its key, PKCS#8
     */
    public record Tls(
            Path ca, @Nullable Path certificate, @Nullable Path key) {}

    /** Who this gateway is to etcd. @param password UTF-8 */
    public record Login(String user, byte[] password) {}

    private final MultiThreadIoEventLoopGroup group;
    private final EventLoop loop;
    private final Duration lease;
    private final StoredRecords records;
    private final Keys keys;
    private final Endpoints endpoints;
    private final Latencies latencies = new Latencies();
    private final Store store;
    private final Trouble trouble;
    private final Owners owners = new Owners();
    private final KeyCheck keyCheck;
    private final LeaseHolder holder;
    private final Scan scan;
    private final Changes changes;
    private final ClientList clients;
    private final StoreWatch watch;
    private final Reads reads;
    private final ConcurrentLinkedQueue<Runnable> answers = new ConcurrentLinkedQueue<>();
    private volatile Runnable wake = () -> {};
    private final Refusals refusals;
    private Commits commits;
    private Batches batches;
    private volatile boolean isClosed;

    private EtcdSessionTable(
            Setting setting,
            Member self,
            byte[] recordKey,
            Crypto crypto,
            Supplier<ClockReading> clocks,
            Reports reports)
            throws StateException {
        SslContext tls = Endpoints.tls(setting.tls()); // before there is anything to close
        group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("etcd", true), EpollIoHandler.newFactory());
        loop = group.next();
        lease = setting.lease();
        keys = new Keys(setting.prefix());
        records = new StoredRecords(crypto, recordKey, clocks, reports);
        trouble = new Trouble(reports, System::nanoTime);
        endpoints = new Endpoints(setting, tls, loop);
        store = new Store(endpoints, latencies, () -> restored(reports));
        keyCheck = new KeyCheck(keys, store, setting.prefix(), recordKey);
        holder = new LeaseHolder(keys, store, records, loop, self, lease, keyCheck, trouble);
        scan = new Scan(keys, store, records, owners);
        clients = new ClientList(keys, new ClientCodec(crypto, recordKey), store, reports);
        changes = new Changes(keys, records, scan, owners, clients, holder, trouble, loop, this::later);
        watch = new StoreWatch(keys, store, scan, loop, changes);
        holder.watched(watch);
        refusals = new Refusals(reports);
        reads = new Reads(keys, records, new Batches(store, Reads.MOST_TOGETHER, Batches.NONE, refusals), owners);
        Orphans orphans =
                new Orphans(scan, owners, loop, () -> clocks.get().bootNanos(), reads::count, changes::orphaned);
        changes.onSomebodyWent(orphans::somebodyWent);
        batches = new Batches(store, MOST_COMMITS, holder, refusals);
        commits = new Commits(keys, records, true);
        loop.execute(() ->
                keyCheck.check(() -> {}, _ -> {}, _ -> {})); // early: it also makes the connection and loads the code
    }

    /**
     * Opens the table. Whether etcd answers shows later: {@link #failure} and the reports say so, and it is asked again and again.
     *
     * @param self this gateway
     * @param recordKey 32 bytes, copied, the same at all gateways of the prefix: secrets are sealed under it
     * @param clocks both clocks now; asked on any thread
     * @throws StateException if the files for TLS can't be used, with words for the gateway's user
     */
    public static EtcdSessionTable open(
            Setting setting,
            Member self,
            byte[] recordKey,
            Crypto crypto,
            Supplier<ClockReading> clocks,
            Reports reports)
            throws StateException {
        return new EtcdSessionTable(setting, self, recordKey, crypto, clocks, reports);
    }

    /** This table without what guards its commits: for the planted fault that the labs have to find. */
    public EtcdSessionTable withoutFence() {
        commits = new Commits(keys, records, false);
        batches = new Batches(store, MOST_COMMITS, Batches.NONE, refusals);
        return this;
    }

    @Override
    public EtcdSessionTable waking(Runnable control) {
        wake = control;
        return this;
    }

    /**
     * Tells whose sessions have these inner addresses: of all live records once the table is watched, then of every change; null: the session has ended. Before
     * {@link #watch}.
     *
     * @param told called at {@link #deliver}
     */
    public void onOwner(BiConsumer<List<Prefix>, @Nullable Owner> told) {
        changes.onOwner(told);
    }

    /**
     * Tells of every client in the list once the table is watched, then of every change. Before {@link #watch}.
     *
     * @param told called at {@link #deliver}
     */
    public void onClient(Consumer<StoredClient> told) {
        changes.onClient(told);
    }

    /**
     * Takes a client into the list, or revokes it. Who is there already stays as he is. What becomes of it comes by {@link #onClient}.
     *
     * @param networks the pool of a client without addresses: one of each
     * @param done COMMITTED: the list has it so; REFUSED: it was revoked, has other addresses there, or there is none left, and the reports say which
     */
    public void publish(StoredClient client, List<Prefix> networks, Consumer<Outcome> done) {
        Consumer<Outcome> answer = answer(done);
        onLoop(() -> clients.publish(client, networks, answer), () -> answer.accept(Outcome.UNAVAILABLE));
    }

    /** What this gateway says of itself with its next signs of life, for the others' {@link #health}. */
    public void say(int sessions, boolean isDraining) {
        holder.say(new LeaseHolder.Said(sessions, isDraining));
    }

    /** How the store is doing. */
    public StoreHealth health() {
        return new StoreHealth(
                store.address(),
                latencies.micros(50),
                latencies.micros(99),
                store.revision(),
                trouble.why(),
                owners.present());
    }

    @Override
    public @Nullable String failure() {
        return trouble.why();
    }

    @Override
    public void deliver() {
        for (int most = answers.size(); most > 0; most--) {
            Runnable answer = answers.poll();
            if (answer != null) {
                answer.run();
            }
        }
    }

    private void later(Runnable answer) {
        answers.add(answer);
        wake.run();
    }

    private <T> Consumer<T> answer(Consumer<T> done) {
        return outcome -> later(() -> done.accept(outcome));
    }

    private void onLoop(Runnable task, Runnable otherwise) {
        if (isClosed) {
            otherwise.run();
        } else {
            loop.execute(task);
        }
    }

    private void restored(Reports reports) {
        reports.error(
                "etcd is not as it was: another cluster, or put back to an earlier state. This gateway lets its lease end and begins anew;"
                        + " sessions that went on since end, their clients connect again");
        holder.restored();
        watch.restored();
    }

    @Override
    public void commit(long commitId, List<Change> list, Consumer<Outcome> done) {
        Consumer<Outcome> answer = answer(done);
        if (list.stream().anyMatch(change -> change.record() == null && change.expectedEpoch() != 0)) {
            answer.accept(Outcome.REFUSED); // what is removed has ended
            return;
        }
        Batches.Asked asked = commits.ask(commitId, list, answer);
        onLoop(() -> batches.ask(asked), () -> answer.accept(Outcome.UNAVAILABLE));
    }

    @Override
    public void read(SessionId id, Consumer<Reading> done) {
        Consumer<Reading> answer = answer(done);
        onLoop(() -> reads.read(id, answer), () -> answer.accept(new Reading.Unavailable()));
    }

    @Override
    public void readClient(String clientKey, Consumer<Reading> done) {
        Consumer<Reading> answer = answer(done);
        onLoop(() -> reads.readClient(clientKey, answer), () -> answer.accept(new Reading.Unavailable()));
    }

    @Override
    public void mark(Mark mark, Consumer<Outcome> done) {
        Consumer<Outcome> answer = answer(done);
        onLoop(() -> holder.mark(mark, answer), () -> answer.accept(Outcome.UNAVAILABLE));
    }

    /** Asked until it succeeds: a gateway without its records may not begin. */
    @Override
    public void load(long gateway, Consumer<List<SessionRecord>> done) {
        Load load = new Load(gateway, scan, owners, holder, store, keys, loop, answer(done));
        onLoop(load::go, () -> {});
    }

    @Override
    public void watch(Watcher watcher) {
        changes.watch(watcher);
        onLoop(() -> keyCheck.check(watch::begin, _ -> {}, _ -> {}), () -> {}); // else it begins with a sign of life
    }

    @Override
    public long leaseNanos() {
        return lease.toNanos();
    }

    /**
     * Waits a little for what was asked, gives the lease back, so that others know at once, and ends: within 1.5 s also where etcd does not
     * answer; then the lease ends by itself. A second caller waits for the first.
     */
    @Override
    public synchronized void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        CountDownLatch released = new CountDownLatch(1);
        loop.execute(() -> finish(System.nanoTime(), released));
        try {
            boolean _ = released.await(PATIENCE_MILLIS + RELEASE_MILLIS, TimeUnit.MILLISECONDS);
            if (endpoints.close(END_MILLIS)) { // else its daemon is left alone until the process ends
                group.shutdownGracefully(0, END_MILLIS, TimeUnit.MILLISECONDS).await(END_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void finish(long sinceNanos, CountDownLatch released) {
        boolean isPatient = System.nanoTime() - sinceNanos < TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        boolean isWell = trouble.why() == null && !store.isDown();
        if (isPatient && isWell && !(batches.isIdle() && holder.isIdle())) {
            ScheduledFuture<?> _ =
                    loop.schedule(() -> finish(sinceNanos, released), STEP_MILLIS, TimeUnit.MILLISECONDS);
            return;
        }
        watch.close();
        changes.close();
        holder.release(released::countDown);
    }
}
