package jumpvpn.node.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import jumpvpn.core.net.PacketBatch;
import org.junit.jupiter.api.Test;

/** Datagrams of four bytes, a number, in flows. */
class BacklogTest {
    private final Backlog backlog = new Backlog();
    private final PacketRing ring = new PacketRing(1);

    private boolean add(int flow, int number) {
        MemorySegment.ofAddress(ring.claim()).reinterpret(Integer.BYTES).set(ValueLayout.JAVA_INT, 0, number);
        ring.publish(Integer.BYTES, 0, 0, 0, flow);
        boolean displaced = backlog.add(ring);
        ring.release();
        return displaced;
    }

    private int take() {
        assertThat(backlog.length()).isEqualTo(Integer.BYTES);
        int number = MemorySegment.ofAddress(backlog.front())
                .reinterpret(Integer.BYTES)
                .get(ValueLayout.JAVA_INT, 0);
        backlog.release();
        return number;
    }

    private List<Integer> takeAll() {
        List<Integer> all = new ArrayList<>();
        while (backlog.front() != 0) {
            all.add(take());
        }
        return all;
    }

    @Test
    void oneFlowKeepsItsOrderAndItsNewest() {
        for (int i = 0; i < Backlog.MOST; i++) {
            assertThat(add(5, i)).isFalse();
        }
        assertThat(add(5, 64)).isTrue();
        assertThat(add(5, 65)).isTrue();
        assertThat(backlog.size()).isEqualTo(Backlog.MOST);
        assertThat(takeAll()).hasSize(64).startsWith(2, 3).endsWith(64, 65).isSorted();
        assertThat(backlog.front()).isZero();
    }

    @Test
    void aCallWaitsForOnePacketOfADownloadAndIsNotPushedOut() {
        for (int i = 0; i < 200; i++) {
            add(1, i);
            if (i % 50 == 0) {
                add(2, 1000 + i);
            }
        }
        List<Integer> all = takeAll();
        assertThat(all).hasSize(64).contains(1000, 1050, 1100, 1150).endsWith(199);
        assertThat(all.indexOf(1000)).isLessThanOrEqualTo(1);
        assertThat(all.indexOf(1150)).isLessThanOrEqualTo(7);
    }

    @Test
    void aFlowOfWhichNothingWaitsGoesFirst() {
        for (int i = 0; i < 3; i++) {
            add(1, 10 + i);
            add(2, 20 + i);
        }
        assertThat(List.of(take(), take(), take())).containsExactly(10, 20, 11);
        add(3, 30);
        add(4, 40);
        assertThat(takeAll()).containsExactly(30, 40, 21, 12, 22);
    }

    @Test
    void butNotAgainBeforeTheOthersHadTheirTurn() {
        for (int i = 0; i < 3; i++) {
            add(1, 10 + i);
            add(2, 20 + i);
        }
        add(3, 30);
        List<Integer> all = new ArrayList<>(List.of(take(), take(), take()));
        add(3, 31);
        all.addAll(List.of(take(), take()));
        add(3, 32);
        all.addAll(takeAll());
        assertThat(all).containsExactly(10, 20, 30, 11, 21, 31, 12, 22, 32);
    }

    @Test
    void whoseTurnPassedWithoutADatagramIsFreshAgain() {
        add(1, 10);
        add(3, 30);
        add(1, 11);
        add(1, 12);
        add(1, 13);
        assertThat(List.of(take(), take(), take(), take())).containsExactly(10, 30, 11, 12);
        add(3, 31);
        assertThat(takeAll()).containsExactly(31, 13);
        add(1, 14);
        add(3, 32);
        assertThat(takeAll()).as("nothing is remembered once nothing waits").containsExactly(14, 32);
    }

    @Test
    void whereEveryFlowHasOneTheNextGivesWay() {
        for (int i = 0; i < PacketBatch.FLOWS; i++) {
            add(i, i);
        }
        assertThat(add(7, 100)).isTrue();
        List<Integer> all = takeAll();
        assertThat(all).hasSize(64).doesNotContain(0).contains(7, 100);
    }

    /** Against flows that are plain queues. */
    @Test
    void losesNothingButWhatItSays() {
        Random random = new Random(4);
        Map<Integer, ArrayDeque<Integer>> flows = new TreeMap<>();
        int added = 0;
        int displaced = 0;
        int taken = 0;
        for (int i = 0; i < 100_000; i++) {
            if (random.nextInt(100) < (i / 1000 % 2 == 0 ? 70 : 40)) {
                int flow = Math.min(random.nextInt(PacketBatch.FLOWS), random.nextInt(PacketBatch.FLOWS));
                displaced += add(flow, flow << 24 | i) ? 1 : 0;
                flows.computeIfAbsent(flow, _ -> new ArrayDeque<>()).add(flow << 24 | i);
                added++;
            } else if (backlog.front() != 0) {
                int number = take();
                ArrayDeque<Integer> flow = flows.get(number >> 24);
                while (flow.element() != number) { // those were displaced
                    flow.remove();
                }
                flow.remove();
                taken++;
            }
            assertThat(backlog.size()).isEqualTo(added - displaced - taken).isLessThanOrEqualTo(Backlog.MOST);
        }
        assertThat(displaced).isGreaterThan(1000);
        assertThat(takeAll()).hasSize(added - displaced - taken);
    }
}
