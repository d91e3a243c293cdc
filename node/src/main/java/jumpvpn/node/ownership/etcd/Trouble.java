package jumpvpn.node.ownership.etcd;

import io.grpc.Status;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import jumpvpn.node.ownership.Reports;
import org.jspecify.annotations.Nullable;

/**
 * Why nothing is committed at present: said once when it begins and once when it is over. At the start a store has a while to answer before that is trouble, since both
 * may have been started just now.
 */
final class Trouble {
    private static final String BEGIN = "etcd has not answered yet";
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Reports reports;
    private final LongSupplier nanos;
    private final long beganNanos;
    private boolean wasWell;
    private volatile @Nullable String why = BEGIN;
    private boolean isSaid;

    /** @param nanos a clock, from any zero */
    Trouble(Reports reports, LongSupplier nanos) {
        this.reports = reports;
        this.nanos = nanos;
        beganNanos = nanos.getAsLong();
    }

    /** Why; null: all is well. Any thread. */
    @Nullable
    String why() {
        return why;
    }

    /** A call has failed. On the loop's thread alone, as all that follow. @param what does not go */
    void is(String what, Status status) {
        is(what + ": " + Failures.text(status), wasWell || !Failures.isOfMember(status) || Failures.isOfTls(status));
    }

    void is(String text) {
        is(text, wasWell);
    }

    /** Nothing to wait for. */
    void isSurely(String text) {
        is(text, true);
    }

    private void is(String text, boolean isSure) {
        if (!isSaid && (isSure || nanos.getAsLong() - beganNanos >= PATIENCE_NANOS)) {
            isSaid = true;
            reports.error(text + ". Nothing is accepted meanwhile; sessions go on until the lease ends");
        }
        why = text;
    }

    void isOver() {
        if (isSaid) {
            isSaid = false;
            reports.warn("etcd answers again: this gateway has a lease");
        }
        wasWell = true;
        why = null;
    }
}
