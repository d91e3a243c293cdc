package jumpvpn.node.ownership.etcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.ResponseOp;
import java.util.List;
import java.util.function.Consumer;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable.Reading;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/** Reads of single records, with what loss and sign of life make of them. On the loop's thread alone. */
final class Reads {
    /** Gets in one transaction; etcd's limit is 128. */
    static final int MOST_TOGETHER = 120;

    private static final int BYTES = 128;
    private static final int TRIES = 2;
    private static final Reading NONE = new Reading.None();
    private static final Reading UNAVAILABLE = new Reading.Unavailable();

    private final Keys keys;
    private final StoredRecords records;
    private final Batches batches;
    private final Owners owners;
    private long count;

    Reads(Keys keys, StoredRecords records, Batches batches, Owners owners) {
        this.keys = keys;
        this.records = records;
        this.batches = batches;
        this.owners = owners;
    }

    /** How many records were asked for so far. */
    long count() {
        return count;
    }

    void read(SessionId id, Consumer<Reading> done) {
        count++;
        ask(
                List.of(keys.of(Keys.RECORD, id), keys.of(Keys.LOSS, id)),
                found -> done.accept(reading(found.get(0), found.get(1))),
                done);
    }

    /** Two steps, which a commit may come between; then once more. */
    void readClient(String clientKey, Consumer<Reading> done) {
        readClient(clientKey, TRIES, done);
    }

    private void readClient(String clientKey, int tries, Consumer<Reading> done) {
        if (tries == 0) {
            done.accept(UNAVAILABLE);
            return;
        }
        ask(
                List.of(keys.of(Keys.LIVE, clientKey)),
                answers -> {
                    KeyValue live = first(answers.getFirst());
                    if (live == null || live.getValue().size() != SessionId.LENGTH) {
                        done.accept(NONE);
                        return;
                    }
                    read(SessionId.of(live.getValue().toByteArray()), reading -> {
                        if (reading instanceof Reading.Found found && !isLiveOf(found.record(), clientKey)) {
                            readClient(clientKey, tries - 1, done);
                        } else {
                            done.accept(reading);
                        }
                    });
                },
                done);
    }

    private static boolean isLiveOf(SessionRecord record, String clientKey) {
        return record.isLive() && record.clientKey().equals(clientKey);
    }

    private void ask(List<ByteString> gets, Consumer<List<ResponseOp>> then, Consumer<Reading> done) {
        batches.ask(new Batches.Asked(
                gets.stream().map(Commits::get).toList(),
                List.of(),
                BYTES * gets.size(),
                then,
                _ -> done.accept(UNAVAILABLE)));
    }

    private Reading reading(ResponseOp recordFound, ResponseOp lossFound) {
        KeyValue stored = first(recordFound);
        if (stored == null) {
            return NONE;
        }
        SessionRecord record = records.decode(stored.getValue().toByteArray());
        if (record == null || !owners.isKnown()) {
            return UNAVAILABLE;
        }
        SessionRecord moved = records.moved(record, stored, first(lossFound), owners.signWallNanos(record.owner()));
        return new Reading.Found(moved, !owners.isAlive(record.owner()));
    }

    private static @Nullable KeyValue first(ResponseOp answer) {
        return answer.getResponseRange().getKvsCount() == 0
                ? null
                : answer.getResponseRange().getKvs(0);
    }
}
