package jumpvpn.node.ownership.etcd;

import io.grpc.Status;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.session.PolicyKey;
import org.jspecify.annotations.Nullable;

/**
 * Looks for live records whose owner is gone, and tells of those that are due soon: when an owner has gone and the storm after it is over, and as long as there are some.
 * On the loop's thread alone.
 */
final class Orphans {
    private static final long CALM_NANOS = 10_000_000_000L;
    private static final long SOON_NANOS = 60_000_000_000L;
    private static final long PAUSE_MILLIS = 50;
    /** In {@link #CALM_NANOS}; where more come the storm is not over. */
    private static final long MOST_READS = 1_000;

    private static final int MOST_PUT_OFF = (int) (SOON_NANOS / CALM_NANOS) - 1;

    private final Scan scan;
    private final Owners owners;
    private final EventLoop loop;
    private final LongSupplier bootNanos;
    private final LongSupplier reads;
    private final Consumer<SessionRecord> told;
    private long readsBefore;
    private long sampledNanos;
    private int putOff;
    private @Nullable ScheduledFuture<?> next;
    private boolean isLooking;

    /** @param reads how many records were read so far, one by one */
    Orphans(
            Scan scan,
            Owners owners,
            EventLoop loop,
            LongSupplier bootNanos,
            LongSupplier reads,
            Consumer<SessionRecord> told) {
        this.scan = scan;
        this.owners = owners;
        this.loop = loop;
        this.bootNanos = bootNanos;
        this.reads = reads;
        this.told = told;
    }

    /** An owner has gone, or may have before we came. */
    void somebodyWent() {
        putOff = 0;
        lookIn(CALM_NANOS);
    }

    private void lookIn(long nanos) {
        if (next != null) {
            next.cancel(false);
        }
        next = loop.schedule(this::look, nanos, TimeUnit.NANOSECONDS);
    }

    private void look() {
        next = null;
        if (isLooking || !owners.isKnown() || isStorm()) {
            lookIn(CALM_NANOS);
            return;
        }
        putOff = 0;
        isLooking = true;
        scan.records(this::isGone, new Look());
    }

    /** Where it is not known who lives, as when all is told anew, nobody is gone. */
    private boolean isGone(Owner owner) {
        return owners.isKnown() && !owners.isAlive(owner);
    }

    /** One look at all records. */
    private final class Look implements Scan.Found {
        private final long beganNanos = bootNanos.getAsLong();
        private long earliestNanos = Long.MAX_VALUE;

        @Override
        public void record(SessionRecord record) {
            if (record.isLive()) {
                long dueNanos = dueNanos(record);
                earliestNanos = Math.min(earliestNanos, dueNanos);
                if (dueNanos - bootNanos.getAsLong() <= SOON_NANOS) {
                    told.accept(record);
                }
            }
        }

        @Override
        public void page(Runnable more) { // there is time, and clients of who is gone may be asking for the store's
            ScheduledFuture<?> _ = loop.schedule(more, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }

        @Override
        public void end() {
            isLooking = false;
            if (earliestNanos != Long.MAX_VALUE && next == null) {
                long dueNanos = Math.max(SOON_NANOS, earliestNanos - beganNanos); // from one's beginning to the next's
                lookIn(Math.max(CALM_NANOS, dueNanos - (bootNanos.getAsLong() - beganNanos)));
            }
        }

        @Override
        public void failed(Status status) {
            isLooking = false;
            lookIn(CALM_NANOS);
        }
    }

    /** Whether many come by themselves; that is not waited for longer than {@link #SOON_NANOS}. */
    private boolean isStorm() {
        long nowNanos = bootNanos.getAsLong();
        long passedNanos = Math.max(1, nowNanos - sampledNanos);
        long sinceBefore = reads.getAsLong() - readsBefore;
        sampledNanos = nowNanos;
        readsBefore += sinceBefore;
        return sinceBefore > MOST_READS * passedNanos / CALM_NANOS && ++putOff <= MOST_PUT_OFF;
    }

    private static long dueNanos(SessionRecord record) {
        return Math.min(
                record.lifetimeEndNanos(),
                record.noBindingSinceNanos() + record.policy().get(PolicyKey.SESSION_TRANSPORT_LOSS_TTL));
    }
}
