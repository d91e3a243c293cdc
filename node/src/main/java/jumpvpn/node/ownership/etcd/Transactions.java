package jumpvpn.node.ownership.etcd;

import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.Status;
import java.util.function.Consumer;

/** A store that runs transactions. */
interface Transactions {
    /** Runs one; either answer comes within the deadline, once. */
    void run(TxnRequest request, Consumer<TxnResponse> then, Consumer<Status> failed);

    /** Nothing has answered of late: to ask would be in vain. */
    boolean isDown();
}
