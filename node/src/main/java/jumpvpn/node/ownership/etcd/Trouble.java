package jumpvpn.node.ownership.etcd;

import jumpvpn.node.ownership.Reports;
import org.jspecify.annotations.Nullable;

/** Why nothing is committed at present: said once when it begins and once when it is over. */
final class Trouble {
    private static final String BEGIN = "etcd has not answered yet";

    private final Reports reports;
    private volatile @Nullable String why = BEGIN;
    private boolean isSaid;

    Trouble(Reports reports) {
        this.reports = reports;
    }

    /** Why; null: all is well. Any thread. */
    @Nullable
    String why() {
        return why;
    }

    /** On the loop's thread alone, as {@link #isOver}. */
    void is(String text) {
        if (!isSaid) {
            isSaid = true;
            reports.error(text + ". Nothing is accepted until it answers; sessions go on until the lease ends");
        }
        why = text;
    }

    void isOver() {
        if (isSaid) {
            isSaid = false;
            reports.warn("etcd answers again: this gateway has a lease");
        }
        why = null;
    }
}
