package jumpvpn.lab.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import jumpvpn.lab.netns.Capture;
import jumpvpn.lab.netns.EchoConnection;
import jumpvpn.lab.netns.EventLine;
import jumpvpn.lab.netns.Pause;
import jumpvpn.lab.netns.Pcap;
import jumpvpn.lab.netns.Ping;
import jumpvpn.lab.netns.PingReport;
import org.jspecify.annotations.Nullable;

/** One session, and its gateway or its store dies. */
final class Deaths {
    private static final String MARKER = "6a756d7076706e21";
    private static final int PING_BYTES = 120;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double MOST_OUTAGE_MILLIS = 1500;
    /** What the kernel and the capture may add to a lease. */
    private static final Duration LATE = Duration.ofMillis(200);

    private static final Duration LEAD = Duration.ofSeconds(2);
    private static final int SERVER_SOURCE = 26;

    private Deaths() {}

    static void gatewayGone(ClusterRun run) throws IOException {
        run.startClient();
        Map<String, @Nullable Object> before = run.client();
        try (EchoConnection echo = EchoConnection.open(run.topology.client)) {
            if (!echo.echoes("before")) {
                throw new IOException("no echo through the tunnel before anything was done to it");
            }
            Ping ping = Ping.start(run.topology.client, run.workspace, 900, PING_BYTES, MARKER);
            Pause.of(LEAD);
            Instant gone = run.lose(1);
            run.say("the host of gw1 is gone");
            PingReport report = ping.report();
            Map<String, @Nullable Object> after = run.client();
            run.atMost("the longest time without a reply", "outage_ms", report.outageMillis(), MOST_OUTAGE_MILLIS);
            same(run, before, after);
            String gateway = String.valueOf(after.get("gateway"));
            run.check("the session is at another gateway", !gateway.equals(ClusterNodes.gateway(1)), gateway);
            run.check("the TCP connection goes on", echo.echoes("after"), "a line came back");
            List<EventLine> takeOvers =
                    run.events(gateway, gone, event -> event.is("OWNERSHIP_CHANGE", "REATTACH_ACCEPT"));
            run.check("the new owner says so once", takeOvers.size() == 1, takeOvers.size() + " times");
        }
    }

    private static void same(
            ClusterRun run, Map<String, @Nullable Object> before, Map<String, @Nullable Object> after) {
        for (String field : List.of("session_id", "inner_address")) {
            Object was = before.get(field);
            Object is = after.get(field);
            run.check("the same " + field, was != null && Objects.equals(was, is), was + ", " + is);
        }
    }

    static void storeCut(ClusterRun run) throws IOException {
        run.startClient();
        Map<String, @Nullable Object> before = run.client();
        Capture inside = Capture.start(run.topology.server, run.workspace, "inside", "inside", "icmp");
        String mac = run.topology
                .gateway(1)
                .shell("ip -o link show dev lan0 | sed 's/.*ether \\([0-9a-f:]*\\) .*/\\1/'")
                .strip();
        Ping ping = Ping.start(run.topology.client, run.workspace, 1200, PING_BYTES, MARKER);
        Pause.of(LEAD);
        Instant cut = Instant.now();
        run.topology.cutFromStore(1, true);
        run.say("gw1 can't reach the store");
        PingReport report = ping.report();
        Map<String, @Nullable Object> after = run.client();
        Passed passed = passed(inside.stop(), mac);
        double stopped = Duration.between(cut, passed.lastOfOld).toNanos() / NANOS_PER_MILLI;
        run.atMost(
                "the last packet that gw1 let through, after the cut",
                "stopped_ms",
                stopped,
                ClusterRun.LEASE.plus(LATE).toNanos() / NANOS_PER_MILLI);
        run.check("none through gw1 after one through another", passed.late == 0, passed.late + " packets");
        run.figure("outage_ms", report.outageMillis());
        List<EventLine> lost =
                run.events(ClusterNodes.gateway(1), cut, event -> event.is("OWNERSHIP_CHANGE", "LEASE_LOST"));
        run.check("gw1 says LEASE_LOST", !lost.isEmpty(), lost.size() + " times");
        same(run, before, after);
        String gateway = String.valueOf(after.get("gateway"));
        run.check("the session is at another gateway", !gateway.equals(ClusterNodes.gateway(1)), gateway);
        run.topology.cutFromStore(1, false);
    }

    /**
     * What the network behind saw of the client's probes.
     *
     * @param lastOfOld the last that came through the old owner
     * @param late how many came through it after one that came through another
     */
    private record Passed(Instant lastOfOld, int late) {}

    private static Passed passed(Path capture, String oldMac) throws IOException {
        long mac = Long.parseLong(oldMac.replace(":", ""), 16);
        Instant[] last = {Instant.EPOCH};
        int[] late = new int[1];
        boolean[] isMoved = new boolean[1];
        Pcap.read(capture, (at, frame) -> {
            boolean isRequest = frame.length > 34 && frame[34] == 8 && (frame[SERVER_SOURCE + 2] & 0xff) >= 128;
            if (!isRequest) {
                return;
            }
            long from = 0;
            for (int i = 6; i < 12; i++) {
                from = (from << 8) | (frame[i] & 0xff);
            }
            if (from == mac) {
                last[0] = at;
                late[0] += isMoved[0] ? 1 : 0;
            } else {
                isMoved[0] = true;
            }
        });
        return new Passed(last[0], late[0]);
    }

    static void storeDown(ClusterRun run) throws IOException {
        run.startClient();
        Map<String, @Nullable Object> before = run.client();
        Instant down = Instant.now();
        for (int member = 0; member < run.store.size(); member++) {
            run.store.kill(member);
        }
        run.say("the store is down");
        Pause.of(ClusterRun.LEASE.plus(Duration.ofSeconds(1)));
        Instant over = Instant.now();
        List<EventLine> lost =
                run.events(ClusterNodes.gateway(1), down, event -> event.is("OWNERSHIP_CHANGE", "LEASE_LOST"));
        run.check("gw1 says LEASE_LOST", !lost.isEmpty(), lost.size() + " times");
        for (int number = 1; number <= ClusterTopology.GATEWAYS; number++) {
            Object left = run.nodes.cluster(ClusterNodes.gateway(number)).get("lease_left_ms");
            run.check(
                    "gw" + number + " has no lease",
                    !(left instanceof Number millis) || millis.longValue() <= 0,
                    "left: " + left);
        }
        Pause.of(Duration.ofSeconds(6));
        int binds = 0;
        for (int number = 1; number <= ClusterTopology.GATEWAYS; number++) {
            binds += run.events(ClusterNodes.gateway(number), over, event -> event.is("TRANSPORT_SWITCH", "BOUND"))
                    .size();
        }
        run.check("nobody binds without the store", binds == 0, binds + " binds");
        run.store.startAll();
        run.say("the store is started again");
        Instant up = Instant.now();
        boolean back = run.await(
                Duration.ofSeconds(30), () -> "ATTACHED".equals(run.client().get("state")));
        run.check(
                "the session is back by itself",
                back,
                String.valueOf(run.client().get("state")));
        run.figure("back_ms", Duration.between(up, Instant.now()).toMillis());
        same(run, before, run.client());
    }
}
