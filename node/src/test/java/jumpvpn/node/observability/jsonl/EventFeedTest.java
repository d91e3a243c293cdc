package jumpvpn.node.observability.jsonl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class EventFeedTest {
    private final EventFeed feed = new EventFeed(3, lost -> "dropped " + lost);

    @Test
    void keepsTheNewest() {
        publish(1, 5);
        assertThat(feed.newest()).containsExactly("3", "4", "5");
    }

    @Test
    void aFollowerBeginsWithWhatIsKept() throws Exception {
        publish(1, 2);
        try (EventFeed.Follower follower = feed.follow()) {
            publish(3, 3);
            assertThat(take(follower, 3)).containsExactly("1", "2", "3");
        }
    }

    @Test
    void whatAFollowerMissesIsSaidInItsPlace() throws Exception {
        try (EventFeed.Follower follower = feed.follow()) {
            publish(1, 8);
            assertThat(take(follower, 3)).containsExactly("1", "2", "3");
            publish(9, 9);
            assertThat(take(follower, 2)).containsExactly("dropped 5", "9");
        }
    }

    @Test
    void whatAFollowerMissesIsSaidEvenIfNothingFollows() throws Exception {
        try (EventFeed.Follower follower = feed.follow()) {
            publish(1, 4);
            assertThat(take(follower, 4)).containsExactly("1", "2", "3", "dropped 1");
        }
    }

    @Test
    void aSlowFollowerHarmsNoOther() throws Exception {
        try (EventFeed.Follower slow = feed.follow();
                EventFeed.Follower quick = feed.follow()) {
            for (int i = 0; i < 100; i++) {
                publish(i, i);
                assertThat(quick.next()).isEqualTo("" + i);
            }
            assertThat(take(slow, 4)).containsExactly("0", "1", "2", "dropped 97");
        }
    }

    @Test
    void closingWakesWhoWaits() throws Exception {
        EventFeed.Follower follower = feed.follow();
        CompletableFuture<String> next = CompletableFuture.supplyAsync(() -> {
            try {
                return String.valueOf(follower.next());
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        follower.close();
        assertThat(next.get(5, TimeUnit.SECONDS)).isEqualTo("null");
        publish(1, 10); // reaches nobody
        assertThat(follower.next()).isNull();
    }

    private void publish(int from, int to) {
        for (int i = from; i <= to; i++) {
            feed.publish("" + i);
        }
    }

    private static List<String> take(EventFeed.Follower follower, int count) throws InterruptedException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            lines.add(follower.next());
        }
        return lines;
    }
}
