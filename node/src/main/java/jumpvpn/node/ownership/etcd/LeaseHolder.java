package jumpvpn.node.ownership.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.grpc.Status;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import jumpvpn.core.ownership.Member;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionTable.Loss;
import jumpvpn.core.ownership.SessionTable.Mark;
import jumpvpn.core.ownership.SessionTable.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * This gateway's lease, its signs of life and what guards its commits: the revision at which its alive key was created. A sign counts when the watch has brought it: so
 * a lease that is valid means that everything until then was heard. One sign at a time; on the loop's thread alone.
 */
final class LeaseHolder implements Batches.Guard {
    private static final int LOSSES_TOGETHER = 40;
    private static final int MOST_WAITING = 16;
    /** Etcd counts from a sign's arrival, we from its beginning; and clocks differ. */
    private static final long CAUTION_SECONDS = 1;

    /** What a gateway says of itself with its signs of life. */
    record Said(int sessions, boolean isDraining) {}

    /** Who must know. */
    interface Watch {
        /** Begins, unless it has begun. */
        void begin();

        /** It did not bring what it should have brought. */
        void isSilent();
    }

    private record Waiting(Mark mark, Consumer<Outcome> done) {}

    private final Keys keys;
    private final Store store;
    private final StoredRecords records;
    private final EventLoop loop;
    private final Member self;
    private final Duration length;
    private final KeyCheck keyCheck;
    private final Trouble trouble;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private @Nullable Watch watch;
    private volatile Said said = new Said(0, false);

    private @Nullable Owner owner;
    private long lease;
    private long fence;
    private boolean isSigning;
    private long notBeforeNanos = System.nanoTime();
    /** The revision that the watch has to bring, and what happens then. */
    private long awaited;

    private long heardRevision;
    private Runnable heard = () -> {};

    LeaseHolder(
            Keys keys,
            Store store,
            StoredRecords records,
            EventLoop loop,
            Member self,
            Duration length,
            KeyCheck keyCheck,
            Trouble trouble) {
        this.keys = keys;
        this.store = store;
        this.records = records;
        this.loop = loop;
        this.self = self;
        this.length = length;
        this.keyCheck = keyCheck;
        this.trouble = trouble;
    }

    void watched(Watch by) {
        watch = by;
    }

    /** What the next signs say. Any thread. */
    void say(Said what) {
        said = what;
    }

    @Nullable
    Owner owner() {
        return owner;
    }

    @Override
    public @Nullable List<Compare> compares() {
        return fence == 0 || owner == null ? null : List.of(Commits.createdAt(keys.of(Keys.OWNER, owner), fence));
    }

    @Override
    public void broken(List<Compare> compares) {
        if (compares.equals(compares())) {
            lost();
        }
    }

    /** There is no lease any more: the next sign begins a new one. */
    void lost() {
        lease = 0;
        fence = 0;
    }

    /** The store is another one: what we own by the old one must end before anything begins in this one. */
    void restored() {
        lost();
        keyCheck.forget();
        heardRevision = 0;
        notBeforeNanos = System.nanoTime() + length.toNanos();
    }

    void mark(Mark mark, Consumer<Outcome> done) {
        if (waiting.size() >= MOST_WAITING) {
            done.accept(Outcome.UNAVAILABLE);
            return;
        }
        waiting.add(new Waiting(mark, done));
        next();
    }

    /** Nobody's mark is under way. */
    boolean isIdle() {
        return !isSigning && waiting.isEmpty();
    }

    private void next() {
        Waiting first = waiting.peek();
        if (isSigning || first == null) {
            return;
        }
        waiting.remove();
        isSigning = true;
        new Signing(first).begin();
    }

    /** The watch has brought a sign of this owner. */
    void heard(Owner by, long revision) {
        if (by.equals(owner)) {
            heardRevision = Math.max(heardRevision, revision);
            if (awaited != 0 && revision >= awaited) {
                awaited = 0;
                heard.run();
            }
        }
    }

    /** The alive key of this owner is gone since that revision. */
    void gone(Owner whose, long revision) {
        if (whose.equals(owner) && revision > fence) {
            lost();
        }
    }

    /** Gives the lease back, so that everybody knows at once. */
    void release(Runnable done) {
        long held = lease;
        lost();
        if (held == 0) {
            done.run();
        } else {
            store.revoke(held, done);
        }
    }

    /** One sign of life, step by step. */
    private final class Signing {
        private final Mark mark;
        private final Consumer<Outcome> done;

        Signing(Waiting asked) {
            this.mark = asked.mark;
            this.done = asked.done;
        }

        void begin() {
            keyCheck.check(this::go, this::refused, this::failed);
        }

        private void refused(String why) {
            trouble.isSurely(why);
            end(Outcome.UNAVAILABLE);
        }

        private void go() {
            if (watch != null) {
                watch.begin();
            }
            if (!mark.owner().equals(owner)) {
                owner = mark.owner();
                heardRevision = 0;
                lost();
            }
            if (System.nanoTime() - notBeforeNanos < 0) {
                trouble.is("etcd was put back to an earlier state; the lease of before has to end first");
                end(Outcome.UNAVAILABLE);
            } else if (lease == 0) {
                grant();
            } else {
                store.keepAlive(lease, this::renewed, this::failed);
            }
        }

        private void renewed(long secondsLeft) {
            if (secondsLeft <= 0) {
                lost();
                grant();
            } else {
                lose(0);
            }
        }

        private void grant() {
            long seconds = length.plusNanos(999_999_999).toSeconds() + CAUTION_SECONDS;
            store.grant(seconds, granted -> live(granted.getID()), this::failed);
        }

        /** An alive key of an earlier try is bound to the new lease. */
        private void live(long granted) {
            PutRequest put = PutRequest.newBuilder()
                    .setKey(aliveKey())
                    .setValue(UnsafeByteOperations.unsafeWrap(Owners.name(self)))
                    .setLease(granted)
                    .setPrevKv(true)
                    .build();
            store.put(
                    put,
                    answer -> {
                        lease = granted;
                        fence = answer.hasPrevKv()
                                ? answer.getPrevKv().getCreateRevision()
                                : answer.getHeader().getRevision();
                        lose(0);
                    },
                    this::failed);
        }

        private ByteString aliveKey() {
            return keys.of(Keys.OWNER, mark.owner());
        }

        private void lose(int from) {
            int to = Math.min(from + LOSSES_TOGETHER, mark.losses().size());
            if (from == to) {
                sign();
                return;
            }
            List<RequestOp> nested = mark.losses().subList(from, to).stream()
                    .map(LeaseHolder.this::loss)
                    .toList();
            run(nested, _ -> lose(to));
        }

        private void sign() {
            byte[] value = Owners.sign(records.wall(mark.nanos()), said.sessions, said.isDraining);
            run(List.of(Commits.put(keys.of(Keys.SIGN, mark.owner()), value)), this::await);
        }

        private void run(List<RequestOp> operations, Consumer<Long> then) {
            List<Compare> compares = compares();
            if (compares == null) {
                end(Outcome.UNAVAILABLE);
                return;
            }
            TxnRequest request = TxnRequest.newBuilder()
                    .addAllCompare(compares)
                    .addAllSuccess(operations)
                    .build();
            store.run(
                    request,
                    answer -> {
                        if (answer.getSucceeded()) {
                            then.accept(answer.getHeader().getRevision());
                        } else {
                            broken(compares);
                            end(Outcome.UNAVAILABLE);
                        }
                    },
                    this::failed);
        }

        private void await(long revision) {
            if (heardRevision >= revision) {
                trouble.isOver();
                end(Outcome.COMMITTED);
                return;
            }
            awaited = revision;
            ScheduledFuture<?> silence = loop.schedule(
                    () -> {
                        awaited = 0;
                        trouble.is("etcd at " + store.address() + " tells of no changes; another member is asked");
                        if (watch != null) {
                            watch.isSilent();
                        }
                        end(Outcome.UNAVAILABLE);
                    },
                    Store.DEADLINE_NANOS,
                    TimeUnit.NANOSECONDS);
            heard = () -> {
                silence.cancel(false);
                trouble.isOver();
                end(Outcome.COMMITTED);
            };
        }

        private void failed(Status status) {
            trouble.is("etcd gives no lease", status);
            if (status.getCode() == Status.Code.NOT_FOUND) { // the lease, between two steps
                lost();
            }
            end(Outcome.UNAVAILABLE);
        }

        private void end(Outcome outcome) {
            isSigning = false;
            done.accept(outcome);
            next();
        }
    }

    /** A loss counts only for the binding that it was of. */
    private RequestOp loss(Loss loss) {
        TxnRequest nested = TxnRequest.newBuilder()
                .addCompare(Commits.value(keys.of(Keys.EPOCH, loss.id()), Keys.epoch(loss.epoch())))
                .addSuccess(Commits.put(keys.of(Keys.LOSS, loss.id()), records.loss(loss)))
                .build();
        return RequestOp.newBuilder().setRequestTxn(nested).build();
    }
}
