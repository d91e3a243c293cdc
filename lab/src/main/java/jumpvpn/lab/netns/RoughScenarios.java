package jumpvpn.lab.netns;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Scenarios of rough conditions: links that flap, links that lose, a slow line, a small path MTU, a frozen client, long silence. */
final class RoughScenarios {
    private static final Duration FLAP = Duration.ofSeconds(2);
    private static final int FLAPS = 30;
    private static final Duration IDLE = Duration.ofMinutes(10);
    private static final int MINUTES_OF_LOSS = 10;
    private static final double LOSS = 0.1;

    static final Scenario FLAPPING = new Outage(
            "flapping",
            "A and B are down in turns, 2 s each, for 2 minutes: never dark for more than 2.5 s",
            12_800,
            2500,
            RoughScenarios::flap,
            e -> List.of(PathJudge.switchesAtMost(e, 2 * FLAPS)));

    static final Scenario RANDOM_LOSS =
            new Scenario(
                    "random-loss",
                    "both uplinks lose a tenth of all packets each way at random for 10 minutes: no false death, at most 2 switches",
                    60 * MINUTES_OF_LOSS * Ping.PER_SECOND,
                    true) {
                @Override
                Instant act(LabRun run) throws IOException {
                    Instant now = run.begin();
                    run.topology().emulator.loss(Uplink.A, EmulatorControl.Way.BOTH, LOSS);
                    run.topology().emulator.loss(Uplink.B, EmulatorControl.Way.BOTH, LOSS);
                    Pause.of(Duration.ofMinutes(MINUTES_OF_LOSS));
                    run.topology().emulator.loss(Uplink.A, EmulatorControl.Way.BOTH, 0);
                    run.topology().emulator.loss(Uplink.B, EmulatorControl.Way.BOTH, 0);
                    return now;
                }

                @Override
                List<Check> judge(Evidence e) {
                    return all(List.of(PathJudge.noDeath(e), PathJudge.switchesAtMost(e, 2)), survived(e), hidden(e));
                }
            };

    static final Scenario SLOW_LINE =
            new Scenario(
                    "slow-line",
                    "uplink A carries 5 Mbit/s with a queue of a second, and a download wants more: no false death",
                    2000,
                    true) {
                @Override
                Instant act(LabRun run) throws IOException {
                    Instant now = run.begin();
                    run.topology().emulator.queueMillis(Uplink.A, EmulatorControl.Way.BOTH, 1000);
                    run.topology().emulator.rateKbit(Uplink.A, EmulatorControl.Way.BOTH, 5000);
                    return now;
                }

                @Override
                List<Check> judge(Evidence e) {
                    return all(List.of(PathJudge.noDeath(e), PathJudge.switchesAtMost(e, 1)), survived(e), hidden(e));
                }
            };

    static final Scenario SMALL_MTU =
            new Scenario(
                    "small-mtu",
                    "packets of more than 1280 bytes vanish on both uplinks without a word: the download goes on within 2 s, and both ends of it learn",
                    1500,
                    true) {
                @Override
                Instant act(LabRun run) throws IOException {
                    Instant now = run.begin();
                    run.topology().emulator.mtu(Uplink.B, EmulatorControl.Way.BOTH, 1280);
                    run.topology().emulator.mtu(Uplink.A, EmulatorControl.Way.BOTH, 1280);
                    run.look(run.topology().client, sendLongUntilTheTunnelIsNarrow());
                    run.look(run.topology().server, sendLong(run.product().innerAddress()));
                    return now;
                }

                @Override
                List<Check> judge(Evidence e) {
                    return all(
                            List.of(
                                    PathJudge.downloadStallAtMost(e, 2000),
                                    PathJudge.looked(e, "the tunnel's MTU follows", "jvpn0: mtu 1280"),
                                    PathJudge.looked(e, "the server's kernel is told", "cache expires .* mtu 1280")),
                            survived(e),
                            hidden(e));
                }
            };

    static final Scenario FROZEN = new Outage(
            "frozen",
            "the client's process stands still for 90 s: back within a round trip and 300 ms of going on",
            10_000,
            90_000 + 400,
            run -> {
                Instant now = run.begin();
                long pid = run.process(Product.Role.CLIENT).pid();
                run.topology().client.shell("kill -STOP " + pid);
                Pause.of(Duration.ofSeconds(90));
                run.note("the client goes on");
                run.topology().client.shell("kill -CONT " + pid);
                return now;
            });

    static final Scenario QUIET_DEATH =
            new Scenario(
                    "quiet-death",
                    "uplink A dies silently while nothing is sent: at most 1 s from the first packet",
                    100,
                    false) {
                @Override
                Instant act(LabRun run) throws IOException {
                    Pause.of(Duration.ofSeconds(8));
                    Instant now = run.blackHole(Uplink.A);
                    Pause.of(Duration.ofSeconds(3));
                    run.measureFirstReply();
                    return now;
                }

                @Override
                List<Check> judge(Evidence e) {
                    return all(
                            List.of(
                                    PathJudge.measuredAtMost(e, 1000),
                                    Judge.attached(e),
                                    Judge.sameSession(e),
                                    Judge.sameInnerAddress(e)),
                            hidden(e));
                }
            };

    static final Scenario SILENCE =
            new Scenario(
                    "silence", "nothing is sent for 10 minutes: hardly anything passes outside either", 100, false) {
                @Override
                Instant act(LabRun run) throws IOException {
                    Pause.of(Duration.ofSeconds(5));
                    Instant now = run.begin();
                    Pause.of(IDLE);
                    return now;
                }

                @Override
                List<Check> judge(Evidence e) {
                    return List.of(
                            PathJudge.packetsAtMost(e, Uplink.A, IDLE, 15),
                            PathJudge.packetsAtMost(e, Uplink.B, IDLE, 25),
                            Judge.attached(e),
                            Judge.sameSession(e),
                            Judge.nothingBound(e));
                }
            };

    static final List<Scenario> ALL =
            List.of(FLAPPING, RANDOM_LOSS, SLOW_LINE, SMALL_MTU, FROZEN, QUIET_DEATH, SILENCE);

    private RoughScenarios() {}

    private static Instant flap(LabRun run) throws IOException {
        Instant now = run.begin();
        for (int i = 0; i < FLAPS; i++) {
            Uplink goes = i % 2 == 0 ? Uplink.A : Uplink.B;
            run.topology().linkDown(goes);
            Pause.of(FLAP);
            run.topology().linkUp(goes);
            Pause.of(FLAP);
        }
        return now;
    }

    /** 50 packets of 1400 bytes at most; the download's acknowledgements never ask what the path carries. */
    private static String sendLongUntilTheTunnelIsNarrow() {
        return """
                for i in $(seq 50); do
                  ping -n -q -M dont -s 1372 -c 1 -W 1 %s > /dev/null || true
                  mtu=$(ip -o link show dev jvpn0 | grep -o 'mtu [0-9]*')
                  if [ "$mtu" = "mtu 1280" ]; then break; fi
                done
                echo "jvpn0: $mtu"
                """.formatted(Topology.SERVER_ADDRESS);
    }

    /** Two packets of 1400 bytes, unless the download's brought the answer already. */
    private static String sendLong(String to) {
        return """
                ping -n -M do -s 1372 -c 2 -i 0.3 -W 1 %1$s || true
                ip route get %1$s
                """.formatted(to);
    }
}
