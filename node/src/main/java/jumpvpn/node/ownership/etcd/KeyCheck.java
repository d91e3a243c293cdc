package jumpvpn.node.ownership.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.Status;
import java.util.function.Consumer;
import jumpvpn.core.security.Hkdf;

/**
 * Whether all gateways of a prefix have one key: the first leaves there what only this key makes. Who finds something else can read nothing of the others', so it takes
 * no part. On the loop's thread alone.
 */
final class KeyCheck {
    private static final int LENGTH = 16;

    private final Keys keys;
    private final Transactions store;
    private final String prefix;
    private final ByteString ours;
    private boolean isSame;

    /** @param recordKey 32 bytes; what is left in the store tells nothing of it */
    KeyCheck(Keys keys, Transactions store, String prefix, byte[] recordKey) {
        this.keys = keys;
        this.store = store;
        this.prefix = prefix;
        byte[] value = Hkdf.derive(new byte[0], recordKey, "jumpvpn store check", new byte[0], LENGTH);
        ours = UnsafeByteOperations.unsafeWrap(value);
    }

    /** The store is another one. */
    void forget() {
        isSame = false;
    }

    /**
     * Asks the store, unless it has said so already.
     *
     * @param other hears, in words for the operator, that the key is another one
     */
    void check(Runnable same, Consumer<String> other, Consumer<Status> failed) {
        if (isSame) {
            same.run();
            return;
        }
        ByteString key = keys.first(Keys.CHECK);
        TxnRequest request = TxnRequest.newBuilder()
                .addCompare(Commits.absent(key))
                .addSuccess(Commits.put(key, ours.toByteArray()))
                .addFailure(Commits.get(key))
                .build();
        store.run(
                request,
                answer -> {
                    isSame = answer.getSucceeded() || isOurs(answer);
                    if (isSame) {
                        same.run();
                    } else {
                        other.accept("what is in etcd below \"" + prefix
                                + "\" was written by gateways with another secret, and this one can open nothing of it."
                                + " Give all gateways of one prefix the same [cluster] secret, or without one the same private-key;"
                                + " or give this one an [ownership] prefix of its own");
                    }
                },
                failed);
    }

    private boolean isOurs(TxnResponse answer) {
        ResponseOp found = answer.getResponses(0);
        return found.getResponseRange().getKvs(0).getValue().equals(ours);
    }
}
