package jumpvpn.lab.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReceivedBytesTest {
    /** Of ss of iproute2 6.1, shortened. */
    private static final String BEFORE = """
            0      0      10.77.0.1:5301 10.77.1.1:40212 \t bbr wscale:10,7 rto:204 rtt:0.3/0.1 bytes_acked:1 bytes_received:1000000 segs_out:5
            0      1220   10.77.0.1:5300 10.77.1.0:40210 \t bbr wscale:10,7 rto:204 bytes_sent:300 bytes_acked:300 bytes_received:412 segs_out:5
            """;

    private static final String AFTER = """
            0      0      10.77.0.1:5301 10.77.1.1:40212 \t bbr wscale:10,7 rto:204 rtt:0.3/0.1 bytes_acked:1 bytes_received:4500000 segs_out:5
            0      0      10.77.0.1:5302 10.77.1.2:40214 \t bbr wscale:10,7 rto:204 bytes_received:70000 segs_out:5
            0      1220   10.77.0.1:5300 10.77.1.0:40210 \t bbr wscale:10,7 rto:204 bytes_sent:300 bytes_acked:300 bytes_received:512 segs_out:5
            0      0      10.77.0.1:5303 10.77.1.3:40216 \t bbr wscale:10,7 rto:204 segs_out:5
            """;

    @Test
    void whatEachConnectionReceivedInBetween() {
        ReceivedBytes before = ReceivedBytes.parse(1_000_000_000, BEFORE);
        ReceivedBytes after = ReceivedBytes.parse(3_500_000_000L, AFTER);
        assertThat(after.since(before, 10_000)).containsExactlyInAnyOrder(3_500_000L, 70_000L);
        assertThat(after.secondsSince(before)).isEqualTo(2.5);
    }
}
