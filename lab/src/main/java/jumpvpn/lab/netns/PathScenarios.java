package jumpvpn.lab.netns;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;

/** Scenarios of choosing and changing paths: between protocols, away from what is blocked, deaf or lossy, through NAT and new addresses. */
final class PathScenarios {
    private static final List<Protocol> ALL_TRANSPORTS = List.of(Protocol.UDP, Protocol.QUIC, Protocol.TCP);
    private static final Duration BETWEEN_JUMPS = Duration.ofMillis(2500);
    private static final int LARGE_BYTES = 1200;

    static final Scenario PROTOCOLS =
            new Scenario(
                    "protocols",
                    "jumpvpn jump --to between any two of udp, quic and tcp, large probes: none lost, no gap above two round trips",
                    2000,
                    true) {
                @Override
                List<Protocol> transports(List<Protocol> asked) {
                    return ALL_TRANSPORTS;
                }

                @Override
                int probeBytes() {
                    return LARGE_BYTES;
                }

                @Override
                Instant act(LabRun run) throws IOException {
                    Instant first = run.begin();
                    for (String to : List.of("quic", "tcp", "quic", "udp", "tcp", "udp")) {
                        run.note("jumpvpn jump --to " + to);
                        run.product().jump(to);
                        Pause.of(BETWEEN_JUMPS);
                    }
                    return first;
                }

                @Override
                List<Check> judge(Evidence e) {
                    return all(
                            List.of(
                                    Judge.noProbeLost(e, probes),
                                    Judge.outageAtMost(e, 80),
                                    Judge.epochsMoved(e, 6),
                                    PathJudge.onProtocols(e, "quic", "tcp", "quic", "udp", "tcp", "udp")),
                            survived(e),
                            hidden(e));
                }
            };

    static final Scenario UDP_BLOCKED =
            new Scenario(
                    "udp-blocked",
                    "all UDP is blocked on the only uplink: on TCP within 1 s, back on UDP or QUIC within 30 s of the block's end",
                    5000,
                    true) {
                @Override
                List<Protocol> transports(List<Protocol> asked) {
                    return ALL_TRANSPORTS;
                }

                @Override
                void prepare(Topology topology) throws IOException {
                    topology.linkDown(Uplink.B);
                }

                @Override
                Instant act(LabRun run) throws IOException {
                    Instant blocked = run.begin();
                    run.topology().blockUdp(Uplink.A, true);
                    Pause.of(Duration.ofSeconds(10));
                    run.topology().blockUdp(Uplink.A, false);
                    Instant open = Instant.now();
                    run.note("UDP passes again");
                    run.awaitClient(open, event -> event.is("STATE_CHANGE", "REATTACH_ACCEPT"));
                    return blocked;
                }

                @Override
                List<Check> judge(Evidence e) {
                    return all(
                            List.of(
                                    Judge.outageAtMost(e, 1000),
                                    PathJudge.first(e, "tcp"),
                                    PathJudge.backOn(e, Duration.ofSeconds(40), "udp", "quic")),
                            survived(e),
                            hidden(e));
                }
            };

    static final Scenario DEAF_UP = oneWay("deaf-up", "swallows what the client sends", EmulatorControl.Way.UP);
    static final Scenario DEAF_DOWN = oneWay("deaf-down", "swallows what the gateway sends", EmulatorControl.Way.DOWN);

    static final Scenario REBIND = new Outage(
            "rebind",
            "uplink A's NAT router gets another public address: at most 100 ms without a reply",
            800,
            100,
            run -> {
                Instant now = run.begin();
                run.topology().newPublicAddress(Uplink.A);
                return now;
            },
            e -> List.of(Judge.bindingKept(e)));

    static final Scenario NEW_ADDRESS = new Outage(
            "new-address",
            "the client's address on uplink A is replaced by another: at most 120 ms without a reply",
            800,
            120,
            run -> {
                Instant now = run.begin();
                run.topology().newClientAddress(Uplink.A);
                return now;
            });

    static final Scenario LOSSY =
            new Scenario(
                    "lossy",
                    "uplink A loses a fifth of all packets each way for 10 s: on B within 3 s, at most 2 switches and 110 probes lost",
                    1500,
                    true) {
                @Override
                Instant act(LabRun run) throws IOException {
                    Instant now = run.begin();
                    run.topology().emulator.loss(Uplink.A, EmulatorControl.Way.BOTH, 0.2);
                    Pause.of(Duration.ofSeconds(10));
                    run.topology().emulator.loss(Uplink.A, EmulatorControl.Way.BOTH, 0);
                    return now;
                }

                @Override
                List<Check> judge(Evidence e) {
                    return all(
                            List.of(
                                    PathJudge.lostAtMost(e, 110),
                                    PathJudge.switchesAtMost(e, 2),
                                    PathJudge.boundOn(e, Uplink.B, Duration.ofSeconds(3))),
                            survived(e),
                            hidden(e));
                }
            };

    static final Scenario BLACKOUT = new Outage(
            "blackout",
            "both uplinks swallow everything for 8 s, then A is back: at most 400 ms after that",
            1800,
            8400,
            PathScenarios::blackout,
            e -> List.of(PathJudge.downloadStallAtMost(e, 9000)));

    static final Scenario BLACKOUT_WITHOUT_HOLD =
            new Scenario(
                    "blackout-without-hold",
                    "as blackout, where the policy lets neither end hold packets: what the download then loses in time",
                    1800,
                    true) {
                @Override
                Policy policy() {
                    return Policy.DEFAULT.with(PolicyKey.HOLD_BYTES_PER_SESSION, 0);
                }

                @Override
                Instant act(LabRun run) throws IOException {
                    return blackout(run);
                }

                @Override
                List<Check> judge(Evidence e) {
                    return all(List.of(Judge.outageAtMost(e, 8400)), survived(e), hidden(e));
                }
            };

    static final List<Scenario> ALL = List.of(
            PROTOCOLS, UDP_BLOCKED, DEAF_UP, DEAF_DOWN, REBIND, NEW_ADDRESS, LOSSY, BLACKOUT, BLACKOUT_WITHOUT_HOLD);

    private PathScenarios() {}

    private static Instant blackout(LabRun run) throws IOException {
        Instant now = run.begin();
        run.blackHole(Uplink.B);
        run.blackHole(Uplink.A);
        Pause.of(Duration.ofSeconds(8));
        run.topology().emulator.blackHole(Uplink.A, EmulatorControl.Way.BOTH, false);
        run.note("uplink A passes again");
        return now;
    }

    private static Scenario oneWay(String label, String what, EmulatorControl.Way way) {
        return new Outage(
                label,
                "uplink A " + what + " without a word: at most 500 ms without a reply",
                700,
                500,
                run -> run.topology().emulator.blackHole(Uplink.A, way, true));
    }
}
