package jumpvpn.lab.netns;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A running tcpdump: an independent witness of what passed an interface. */
public final class Capture {
    private final Process tcpdump;
    private final Path file;

    private Capture(Process tcpdump, Path file) {
        this.tcpdump = tcpdump;
        this.file = file;
    }

    /** Captures whole frames of {@code device} into the file {@code name}.pcap, from now on. */
    public static Capture start(Namespace namespace, Workspace workspace, String device, String name, String... filter)
            throws IOException {
        Path file = workspace.file(name + ".pcap");
        List<String> command = new ArrayList<>(List.of(
                "tcpdump",
                "-i",
                device,
                "-n",
                "-p",
                "-s",
                "0",
                "-U",
                "-B",
                "8192",
                "-Z",
                "root",
                "-w",
                file.toString()));
        command.addAll(List.of(filter));
        ProcessBuilder builder = namespace.command(command);
        builder.redirectErrorStream(true);
        Process tcpdump = workspace.start(builder, name + ".log");
        BufferedReader messages =
                new BufferedReader(new InputStreamReader(tcpdump.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder said = new StringBuilder();
        for (String line = messages.readLine();
                line == null || !line.contains("listening on");
                line = messages.readLine()) {
            if (line == null) {
                throw new IOException("tcpdump on " + device + ": " + said);
            }
            said.append(line).append(' ');
        }
        return new Capture(tcpdump, file);
    }

    /** What was captured so far. */
    Path file() {
        return file;
    }

    /** Ends it and says where the capture is. */
    public Path stop() {
        Workspace.stop(tcpdump);
        return file;
    }
}
