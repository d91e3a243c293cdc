package jumpvpn.node.transport;

import static org.assertj.core.api.Assertions.assertThat;

import jumpvpn.core.net.IpAddress;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private final Admission admission = new Admission();

    private static IpAddress address(int number) {
        return IpAddress.v4(0x0a000000 + number);
    }

    private int enter(IpAddress address, int tries, boolean finish) {
        int entered = 0;
        for (int i = 0; i < tries; i++) {
            if (admission.enter(address)) {
                entered++;
                if (finish) {
                    admission.finish(address);
                }
            }
        }
        return entered;
    }

    @Test
    void aSourceHasItsLimitsAndLeavesRoomToOthers() {
        assertThat(enter(address(1), 100, false)).isEqualTo(32);
        admission.finish(address(1));
        assertThat(enter(address(1), 10, false)).isEqualTo(1);
        assertThat(enter(address(2), 1_000, true)).isEqualTo(256);
        admission.leave(address(2), true);
        assertThat(enter(address(2), 10, true)).isEqualTo(1);
    }

    @Test
    void allHaveALimitTogether() {
        int entered = 0;
        for (int source = 0; source < 100; source++) {
            entered += enter(address(source), 32, false);
        }
        assertThat(entered).isEqualTo(512);
        for (int i = 0; i < 512; i++) {
            admission.leave(address(i / 32), false);
        }
        entered = 0;
        for (int source = 0; source < 100; source++) {
            entered += enter(address(source), 256, true);
        }
        assertThat(entered).isEqualTo(4_096);
    }

    @Test
    void anIpv6SourceIsItsNetwork() {
        assertThat(enter(IpAddress.parse("2001:db8::1"), 32, false)).isEqualTo(32);
        assertThat(admission.enter(IpAddress.parse("2001:db8::2"))).isFalse();
        assertThat(admission.enter(IpAddress.parse("2001:db8:0:1::2"))).isTrue();
    }

    @Test
    void whoMovesTakesItsPlaceAlong() {
        assertThat(enter(address(1), 256, true)).isEqualTo(256);
        admission.move(address(1), address(2));
        assertThat(enter(address(1), 2, true)).isEqualTo(1);
        assertThat(enter(address(2), 256, true)).isEqualTo(255);
    }
}
