package jumpvpn.lab.throughput;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.lab.netns.DirectLink;

/** iperf3 over a link: a fresh server at the gateway for each transfer, the client at the client. */
final class Iperf {
    /** Beyond the transfer's own time: what a control connection may need beside a flood. */
    private static final int PATIENCE_SECONDS = 15;
    /** With 20 bytes of IPv4 and 8 of UDP a packet of 1,400 bytes, which goes into any tunnel here whole. */
    private static final int LARGE_PAYLOAD = 1372;

    private static final int SMALL_PAYLOAD = 64;
    private static final int LOSSLESS_SECONDS = 2;
    /**
     * Of both sockets, where the kernel allows it: some 450 packets, so that a receiver that does not run for a moment loses none, and fewer than the 500 that wait for
     * a tunnel's device, so that the sender is held up there and loses none either.
     */
    private static final long LOSSLESS_BUFFER_BYTES = 512 << 10;

    private final DirectLink link;
    private final int seconds;

    /** @param seconds of a transfer, the first of which is not counted */
    Iperf(DirectLink link, int seconds) {
        this.link = link;
        this.seconds = seconds;
    }

    /** As fast as TCP goes, with these options of iperf3 beside. */
    IperfReport tcp(String... options) throws IOException {
        return counted(List.of(options));
    }

    /** Datagrams of 64 bytes as fast as they can be sent; how many were received a second. */
    double smallPacketsPerSecond() throws IOException {
        IperfReport report = counted(List.of("-u", "-b", "0", "-l", Integer.toString(SMALL_PAYLOAD)));
        return report.receivedBitsPerSecond() / 8 / SMALL_PAYLOAD;
    }

    /** Packets of 1,400 bytes at a rate in bits of payload a second. */
    LosslessRate.Step large(double rate) throws IOException {
        IperfReport report = run(
                LOSSLESS_SECONDS,
                List.of(
                        "-u",
                        "-b",
                        Long.toString((long) rate),
                        "-l",
                        Integer.toString(LARGE_PAYLOAD),
                        "-w",
                        Long.toString(bufferBytes()),
                        "-t",
                        Integer.toString(LOSSLESS_SECONDS)));
        return new LosslessRate.Step(
                report.sentBitsPerSecond(), report.receivedBitsPerSecond(), report.lostDatagrams());
    }

    private static long bufferBytes() throws IOException {
        long bytes = LOSSLESS_BUFFER_BYTES;
        for (String most : List.of("rmem_max", "wmem_max")) {
            // In lines: the kernel gives away the number in one piece, and readString begins with a buffer of one byte.
            String text =
                    Files.readAllLines(Path.of("/proc/sys/net/core", most)).getFirst();
            bytes = Math.min(bytes, Long.parseLong(text));
        }
        return bytes;
    }

    /** The bytes of a file, over TCP to the gateway. */
    void send(Path file) throws IOException {
        run(1, List.of("-F", file.toString()));
    }

    private IperfReport counted(List<String> options) throws IOException {
        List<String> all = new ArrayList<>(List.of("-O", "1", "-t", Integer.toString(seconds - 1)));
        all.addAll(options);
        return run(seconds, all);
    }

    private IperfReport run(int takesSeconds, List<String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of("iperf3", "-J", "-c", link.address()));
        command.addAll(options);
        try (var _ = link.server("listening", "iperf3", "-s", "-1", "--forceflush", "-B", link.address())) {
            return IperfReport.parse(
                    link.client(Duration.ofSeconds(takesSeconds + PATIENCE_SECONDS), command.toArray(String[]::new)));
        }
    }
}
