package jumpvpn.node.ownership.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.grpc.Status;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import jumpvpn.core.ownership.ClockReading;
import jumpvpn.core.security.Crypto;
import jumpvpn.node.host.SystemEntropy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When orphans are looked for: not in the storm of those who come by themselves, and not never. */
class OrphansTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Owners owners = new Owners();
    private final List<RangeRequest> requests = new ArrayList<>();
    private long reads;
    private long nowNanos;
    private final Orphans orphans = new Orphans(
            new Scan(
                    new Keys("vpn/"),
                    this::range,
                    new StoredRecords(
                            Crypto.jdk(new SystemEntropy()),
                            new byte[32],
                            () -> new ClockReading(1000, 1000),
                            new SilentReports()),
                    owners),
            owners,
            channel.eventLoop(),
            () -> nowNanos,
            () -> reads,
            record -> {});

    private void range(RangeRequest request, Consumer<RangeResponse> then, Consumer<Status> failed) {
        requests.add(request);
        then.accept(RangeResponse.getDefaultInstance());
    }

    @BeforeEach
    void begin() {
        channel.freezeTime();
        owners.known();
        orphans.somebodyWent();
    }

    @AfterEach
    void close() {
        channel.close();
    }

    private void pass(int seconds, int readsPerSecond) {
        for (int i = 0; i < seconds; i++) {
            reads += readsPerSecond;
            nowNanos += 1_000_000_000L;
            channel.advanceTimeBy(1, TimeUnit.SECONDS);
            channel.runScheduledPendingTasks();
        }
    }

    @Test
    void looksAfterTenSeconds() {
        pass(9, 10);
        assertThat(requests).isEmpty();
        pass(1, 10);
        assertThat(requests).isNotEmpty();
    }

    @Test
    void whatWasReadInAQuietHourIsNoStorm() {
        pass(3610, 10);
        requests.clear();
        orphans.somebodyWent();
        pass(10, 10);
        assertThat(requests).isNotEmpty();
    }

    @Test
    void waitsForTheEndOfAStorm() {
        pass(25, 1000);
        pass(14, 10);
        assertThat(requests).isEmpty();
        pass(1, 10);
        assertThat(requests).isNotEmpty();
    }

    @Test
    void aStormThatDoesNotEndIsNotWaitedForLongerThanAMinute() {
        pass(59, 1000);
        assertThat(requests).isEmpty();
        pass(1, 1000);
        assertThat(requests).isNotEmpty();
    }
}
