package jumpvpn.node.ownership.etcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.grpc.Status;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.RecordCodec;
import jumpvpn.core.ownership.SessionRecord;
import org.jspecify.annotations.Nullable;

/** Reads many keys, page by page, all as of one revision. On the loop's thread alone, which does other things between two pages. */
final class Scan {
    private static final int PAGE = 500;

    private final Keys keys;
    private final Ranges store;
    private final StoredRecords records;
    private final Owners owners;

    Scan(Keys keys, Ranges store, StoredRecords records, Owners owners) {
        this.keys = keys;
        this.store = store;
        this.records = records;
        this.owners = owners;
    }

    /** A store whose keys can be read. */
    interface Ranges {
        /** Reads some; either answer comes within the deadline, once. */
        void range(RangeRequest request, Consumer<RangeResponse> then, Consumer<Status> failed);
    }

    /** Hears what a scan finds. */
    interface Found {
        void record(SessionRecord record);

        /** A page was found. @param more goes on, once, on the loop's thread: with the next one, or the end */
        default void page(Runnable more) {
            more.run();
        }

        /** That was all. */
        void end();

        /** It could not go on. */
        void failed(Status status);
    }

    /** All records whose owner is wanted, by id, with what losses and signs of life make of them. */
    void records(Predicate<Owner> wanted, Found found) {
        Map<ByteString, KeyValue> losses = new HashMap<>();
        pages(
                keys.first(Keys.LOSS),
                keys.after(Keys.LOSS),
                0,
                (page, more) -> {
                    page.forEach(loss -> losses.put(id(loss), loss));
                    more.run();
                },
                revision -> pages(
                        keys.first(Keys.RECORD),
                        keys.after(Keys.RECORD),
                        revision,
                        (page, more) -> {
                            page.forEach(stored -> take(stored, losses.get(id(stored)), wanted, found));
                            found.page(more);
                        },
                        _ -> found.end(),
                        found::failed),
                found::failed);
    }

    private ByteString id(KeyValue stored) {
        return ByteString.copyFrom(keys.rest(stored.getKey()));
    }

    private void take(KeyValue stored, @Nullable KeyValue loss, Predicate<Owner> wanted, Found found) {
        byte[] bytes = stored.getValue().toByteArray();
        Owner owner = RecordCodec.owner(bytes);
        if (owner != null && !wanted.test(owner)) {
            return;
        }
        SessionRecord record = records.decode(bytes);
        if (record != null) {
            found.record(records.moved(record, stored, loss, owners.signWallNanos(record.owner())));
        }
    }

    /**
     * All keys of a range.
     *
     * @param revision as of which; 0: now
     * @param page hears of each page, and runs what goes on behind it, on the loop's thread
     */
    void pages(
            ByteString from,
            ByteString to,
            long revision,
            BiConsumer<List<KeyValue>, Runnable> page,
            LongConsumer end,
            Consumer<Status> failed) {
        RangeRequest request = RangeRequest.newBuilder()
                .setKey(from)
                .setRangeEnd(to)
                .setLimit(PAGE)
                .setRevision(revision)
                .build();
        store.range(
                request,
                answer -> next(
                        answer, to, revision == 0 ? answer.getHeader().getRevision() : revision, page, end, failed),
                failed);
    }

    private void next(
            RangeResponse answer,
            ByteString to,
            long revision,
            BiConsumer<List<KeyValue>, Runnable> page,
            LongConsumer end,
            Consumer<Status> failed) {
        page.accept(answer.getKvsList(), () -> {
            if (answer.getMore()) {
                ByteString last = answer.getKvs(answer.getKvsCount() - 1).getKey();
                pages(last.concat(ByteString.copyFrom(new byte[1])), to, revision, page, end, failed);
            } else {
                end.accept(revision);
            }
        });
    }
}
