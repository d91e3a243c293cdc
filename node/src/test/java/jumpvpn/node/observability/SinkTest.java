package jumpvpn.node.observability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Role;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SinkTest {
    private static final int CAPACITY = 1024;

    private final List<NumberedEvent> arrived = Collections.synchronizedList(new ArrayList<>());
    private final List<String> said = Collections.synchronizedList(new ArrayList<>());
    private final Sink.Voice voice = new Sink.Voice(Role.GATEWAY, () -> 0, said::add);

    /** Looks often: a hundred batches in a row are awaited. */
    private static ConditionFactory await() {
        return Awaitility.await().pollInterval(Duration.ofMillis(1));
    }

    private Sink started(Exporter exporter) {
        Sink sink = new Sink("test", exporter, CAPACITY, voice);
        sink.start();
        return sink;
    }

    private static void offer(Sink sink, long from, long to) {
        for (long seq = from; seq < to; seq++) {
            sink.offer(Samples.plain(seq));
        }
        sink.wake();
    }

    /** Every number is there once in its order, or an EVENTS_DROPPED stands in its place and counts it. */
    private long gaps() {
        long next = 0;
        long lost = 0;
        for (NumberedEvent event : arrived) {
            if (event.event().type() == EventType.EVENTS_DROPPED) {
                long count = (Long) event.event().details().getFirst().value();
                lost += count;
                next += count;
            } else {
                assertThat(event.seq()).isEqualTo(next);
                next++;
            }
        }
        return lost;
    }

    @Test
    void handsOverEverythingInOrder() {
        Sink sink = started(arrived::addAll);
        for (int i = 0; i < 100; i++) {
            offer(sink, 100L * i, 100L * i + 100);
            int due = 100 * i + 100;
            await().until(() -> arrived.size() == due);
        }
        sink.close();
        assertThat(gaps()).isZero();
        assertThat(sink.counts()).isEqualTo(new Sink.Counts(10_000, 10_000, 0, 0, 0, CAPACITY));
        assertThat(said).isEmpty();
    }

    @Test
    void whatABlockedSinkLosesIsCountedAndSaidInItsPlace() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        Sink sink = started(batch -> {
            blocked.await();
            arrived.addAll(batch);
        });
        offer(sink, 0, 50_000);
        assertThat(sink.counts().offered()).isEqualTo(50_000);
        blocked.countDown();
        await().until(() -> sink.counts().queued() == 0);
        offer(sink, 50_000, 50_010);
        await().until(() -> !arrived.isEmpty() && arrived.getLast().seq() == 50_009);
        sink.close();
        long lost = gaps();
        Sink.Counts counts = sink.counts();
        assertThat(lost).isEqualTo(counts.dropped()).isBetween(50_010L - 2 * CAPACITY, 50_010L - CAPACITY);
        assertThat(counts.written() + counts.dropped())
                .isEqualTo(counts.offered())
                .isEqualTo(50_010);
    }

    @Test
    void theNewestLossesAreSaidThoughNothingFollows() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch blocked = new CountDownLatch(1);
        Sink sink = started(batch -> {
            entered.countDown();
            blocked.await();
            arrived.addAll(batch);
        });
        offer(sink, 0, 1);
        entered.await();
        offer(sink, 1, 5000);
        blocked.countDown();
        await().until(() -> !arrived.isEmpty() && arrived.getLast().event().type() == EventType.EVENTS_DROPPED);
        assertThat(gaps()).isEqualTo(sink.counts().dropped()).isEqualTo(4999 - CAPACITY);
        sink.close();
    }

    @Test
    void aFailureIsTriedAgainAndSaidOnce() {
        AtomicInteger left = new AtomicInteger(3);
        Sink sink = started(batch -> {
            if (left.getAndDecrement() > 0) {
                throw new IOException("down");
            }
            arrived.addAll(batch);
        });
        offer(sink, 0, 10);
        await().until(() -> arrived.size() == 10);
        sink.close();
        assertThat(gaps()).isZero();
        assertThat(sink.counts()).isEqualTo(new Sink.Counts(10, 10, 0, 3, 0, CAPACITY));
        assertThat(said).hasSize(2);
        assertThat(said.get(0)).contains("\"test\": down; it is tried again and again");
        assertThat(said.get(1)).contains("\"test\" again; since the start 0 were dropped");
    }

    @Test
    void whatIsRefusedIsGivenUpAndSaidLater() {
        AtomicInteger left = new AtomicInteger(2);
        Sink sink = started(batch -> {
            if (left.getAndDecrement() > 0) {
                throw new Exporter.RefusedException("no");
            }
            arrived.addAll(batch);
        });
        offer(sink, 0, 10);
        await().until(() -> !arrived.isEmpty());
        offer(sink, 10, 11);
        await().until(() -> arrived.getLast().seq() == 10);
        sink.close();
        assertThat(gaps()).isEqualTo(10);
        assertThat(sink.counts()).isEqualTo(new Sink.Counts(11, 1, 10, 2, 0, CAPACITY));
    }

    @Test
    void aBugInAnExporterCostsItsBatchOnly() {
        AtomicInteger left = new AtomicInteger(1);
        Sink sink = started(batch -> {
            if (left.getAndDecrement() > 0) {
                throw new IllegalStateException("bug");
            }
            arrived.addAll(batch);
        });
        offer(sink, 0, 10);
        await().until(() -> !arrived.isEmpty());
        sink.close();
        assertThat(gaps()).isEqualTo(10);
        assertThat(said.getFirst()).contains("java.lang.IllegalStateException: bug");
    }

    @Test
    void closingGivesUpWhatCantBeDelivered() {
        Sink sink = started(_ -> {
            throw new IOException("down");
        });
        offer(sink, 0, 3000);
        sink.close();
        Sink.Counts counts = sink.counts();
        assertThat(counts.written()).isZero();
        assertThat(counts.dropped()).isEqualTo(3000);
    }

    @Test
    void closingBeforeTheStartIsHarmless() {
        Sink sink = new Sink("test", arrived::addAll, CAPACITY, voice);
        sink.close();
        assertThat(arrived).isEmpty();
    }
}
