package jumpvpn.node.ownership.etcd;

import io.grpc.Status;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
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
    /** In {@link #CALM_NANOS}; with more the storm is not over. */
    private static final long MOST_READS = 1_000;

    private static final int MOST_PUT_OFF = (int) (SOON_NANOS / CALM_NANOS) - 1;

    private final Scan scan;
    private final Owners owners;
    private final EventLoop loop;
    private final LongSupplier bootNanos;
    private final LongSupplier reads;
    private final Consumer<SessionRecord> told;
    private long readsBefore;
    private int putOff;
    private @Nullable ScheduledFuture<?> next;
    private boolean isLooking;

    /** @param reads how many records clients have had read so far */
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
        scan.records(owner -> !owners.isAlive(owner), new Look());
    }

    /** One look at all records. */
    private final class Look implements Scan.Found {
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
                lookIn(Math.max(SOON_NANOS, earliestNanos - bootNanos.getAsLong()));
            }
        }

        @Override
        public void failed(Status status) {
            isLooking = false;
            lookIn(CALM_NANOS);
        }
    }

    /** What is due is told within {@link #SOON_NANOS} all the same. */
    private boolean isStorm() {
        long sinceBefore = reads.getAsLong() - readsBefore;
        readsBefore += sinceBefore;
        return sinceBefore > MOST_READS && ++putOff <= MOST_PUT_OFF;
    }

    private static long dueNanos(SessionRecord record) {
        return Math.min(
                record.lifetimeEndNanos(),
                record.noBindingSinceNanos() + record.policy().get(PolicyKey.SESSION_TRANSPORT_LOSS_TTL));
    }
}
