package jumpvpn.lab.throughput;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import jumpvpn.lab.netns.DirectLink;

/** Whether the bytes on the cable are encrypted: a known marker goes through the tunnel, again and again, and must not show outside. */
final class MarkerCheck {
    private static final int MARKER_BYTES = 16;
    private static final int FILE_BYTES = 4 << 20;
    /** Both ways, as the answers bear it too. */
    private static final String PROBES = "20";

    private MarkerCheck() {}

    /**
     * Sends the marker in pings and over TCP, and looks at the cable. Without a tunnel it must show, else this would prove nothing.
     *
     * @return what was seen
     * @throws IOException if it was not as it must be
     */
    static String check(DirectLink link, boolean tunnel) throws IOException {
        byte[] marker = new byte[MARKER_BYTES];
        new SecureRandom().nextBytes(marker);
        byte[] content = new byte[FILE_BYTES];
        for (int at = 0; at < content.length; at += MARKER_BYTES) {
            System.arraycopy(marker, 0, content, at, MARKER_BYTES);
        }
        Path file = Files.write(link.file("marker"), content);
        String pattern = HexFormat.of().formatHex(marker);
        DirectLink.Seen seen = link.capture(marker, () -> {
            link.client(
                    Duration.ofSeconds(10),
                    "ping",
                    "-n",
                    "-q",
                    "-i",
                    "0.01",
                    "-c",
                    PROBES,
                    "-s",
                    "1200",
                    "-p",
                    pattern,
                    link.address());
            new Iperf(link, 1).send(file);
        });
        return verdict(seen, tunnel);
    }

    /** What was seen in words, if it was as it must be. */
    static String verdict(DirectLink.Seen seen, boolean tunnel) throws IOException {
        String text = "%,d frames, %,d with the marker".formatted(seen.frames(), seen.markers());
        if (!tunnel) {
            if (seen.markers() == 0) {
                throw new IOException(text + ": it must show where there is no tunnel");
            }
            return text;
        }
        if (seen.frames() == 0 || seen.markers() > 0 || !seen.strangers().isEmpty()) {
            throw new IOException(text + ", beside the tunnel's datagrams: " + seen.strangers());
        }
        return text + ", all UDP of the gateway's port";
    }
}
