package jumpvpn.node.ownership.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Against a store that answers when the test says so. */
class BatchesTest {
    private static final Compare FENCE =
            Compare.newBuilder().setKey(ByteString.copyFromUtf8("fence")).build();

    private record Call(TxnRequest request, Consumer<TxnResponse> then, Consumer<Status> failed) {
        List<String> keys() {
            return request.getSuccessList().stream()
                    .map(operation -> operation.getRequestPut().getKey().toStringUtf8())
                    .toList();
        }

        /** Each operation is answered by its own number. */
        void succeed() {
            TxnResponse.Builder response = TxnResponse.newBuilder().setSucceeded(true);
            for (int i = 0; i < request.getSuccessCount(); i++) {
                response.addResponses(ResponseOp.newBuilder()
                        .setResponseTxn(TxnResponse.newBuilder()
                                .setHeader(ResponseHeader.newBuilder().setRevision(i))));
            }
            then.accept(response.build());
        }
    }

    private final ArrayDeque<Call> calls = new ArrayDeque<>();
    private final List<String> heard = new ArrayList<>();
    private final List<Status> refused = new ArrayList<>();
    private boolean isDown;
    private boolean hasLease = true;
    private int broken;

    private final Batches batches = new Batches(
            new Transactions() {
                @Override
                public void run(TxnRequest request, Consumer<TxnResponse> then, Consumer<Status> failed) {
                    calls.add(new Call(request, then, failed));
                }

                @Override
                public boolean isDown() {
                    return isDown;
                }
            },
            4,
            new Batches.Guard() {
                @Override
                public @Nullable List<Compare> compares() {
                    return hasLease ? List.of(FENCE) : null;
                }

                @Override
                public void broken(List<Compare> compares) {
                    broken++;
                    hasLease = false;
                }
            },
            refused::add);

    private void ask(String key) {
        RequestOp put = RequestOp.newBuilder()
                .setRequestPut(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)))
                .build();
        batches.ask(new Batches.Asked(
                List.of(put),
                List.of(ByteString.copyFromUtf8(key)),
                100,
                answers -> heard.add(key + " "
                        + answers.getFirst().getResponseTxn().getHeader().getRevision()),
                outcome -> heard.add(key + " " + outcome)));
    }

    private void fill() {
        for (int i = 1; i <= Batches.MOST_UNDER_WAY; i++) {
            ask("first" + i);
        }
        assertThat(calls).hasSize(Batches.MOST_UNDER_WAY);
    }

    @Test
    void whoComesWhileFewAreUnderWayGoesAtOnceTheOthersTogether() {
        fill();
        for (String key : List.of("a", "b", "c", "d", "e")) {
            ask(key);
        }
        assertThat(calls).hasSize(4);
        calls.remove().succeed();
        assertThat(calls.getLast().keys()).containsExactly("a", "b", "c", "d");
        assertThat(calls.getLast().request.getCompareList()).containsExactly(FENCE);
        calls.getLast().succeed();
        assertThat(heard).containsExactly("first1 0", "a 0", "b 1", "c 2", "d 3");
        assertThat(calls.getLast().keys()).containsExactly("e");
        assertThat(batches.isIdle()).isFalse();
        new ArrayList<>(calls).subList(0, 3).forEach(Call::succeed);
        calls.getLast().succeed();
        assertThat(batches.isIdle()).isTrue();
    }

    @Test
    void whoWritesTheSameKeyWaitsAndIsNotOvertaken() {
        fill();
        for (String key : List.of("a", "b", "a", "a", "c")) {
            ask(key);
        }
        calls.remove().succeed();
        assertThat(calls.removeLast().keys()).containsExactly("a", "b", "c");
        calls.remove().succeed();
        assertThat(calls.removeLast().keys()).containsExactly("a");
        calls.remove().succeed();
        assertThat(calls.removeLast().keys()).containsExactly("a");
    }

    @Test
    void whatFailedIsUnknownUnlessEtcdRefusedIt() {
        ask("a");
        ask("b");
        calls.remove().failed.accept(Status.DEADLINE_EXCEEDED);
        calls.remove().failed.accept(Status.RESOURCE_EXHAUSTED);
        assertThat(heard).containsExactly("a UNKNOWN", "b UNAVAILABLE");
        assertThat(refused).containsExactly(Status.RESOURCE_EXHAUSTED);
    }

    @Test
    void withoutALeaseNothingIsSent() {
        fill();
        ask("a");
        calls.remove().then.accept(TxnResponse.newBuilder().setSucceeded(false).build());
        assertThat(broken).isEqualTo(1);
        assertThat(heard).containsExactly("first1 UNAVAILABLE", "a UNAVAILABLE");
        ask("b");
        assertThat(heard).endsWith("b UNAVAILABLE");
        assertThat(calls).hasSize(3);
    }

    @Test
    void nobodyIsAskedWhoIsDown() {
        isDown = true;
        ask("a");
        assertThat(heard).containsExactly("a UNAVAILABLE");
        assertThat(calls).isEmpty();
    }

    @Test
    void notEverybodyCanWait() {
        fill();
        for (int i = 0; i < Batches.MOST_WAITING; i++) {
            ask("x" + i);
        }
        assertThat(heard).isEmpty();
        ask("too many");
        assertThat(heard).containsExactly("too many UNAVAILABLE");
    }
}
