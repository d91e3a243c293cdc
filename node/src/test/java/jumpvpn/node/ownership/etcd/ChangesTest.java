package jumpvpn.node.ownership.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.grpc.Status;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.ownership.ClockReading;
import jumpvpn.core.ownership.Member;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable.Watcher;
import jumpvpn.core.ownership.SwitchTimes;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import jumpvpn.node.host.SystemEntropy;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is told when all is told again, by a store that answers when the test says so and a clock that the test moves. */
class ChangesTest {
    private record Asked(RangeRequest request, Consumer<RangeResponse> then, Consumer<Status> failed) {}

    private final Keys keys = new Keys("vpn/");
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final ArrayDeque<Asked> asked = new ArrayDeque<>();
    private final ArrayDeque<Runnable> later = new ArrayDeque<>();
    private final List<String> heard = new ArrayList<>();
    private final Crypto crypto = Crypto.jdk(new SystemEntropy());
    private final StoredRecords records =
            new StoredRecords(crypto, new byte[32], () -> new ClockReading(1000, 1000), new SilentReports());
    private final Changes changes = changes();

    private Changes changes() {
        EtcdSessionTable.Setting setting = new EtcdSessionTable.Setting(
                List.of(URI.create("http://127.0.0.1:1")), Duration.ofSeconds(3), "vpn/", null, null);
        Store unused = new Store(new Endpoints(setting, null, channel.eventLoop()), new Latencies(), () -> {});
        Trouble trouble = new Trouble(new SilentReports(), () -> 0);
        LeaseHolder holder = new LeaseHolder(
                keys,
                unused,
                records,
                channel.eventLoop(),
                new Member("fra1", 1, List.of(), null, false),
                setting.lease(),
                new KeyCheck(keys, unused, "vpn/", new byte[32]),
                trouble);
        Owners owners = new Owners();
        Scan scan =
                new Scan(keys, (request, then, failed) -> asked.add(new Asked(request, then, failed)), records, owners);
        ClientList clients = new ClientList(keys, new ClientCodec(crypto, new byte[32]), unused, new SilentReports());
        Changes made =
                new Changes(keys, records, scan, owners, clients, holder, trouble, channel.eventLoop(), later::add);
        made.watch(new Watcher() {
            @Override
            public void committed(SessionId id, @Nullable SessionRecord record) {
                heard.add(id.low() + (record == null ? " removed" : " " + record.commitId()));
            }

            @Override
            public void ownerGone(SessionRecord record) {}
        });
        return made;
    }

    @AfterEach
    void close() {
        channel.close();
    }

    private KeyValue record(long id, long commitId) {
        SessionRecord record = new SessionRecord(
                new SessionId(3, id),
                "aa".repeat(32),
                "laptop",
                new Owner(2, 1),
                commitId,
                List.of(new SessionRecord.Row(
                        StateVersion.of(1, 0), SessionState.VOLATILE, SessionState.ATTACHED, ReasonCode.HANDSHAKE_OK)),
                List.of(new SessionSecret(7, new byte[32])),
                "00112233445566778899aabbccddeeff",
                List.of(Prefix.parse("10.77.0.9/24")),
                Policy.DEFAULT,
                2000,
                500,
                new SwitchTimes(500, Long.MIN_VALUE, List.of()));
        return KeyValue.newBuilder()
                .setKey(keys.of(Keys.RECORD, record.id()))
                .setValue(ByteString.copyFrom(records.encode(record)))
                .build();
    }

    /** The losses are read, there are none; the records come next. */
    private void noLosses() {
        while (keys.kind(asked.element().request.getKey().concat(ByteString.copyFrom(new byte[12]))) == Keys.LOSS) {
            asked.remove().then.accept(RangeResponse.getDefaultInstance());
        }
    }

    /** What was found was handled; in all other slices there is nothing. */
    private void noMore() {
        deliver();
        while (!asked.isEmpty()) {
            answer(false);
            deliver();
        }
    }

    private void answer(boolean hasMore, KeyValue... found) {
        asked.remove()
                .then
                .accept(RangeResponse.newBuilder()
                        .addAllKvs(List.of(found))
                        .setMore(hasMore)
                        .build());
    }

    private void deliver() {
        while (!later.isEmpty()) {
            later.remove().run();
        }
        channel.runPendingTasks();
    }

    private void pass(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void whatFailedIsTriedAgainAfterAPauseAndWhatChangedMeanwhileIsNotToldAnOlderWay() {
        channel.freezeTime();
        changes.begun(true);
        asked.remove().failed.accept(Status.PERMISSION_DENIED);
        pass(99);
        assertThat(asked).as("not at once").isEmpty();
        changes.put(record(1, 5));
        pass(1);
        noLosses();
        answer(false, record(1, 4), record(2, 4));
        noMore();
        assertThat(heard).containsExactly("1 5", "2 4");
    }

    @Test
    void aScanThatALaterOneHasSupersededTellsNothing() {
        channel.freezeTime();
        changes.begun(true);
        noLosses();
        Asked superseded = asked.remove();
        changes.begun(true);
        superseded.then.accept(RangeResponse.newBuilder().addKvs(record(1, 4)).build());
        noLosses();
        answer(false, record(1, 5));
        noMore();
        assertThat(heard).containsExactly("1 5");
    }

    @Test
    void whatFailedIsLeftWhenALaterScanHasSupersededItOrTheTableIsClosed() {
        channel.freezeTime();
        changes.begun(true);
        asked.remove().failed.accept(Status.UNAVAILABLE);
        changes.begun(true);
        pass(100);
        assertThat(asked).as("the later one alone").hasSize(1);
        asked.remove().failed.accept(Status.UNAVAILABLE);
        changes.close();
        pass(1000);
        assertThat(asked).isEmpty();
    }

    @Test
    void theNextPageIsAskedForWhenTheOneBeforeIsHandled() {
        changes.begun(true);
        noLosses();
        answer(true, record(1, 4));
        channel.runPendingTasks();
        assertThat(asked).isEmpty();
        deliver();
        answer(false, record(2, 4));
        noMore();
        assertThat(heard).containsExactly("1 4", "2 4");
    }
}
