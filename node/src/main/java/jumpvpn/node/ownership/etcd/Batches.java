package jumpvpn.node.ownership.etcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import jumpvpn.core.ownership.SessionTable.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Puts what is asked together into few transactions: while fewer than {@link #MOST_UNDER_WAY} are under way whoever asks goes at once, else with all that wait then.
 * No two that write one key go together: etcd would refuse both. One thread.
 */
final class Batches {
    /** Transactions under way. */
    static final int MOST_UNDER_WAY = 4;
    /** Who wait. */
    static final int MOST_WAITING = 16_384;

    private static final int MOST_BYTES = 1 << 20;
    private static final int MOST_SKIPPED = 256;

    /** What guards a batch: without it, nothing of the batch happens. */
    interface Guard {
        /** What must hold; null: it can't. */
        @Nullable
        List<Compare> compares();

        /** It did not hold. */
        void broken(List<Compare> compares);
    }

    /** Nothing has to hold. */
    static final Guard NONE = new Guard() {
        @Override
        public List<Compare> compares() {
            return List.of();
        }

        @Override
        public void broken(List<Compare> compares) {
            throw new IllegalStateException("nothing had to hold");
        }
    };

    /**
     * What somebody asks.
     *
     * @param operations etcd's, in order
     * @param written the keys that they may write
     * @param bytes about how long they are
     * @param then hears their answers
     * @param failed hears UNAVAILABLE (nothing has happened) or UNKNOWN instead
     */
    record Asked(
            List<RequestOp> operations,
            List<ByteString> written,
            int bytes,
            Consumer<List<ResponseOp>> then,
            Consumer<Outcome> failed) {}

    private final Transactions store;
    private final int mostOperations;
    private final Guard guard;
    private final Consumer<Status> refused;
    private final ArrayDeque<Asked> waiting = new ArrayDeque<>();
    private int underWay;

    /**
     * @param mostOperations in one transaction
     * @param refused hears why the store refused a transaction
     */
    Batches(Transactions store, int mostOperations, Guard guard, Consumer<Status> refused) {
        this.store = store;
        this.mostOperations = mostOperations;
        this.guard = guard;
        this.refused = refused;
    }

    void ask(Asked asked) {
        if (waiting.size() >= MOST_WAITING) {
            asked.failed.accept(Outcome.UNAVAILABLE);
            return;
        }
        waiting.add(asked);
        send();
    }

    /** Nobody waits and nothing is under way. */
    boolean isIdle() {
        return waiting.isEmpty() && underWay == 0;
    }

    private void send() {
        while (underWay < MOST_UNDER_WAY && !waiting.isEmpty()) {
            List<Compare> compares = guard.compares();
            if (compares == null || store.isDown()) {
                List<Asked> all = List.copyOf(waiting);
                waiting.clear();
                all.forEach(asked -> asked.failed.accept(Outcome.UNAVAILABLE));
            } else {
                send(compares, next());
            }
        }
    }

    /** As many as go together, in their order; who has to wait for one before him is not overtaken. */
    private List<Asked> next() {
        List<Asked> batch = new ArrayList<>();
        ArrayDeque<Asked> skipped = new ArrayDeque<>();
        Set<ByteString> written = new HashSet<>();
        int operations = 0;
        int bytes = 0;
        while (!waiting.isEmpty() && skipped.size() < MOST_SKIPPED) {
            Asked asked = waiting.element();
            boolean isFull = operations + asked.operations.size() > mostOperations || bytes + asked.bytes > MOST_BYTES;
            if (isFull && !batch.isEmpty()) {
                break;
            }
            waiting.remove();
            boolean isAlone = asked.written.stream().noneMatch(written::contains);
            written.addAll(asked.written);
            if (isAlone) {
                batch.add(asked);
                operations += asked.operations.size();
                bytes += asked.bytes;
            } else {
                skipped.add(asked);
            }
        }
        while (!skipped.isEmpty()) {
            waiting.addFirst(skipped.removeLast());
        }
        return batch;
    }

    private void send(List<Compare> compares, List<Asked> batch) {
        TxnRequest.Builder request = TxnRequest.newBuilder().addAllCompare(compares);
        batch.forEach(asked -> request.addAllSuccess(asked.operations));
        underWay++;
        store.run(request.build(), response -> answered(compares, batch, response), status -> failed(batch, status));
    }

    private void answered(List<Compare> compares, List<Asked> batch, TxnResponse response) {
        underWay--;
        if (response.getSucceeded()) {
            int at = 0;
            for (Asked asked : batch) {
                int end = at + asked.operations.size();
                asked.then.accept(response.getResponsesList().subList(at, end));
                at = end;
            }
        } else {
            guard.broken(compares);
            batch.forEach(asked -> asked.failed.accept(Outcome.UNAVAILABLE));
        }
        send();
    }

    private void failed(List<Asked> batch, Status status) {
        underWay--;
        Outcome outcome = Failures.outcome(status);
        if (outcome == Outcome.UNAVAILABLE) {
            refused.accept(status);
        }
        batch.forEach(asked -> asked.failed.accept(outcome));
        send();
    }
}
