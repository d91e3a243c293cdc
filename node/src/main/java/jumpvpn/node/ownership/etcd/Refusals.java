package jumpvpn.node.ownership.etcd;

import io.grpc.Status;
import java.util.function.Consumer;
import jumpvpn.node.ownership.Reports;

/** Says, once, that etcd refused a transaction. */
final class Refusals implements Consumer<Status> {
    private final Reports reports;
    private boolean isSaid;

    Refusals(Reports reports) {
        this.reports = reports;
    }

    @Override
    public void accept(Status status) {
        if (!isSaid) {
            isSaid = true;
            reports.error("etcd refused a transaction: " + Failures.text(status) + ". Said once, more may follow");
        }
    }
}
