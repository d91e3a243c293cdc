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
    /** Positions in the first slice: a 256th of a kind's. */
    private static final long FIRST_WIDTH = 1 << 24;

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
                Keys.LOSS,
                Keys.LOSS,
                0,
                (page, more) -> {
                    page.forEach(loss -> losses.put(id(loss), loss));
                    more.run();
                },
                revision -> pages(
                        Keys.RECORD,
                        Keys.RECORD,
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
     * All keys of these kinds.
     *
     * @param revision as of which; 0: now
     * @param page hears of each page, and runs what goes on behind it, on the loop's thread
     */
    void pages(
            char first,
            char last,
            long revision,
            BiConsumer<List<KeyValue>, Runnable> page,
            LongConsumer end,
            Consumer<Status> failed) {
        new Walk(first, last, revision, page, end, failed).next();
    }

    /**
     * One slice of the keys after the other. Etcd looks at all keys of a range, also at those behind the limit: so a range must not have many more, and the slices are as
     * wide as the one before was full.
     */
    private final class Walk {
        private final long endPosition;
        private final BiConsumer<List<KeyValue>, Runnable> page;
        private final LongConsumer end;
        private final Consumer<Status> failed;
        private long revision;
        private ByteString from;
        private long position;
        private long width = FIRST_WIDTH;

        Walk(
                char first,
                char last,
                long revision,
                BiConsumer<List<KeyValue>, Runnable> page,
                LongConsumer end,
                Consumer<Status> failed) {
            this.position = Keys.position(first);
            this.endPosition = Keys.position((char) (last + 1));
            this.from = keys.at(position);
            this.revision = revision;
            this.page = page;
            this.end = end;
            this.failed = failed;
        }

        void next() {
            long to = Math.min(position + width, endPosition);
            RangeRequest request = RangeRequest.newBuilder()
                    .setKey(from)
                    .setRangeEnd(keys.at(to))
                    .setLimit(PAGE)
                    .setRevision(revision)
                    .build();
            store.range(request, answer -> answered(answer, to), failed);
        }

        private void answered(RangeResponse answer, long to) {
            revision = revision == 0 ? answer.getHeader().getRevision() : revision;
            List<KeyValue> found = answer.getKvsList();
            width = Math.max(1, (to - position) * (PAGE / 2) / Math.max(1, answer.getCount()));
            if (answer.getMore()) {
                ByteString last = found.getLast().getKey();
                from = last.concat(ByteString.copyFrom(new byte[1]));
                position = keys.position(last);
            } else {
                from = keys.at(to);
                position = to;
            }
            page.accept(found, () -> {
                if (position < endPosition) {
                    next();
                } else {
                    end.accept(revision);
                }
            });
        }
    }
}
