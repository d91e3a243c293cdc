package jumpvpn.node.ownership.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import jumpvpn.core.ownership.RecordCodec;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable.Change;
import jumpvpn.core.ownership.SessionTable.Outcome;

/**
 * A commit as one nested transaction, so that it stands or falls alone in its batch. If the epochs are as expected then the writes, else the records are read: one that
 * bears the commit's own id shows that an earlier try got in.
 *
 * <pre>
 * live to live  e = expected                        put s, put e
 * end           e = expected                        put s, delete e, delete c (unless a birth of the same commit puts it)
 * birth         no e, no s, c absent or of a        put s, put e, put c
 *               session that this commit ends
 * removal       no e                                delete s, delete l
 * </pre>
 *
 * What ends is written before what is born, so whoever watches hears it in that order.
 */
final class Commits {
    private final Keys keys;
    private final StoredRecords records;
    private final boolean isFenced;

    /** @param isFenced false: nothing is compared, as only a planted fault wants it */
    Commits(Keys keys, StoredRecords records, boolean isFenced) {
        this.keys = keys;
        this.records = records;
        this.isFenced = isFenced;
    }

    /** A commit as something to ask. On the control thread: it encodes. */
    Batches.Asked ask(long commitId, List<Change> changes, Consumer<Outcome> done) {
        return new Draft(changes).ask(commitId, done);
    }

    private final class Draft {
        private final List<Change> changes;
        private final TxnRequest.Builder request = TxnRequest.newBuilder();
        private final List<ByteString> written = new ArrayList<>();
        private int bytes;

        Draft(List<Change> changes) {
            this.changes = changes;
            changes.stream().filter(change -> !isBirth(change)).forEach(this::add);
            changes.stream().filter(Draft::isBirth).forEach(this::add);
        }

        private static boolean isBirth(Change change) {
            return change.expectedEpoch() == 0 && change.record() != null;
        }

        Batches.Asked ask(long commitId, Consumer<Outcome> done) {
            RequestOp nested = RequestOp.newBuilder().setRequestTxn(request).build();
            return new Batches.Asked(
                    List.of(nested),
                    written,
                    bytes,
                    answers -> done.accept(outcome(commitId, answers.getFirst().getResponseTxn())),
                    done);
        }

        private void add(Change change) {
            SessionRecord record = change.record();
            ByteString epochKey = keys.of(Keys.EPOCH, change.id());
            ByteString recordKey = keys.of(Keys.RECORD, change.id());
            if (change.expectedEpoch() > 0) {
                compare(value(epochKey, Keys.epoch(change.expectedEpoch())));
            } else {
                compare(absent(epochKey));
            }
            request.addFailure(get(recordKey));
            if (record == null) {
                delete(recordKey);
                delete(keys.of(Keys.LOSS, change.id()));
                return;
            }
            put(recordKey, records.encode(record));
            if (isBirth(change)) {
                compare(absent(recordKey));
            }
            if (record.isLive()) {
                int epoch = record.version().epoch();
                if (epoch != change.expectedEpoch()) {
                    put(epochKey, Keys.epoch(epoch));
                }
                if (isBirth(change)) {
                    bear(record);
                }
            } else if (change.expectedEpoch() > 0) {
                delete(epochKey);
                if (changes.stream().noneMatch(each -> bears(each, record.clientKey()))) {
                    delete(keys.of(Keys.LIVE, record.clientKey()));
                }
            }
        }

        private static boolean bears(Change change, String clientKey) {
            SessionRecord record = change.record();
            return isBirth(change)
                    && record != null
                    && record.isLive()
                    && record.clientKey().equals(clientKey);
        }

        private void bear(SessionRecord record) {
            ByteString liveKey = keys.of(Keys.LIVE, record.clientKey());
            Compare free = absent(liveKey);
            for (Change change : changes) {
                SessionRecord other = change.record();
                if (other != null && !other.isLive() && other.clientKey().equals(record.clientKey())) {
                    free = value(liveKey, change.id().bytes());
                }
            }
            compare(free);
            put(liveKey, record.id().bytes());
        }

        private void compare(Compare compare) {
            if (isFenced) {
                request.addCompare(compare);
            }
        }

        private void put(ByteString key, byte[] value) {
            request.addSuccess(Commits.put(key, value));
            written.add(key);
            bytes += key.size() + value.length;
        }

        private void delete(ByteString key) {
            request.addSuccess(Commits.delete(key));
            written.add(key);
            bytes += key.size();
        }
    }

    /** Whether a client's birth after the end of another session of his, or the epochs, stood in the way. */
    private static Outcome outcome(long commitId, TxnResponse response) {
        if (response.getSucceeded()) {
            return Outcome.COMMITTED;
        }
        for (ResponseOp answer : response.getResponsesList()) {
            for (KeyValue found : answer.getResponseRange().getKvsList()) {
                if (RecordCodec.isOfCommit(found.getValue().toByteArray(), commitId)) {
                    return Outcome.COMMITTED;
                }
            }
        }
        return Outcome.REFUSED;
    }

    static RequestOp get(ByteString key) {
        return RequestOp.newBuilder()
                .setRequestRange(RangeRequest.newBuilder().setKey(key))
                .build();
    }

    static RequestOp put(ByteString key, byte[] value) {
        return RequestOp.newBuilder()
                .setRequestPut(PutRequest.newBuilder().setKey(key).setValue(UnsafeByteOperations.unsafeWrap(value)))
                .build();
    }

    static RequestOp delete(ByteString key) {
        return RequestOp.newBuilder()
                .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(key))
                .build();
    }

    static Compare absent(ByteString key) {
        return Compare.newBuilder()
                .setKey(key)
                .setTarget(Compare.CompareTarget.VERSION)
                .setResult(Compare.CompareResult.EQUAL)
                .setVersion(0)
                .build();
    }

    static Compare value(ByteString key, byte[] value) {
        return Compare.newBuilder()
                .setKey(key)
                .setTarget(Compare.CompareTarget.VALUE)
                .setResult(Compare.CompareResult.EQUAL)
                .setValue(UnsafeByteOperations.unsafeWrap(value))
                .build();
    }

    static Compare createdAt(ByteString key, long revision) {
        return Compare.newBuilder()
                .setKey(key)
                .setTarget(Compare.CompareTarget.CREATE)
                .setResult(Compare.CompareResult.EQUAL)
                .setCreateRevision(revision)
                .build();
    }
}
