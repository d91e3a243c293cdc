package jumpvpn.node.ownership.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import jumpvpn.core.ownership.ClockReading;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.session.SessionId;
import jumpvpn.node.host.SystemEntropy;
import org.junit.jupiter.api.Test;

/** All keys once, in order and of one revision, from a store that looks at all keys of a range, as etcd does. */
class ScanTest {
    private static final long REVISION = 71;

    private final Keys keys = new Keys("vpn/");
    private final TreeMap<ByteString, KeyValue> stored = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    private final List<RangeRequest> requests = new ArrayList<>();
    private final Random random = new Random(4);
    private long looked;

    private void range(RangeRequest request, Consumer<RangeResponse> then, Consumer<Status> failed) {
        requests.add(request);
        List<KeyValue> all = List.copyOf(
                stored.subMap(request.getKey(), request.getRangeEnd()).values());
        looked += all.size();
        int found = (int) Math.min(request.getLimit(), all.size());
        then.accept(RangeResponse.newBuilder()
                .setHeader(ResponseHeader.newBuilder().setRevision(REVISION + requests.size() - 1))
                .addAllKvs(all.subList(0, found))
                .setMore(found < all.size())
                .setCount(all.size())
                .build());
    }

    private List<ByteString> pages(char first, char last) {
        StoredRecords records = new StoredRecords(
                Crypto.jdk(new SystemEntropy()), new byte[32], () -> new ClockReading(1000, 1000), new SilentReports());
        List<ByteString> found = new ArrayList<>();
        List<Long> ends = new ArrayList<>();
        new Scan(keys, this::range, records, new Owners())
                .pages(
                        first,
                        last,
                        0,
                        (page, more) -> {
                            page.forEach(each -> found.add(each.getKey()));
                            more.run();
                        },
                        ends::add,
                        status -> ends.add(-1L));
        assertThat(ends).containsExactly(REVISION);
        return found;
    }

    private void put(ByteString key) {
        stored.put(key, KeyValue.newBuilder().setKey(key).build());
    }

    private void putRecords(int count, long highMask) {
        for (int i = 0; i < count; i++) {
            put(keys.of(Keys.RECORD, new SessionId(random.nextLong() & highMask, random.nextLong())));
        }
    }

    @Test
    void readsAllOnceAndLooksAtFewMore() {
        putRecords(20_000, -1);
        List<ByteString> records = List.copyOf(stored.keySet());
        put(keys.of(Keys.LOSS, new SessionId(1, 1)));
        put(keys.of((char) (Keys.RECORD + 1), new SessionId(0, 1)));

        assertThat(pages(Keys.RECORD, Keys.RECORD)).isEqualTo(records);
        assertThat(looked).isBetween(20_000L, 25_000L);
        assertThat(requests).hasSizeLessThan(150);
    }

    @Test
    void asksForOneRevision() {
        putRecords(2_000, -1);

        pages(Keys.RECORD, Keys.RECORD);

        assertThat(requests.getFirst().getRevision()).isZero();
        assertThat(requests.subList(1, requests.size())).allMatch(request -> request.getRevision() == REVISION);
    }

    @Test
    void readsKeysThatBeginAlike() {
        putRecords(3_000, 0xff);
        List<ByteString> all = List.copyOf(stored.keySet());

        assertThat(pages(Keys.RECORD, Keys.RECORD)).isEqualTo(all);
    }

    @Test
    void goesFromKindToKind() {
        putRecords(700, -1);
        put(keys.of(Keys.OWNER, new Owner(-1, 1)));
        put(keys.of(Keys.SIGN, new Owner(-1, 1)));
        put(keys.of(Keys.CLIENT, "aa".repeat(32)));

        assertThat(pages(Keys.SIGN, Keys.OWNER))
                .containsExactlyElementsOf(List.copyOf(stored.keySet()).subList(0, 3));
    }

    @Test
    void endsSoonWhereThereIsNothing() {
        assertThat(pages(Keys.RECORD, Keys.RECORD)).isEmpty();
        assertThat(requests).hasSizeLessThan(4);
    }

    @Test
    void passesStrangersKeys() {
        putRecords(1_000, -1);
        for (int i = 0; i < 600; i++) { // more than a page, so that one ends with a stranger's
            put(keys.first(Keys.RECORD).concat(ByteString.copyFrom(new byte[] {0, (byte) (i >> 8), (byte) i})));
        }

        assertThat(pages(Keys.RECORD, Keys.RECORD))
                .containsAll(stored.keySet().stream().skip(600).toList());
    }
}
