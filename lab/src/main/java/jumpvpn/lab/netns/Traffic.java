package jumpvpn.lab.netns;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** What runs through the tunnel while the lab acts: probes; and where connections must survive, a download and a quiet TCP connection. */
final class Traffic {
    /**
     * What became of it.
     *
     * @param ping the probes
     * @param download the file
     * @param connectionAlive the quiet connection still echoed at the end; after a restart: a new one did
     */
    record Report(PingReport ping, Download.Report download, boolean connectionAlive) {}

    private final Namespace client;
    private final Ping ping;
    private final @Nullable Download download;
    private final @Nullable EchoConnection echo;

    private Traffic(Namespace client, Ping ping, @Nullable Download download, @Nullable EchoConnection echo) {
        this.client = client;
        this.ping = ping;
        this.download = download;
        this.echo = echo;
    }

    /** Starts it in the client's namespace; every probe carries the marker. Where connections must survive, also a download, as long as the probes, and a quiet connection. */
    static Traffic start(Workspace workspace, Namespace client, Scenario scenario, int probes, byte[] marker)
            throws IOException {
        Download download = null;
        EchoConnection echo = null;
        if (scenario.connectionsSurvive) {
            echo = EchoConnection.open(client);
            if (!echo.echoes("before")) {
                throw new IOException("no echo through the tunnel before anything was done to it");
            }
            long seed = ByteBuffer.wrap(marker).getLong() >>> 1;
            download = Download.start(client, probes / Ping.PER_SECOND, seed);
        }
        String hex = HexFormat.of().formatHex(marker);
        return new Traffic(client, Ping.start(client, workspace, probes, scenario.probeBytes(), hex), download, echo);
    }

    /** Waits for all of it to end. {@code restored} waits until the tunnel is there again and is called where connections need not survive. */
    Report report(Runnable restored) throws IOException {
        PingReport probes = ping.report();
        if (echo == null) {
            restored.run();
        }
        boolean alive = echo == null ? reconnects() : echo.echoes("after");
        return new Report(probes, Download.reportOf(download), alive);
    }

    private boolean reconnects() {
        try (EchoConnection anew = EchoConnection.open(client)) {
            return anew.echoes("anew");
        } catch (IOException e) {
            return false;
        }
    }
}
