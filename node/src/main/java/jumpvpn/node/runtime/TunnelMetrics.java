package jumpvpn.node.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import jumpvpn.node.observability.Metric;

/** What went through the tunnel's device, as the kernel counts it: packets cost this process nothing more. A super-packet is one packet. */
final class TunnelMetrics {
    private static final Path DEVICES = Path.of("/proc/self/net/dev");
    private static final int RX_BYTES = 0;
    private static final int RX_PACKETS = 1;
    private static final int TX_BYTES = 8;
    private static final int TX_PACKETS = 9;

    private TunnelMetrics() {}

    /** None while there is no such device. */
    static List<Metric> of(String device) {
        try {
            for (String line : Files.readAllLines(DEVICES)) {
                String[] parts = line.strip().split(":", 2);
                if (parts.length == 2 && parts[0].equals(device)) {
                    return of(parts[1].strip().split(" +"));
                }
            }
        } catch (IOException e) {
            // then there are no figures of it
        }
        return List.of();
    }

    private static List<Metric> of(String[] counters) {
        return List.of(
                counter(
                        "packets",
                        "Packets through the tunnel; a super-packet is one.",
                        counters[TX_PACKETS],
                        counters[RX_PACKETS]),
                counter("bytes", "Bytes of inner packets through the tunnel.", counters[TX_BYTES], counters[RX_BYTES]));
    }

    /** What the host sends the device goes into the tunnel. */
    private static Metric counter(String unit, String help, String into, String outOf) {
        return new Metric.Figures(
                "jumpvpn_tunnel_" + unit + "_total",
                help,
                unit,
                true,
                List.of(
                        new Metric.Sample(Map.of("direction", "in"), Double.parseDouble(into)),
                        new Metric.Sample(Map.of("direction", "out"), Double.parseDouble(outOf))));
    }
}
