package jumpvpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import jumpvpn.core.net.IpAddress;
import org.junit.jupiter.api.Test;

class AnnouncementsTest {
    private static final long MILLI = 1_000_000;
    private static final IpAddress ONE = IpAddress.parse("10.77.0.1");
    private static final IpAddress TWO = IpAddress.parse("10.77.0.2");

    private final Announcements announcements = new Announcements();

    @Test
    void eachIsDueAtOnceAndTwiceMore() {
        announcements.add(ONE, 0);
        announcements.add(TWO, 50 * MILLI);
        assertThat(announcements.nextNanos()).isZero();
        assertThat(announcements.take(50 * MILLI)).containsExactly(ONE, TWO);
        assertThat(announcements.nextNanos()).isEqualTo(100 * MILLI);
        assertThat(announcements.take(100 * MILLI)).containsExactly(ONE);
        assertThat(announcements.take(499 * MILLI)).containsExactly(TWO);
        assertThat(announcements.take(500 * MILLI)).containsExactly(ONE);
        assertThat(announcements.nextNanos()).isEqualTo(550 * MILLI);
        assertThat(announcements.take(550 * MILLI)).containsExactly(TWO);
        assertThat(announcements.nextNanos()).isEqualTo(Announcements.NEVER);
    }

    @Test
    void onceMoreBeginsAnewBehindTheOthers() {
        announcements.add(ONE, 0);
        announcements.add(TWO, MILLI);
        announcements.add(ONE, 2 * MILLI);
        assertThat(announcements.nextNanos()).isEqualTo(MILLI);
        assertThat(announcements.take(2 * MILLI)).containsExactly(TWO, ONE);
        assertThat(announcements.take(101 * MILLI)).containsExactly(TWO);
        assertThat(announcements.take(102 * MILLI)).containsExactly(ONE);
    }

    @Test
    void whatHasGoneIsAnnouncedNoMore() {
        announcements.add(ONE, 0);
        announcements.take(0);
        announcements.remove(ONE);
        assertThat(announcements.take(1_000 * MILLI)).isEmpty();
        assertThat(announcements.nextNanos()).isEqualTo(Announcements.NEVER);
    }
}
