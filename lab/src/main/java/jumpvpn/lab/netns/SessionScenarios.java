package jumpvpn.lab.netns;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Scenarios of the session itself: jumps, deaths of a path or of an end, damage, replays. */
final class SessionScenarios {
    /** From one kill of several to the next. */
    static final Duration CYCLE = Duration.ofSeconds(7);

    static final Scenario JUMP =
            new Scenario(
                    "jump", "uplink A goes down: the session moves to B, at most 100 ms without a reply", 600, true) {
                @Override
                Instant act(LabRun run) throws IOException {
                    return run.linkDown(Uplink.A);
                }

                @Override
                List<Check> judge(Evidence e) {
                    return all(List.of(Judge.outageAtMost(e, 100)), survived(e), moved(e, true), hidden(e));
                }
            };

    static final Scenario BLACKHOLE =
            new Scenario(
                    "blackhole",
                    "uplink A swallows everything without a word: at most 400 ms without a reply",
                    700,
                    true) {
                @Override
                Instant act(LabRun run) throws IOException {
                    return run.blackHole(Uplink.A);
                }

                @Override
                List<Check> judge(Evidence e) {
                    return all(List.of(Judge.outageAtMost(e, 400)), survived(e), moved(e, true), hidden(e));
                }
            };

    static final Scenario PLANNED =
            new Scenario("planned", "jumpvpn jump with both uplinks alive: none of 1,000 probes lost", 1000, true) {
                @Override
                Instant act(LabRun run) throws IOException {
                    return run.operatorJump();
                }

                @Override
                List<Check> judge(Evidence e) {
                    return all(List.of(Judge.noProbeLost(e, 1000)), survived(e), moved(e, false), hidden(e));
                }
            };

    static final Scenario LEAK =
            new Scenario(
                    "leak",
                    "a marker in every probe, over a jump: it never shows outside, and nothing but the tunnel does",
                    600,
                    true) {
                @Override
                Instant act(LabRun run) throws IOException {
                    return run.linkDown(Uplink.A);
                }

                @Override
                List<Check> judge(Evidence e) {
                    return all(hidden(e), survived(e));
                }
            };

    static final Scenario BITFLIP =
            new Scenario(
                    "bitflip",
                    "single bits flipped and data packets repeated on the wire: dropped, counted, harmless",
                    500,
                    true) {
                @Override
                Instant act(LabRun run) throws IOException {
                    return run.damage(Uplink.A, 4);
                }

                @Override
                List<Check> judge(Evidence e) {
                    return all(
                            List.of(
                                    Judge.lossAtMost(e, e.wires().injected()),
                                    Judge.counted(e),
                                    Judge.bindingKept(e),
                                    Judge.sameEpoch(e)),
                            survived(e),
                            hidden(e));
                }
            };

    static final Scenario KILL_CLIENT =
            new Scenario(
                    "kill-client",
                    "the client is killed (SIGKILL) and started again: a new session supersedes the old, same inner address",
                    800,
                    false) {
                @Override
                Instant act(LabRun run) throws IOException {
                    return run.replaceClient();
                }

                @Override
                List<Check> judge(Evidence e) {
                    return List.of(
                            Judge.attached(e),
                            Judge.newSession(e),
                            Judge.sameInnerAddress(e),
                            Judge.terminated(e, e.gateway(), "SUPERSEDED"),
                            Judge.announced(e, e.gateway()),
                            Judge.announced(e, e.client()),
                            Judge.connectionAlive(e),
                            Judge.noNonceRepeated(e));
                }
            };

    static final Scenario KILL_GATEWAY =
            new Scenario(
                    "kill-gateway",
                    "the gateway is killed (SIGKILL), its table lost, and started again: the client is back by itself, in a new session",
                    1500,
                    false) {
                @Override
                Instant act(LabRun run) throws IOException {
                    return run.replaceGateway();
                }

                @Override
                List<Check> judge(Evidence e) {
                    return List.of(
                            Judge.attached(e),
                            Judge.newSession(e),
                            Judge.terminated(e, e.client(), ""),
                            Judge.announced(e, e.client()),
                            Judge.announced(e, e.gateway()),
                            Judge.connectionAlive(e),
                            Judge.noNonceRepeated(e));
                }
            };

    static final Scenario RESTART_GATEWAY =
            new Scenario(
                    "restart-gateway",
                    "the gateway is killed (SIGKILL) and started again after 2 s: the same session goes on, at most 3.5 s without a reply",
                    1200,
                    true) {
                @Override
                int probes(int kills) {
                    return probes + (kills - 1) * (int) CYCLE.toSeconds() * Ping.PER_SECOND;
                }

                @Override
                boolean countsOutages() {
                    return true;
                }

                @Override
                Instant act(LabRun run) throws IOException {
                    return run.restartGateway();
                }

                @Override
                List<Check> judge(Evidence e) {
                    return all(
                            List.of(Judge.restartOutages(e, 3500), Judge.restarted(e), Judge.noNonceRepeated(e)),
                            survived(e),
                            hidden(e));
                }
            };

    static final Scenario REPLAY =
            new Scenario(
                    "replay",
                    "reattach messages of two jumps, sent again twice, young and old, from their own and other addresses: nothing changes",
                    1400,
                    true) {
                @Override
                Instant act(LabRun run) throws IOException {
                    return run.replay();
                }

                @Override
                List<Check> judge(Evidence e) {
                    return all(
                            List.of(
                                    Judge.noProbeLost(e, 1400),
                                    Judge.bindingKept(e),
                                    Judge.nothingBound(e),
                                    Judge.epochsMoved(e, 2),
                                    Judge.replaysReported(e),
                                    Judge.noNonceRepeated(e)),
                            survived(e),
                            hidden(e));
                }
            };

    static final List<Scenario> ALL =
            List.of(JUMP, BLACKHOLE, PLANNED, LEAK, BITFLIP, KILL_CLIENT, KILL_GATEWAY, RESTART_GATEWAY, REPLAY);

    private SessionScenarios() {}
}
