package jumpvpn.node.ownership.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeyCheckTest {
    private static final byte[] KEY = new byte[32];
    private static final byte[] OTHER_KEY = {1};

    private final One store = new One();
    private final List<String> heard = new ArrayList<>();

    /** A store of one value. */
    private static final class One implements Transactions {
        private @Nullable ByteString value;
        private boolean isAway;
        private int asked;

        @Override
        public void run(TxnRequest request, Consumer<TxnResponse> then, Consumer<Status> failed) {
            asked++;
            if (isAway) {
                failed.accept(Status.UNAVAILABLE);
            } else if (value == null) {
                value = request.getSuccess(0).getRequestPut().getValue();
                then.accept(TxnResponse.newBuilder().setSucceeded(true).build());
            } else {
                RangeResponse found = RangeResponse.newBuilder()
                        .addKvs(KeyValue.newBuilder().setValue(value))
                        .build();
                then.accept(TxnResponse.newBuilder()
                        .addResponses(ResponseOp.newBuilder().setResponseRange(found))
                        .build());
            }
        }

        @Override
        public boolean isDown() {
            return false;
        }
    }

    private KeyCheck of(byte[] key) {
        return new KeyCheck(new Keys("vpn/"), store, "vpn/", key);
    }

    private List<String> check(KeyCheck check) {
        heard.clear();
        check.check(() -> heard.add("same"), heard::add, status -> heard.add("failed " + status.getCode()));
        return heard;
    }

    @Test
    void theFirstIsRightAndSoIsWhoHasItsKey() {
        assertThat(check(of(KEY))).containsExactly("same");
        assertThat(check(of(KEY))).containsExactly("same");
        assertThat(store.value).isNotEqualTo(ByteString.copyFrom(KEY));
    }

    @Test
    void whoHasAnotherIsToldWhatToDo() {
        check(of(KEY));
        assertThat(check(of(OTHER_KEY))).singleElement().asString().contains("\"vpn/\"", "[cluster] secret", "prefix");
    }

    @Test
    void whatIsKnownIsNotAskedAgainUnlessTheStoreIsAnother() {
        KeyCheck check = of(KEY);
        check(check);
        check(check);
        assertThat(store.asked).isEqualTo(1);
        check.forget();
        store.value = ByteString.copyFromUtf8("another's");
        assertThat(check(check)).singleElement().asString().contains("another secret");
    }

    @Test
    void aFailureProvesNothing() {
        store.isAway = true;
        KeyCheck check = of(KEY);
        assertThat(check(check)).containsExactly("failed UNAVAILABLE");
        store.isAway = false;
        assertThat(check(check)).containsExactly("same");
    }
}
