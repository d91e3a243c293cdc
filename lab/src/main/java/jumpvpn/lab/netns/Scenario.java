package jumpvpn.lab.netns;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What the lab can do to a running tunnel, and what must hold afterwards. */
enum Scenario {
    JUMP("jump", "uplink A goes down: the session moves to B, at most 150 ms without a reply", 600, true) {
        @Override
        Instant act(LabRun run) throws IOException {
            return run.linkDown(Uplink.A);
        }

        @Override
        List<Check> judge(Evidence e) {
            return all(List.of(Judge.outageAtMost(e, 150)), survived(e), moved(e, true), hidden(e));
        }
    },
    BLACKHOLE("blackhole", "uplink A swallows everything without a word: at most 1 s without a reply", 700, true) {
        @Override
        Instant act(LabRun run) throws IOException {
            return run.blackHole(Uplink.A);
        }

        @Override
        List<Check> judge(Evidence e) {
            return all(List.of(Judge.outageAtMost(e, 1000)), survived(e), moved(e, true), hidden(e));
        }
    },
    PLANNED("planned", "jumpvpn jump with both uplinks alive: none of 1,000 probes lost", 1000, true) {
        @Override
        Instant act(LabRun run) throws IOException {
            return run.operatorJump();
        }

        @Override
        List<Check> judge(Evidence e) {
            return all(List.of(Judge.noProbeLost(e, 1000)), survived(e), moved(e, false), hidden(e));
        }
    },
    LEAK(
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
    },
    BITFLIP(
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
    },
    KILL_CLIENT(
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
    },
    KILL_GATEWAY(
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
    },
    RESTART_GATEWAY(
            "restart-gateway",
            "the gateway is killed (SIGKILL) and started again after 2 s: the same session goes on, at most 3.5 s without a reply",
            1200,
            true) {
        @Override
        int probes(int kills) {
            return probes + (kills - 1) * (int) CYCLE.toSeconds() * Ping.PER_SECOND;
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
    },
    REPLAY(
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

    /** From one kill of several to the next. */
    static final Duration CYCLE = Duration.ofSeconds(7);

    /** What {@code smoke} runs: a minute at most. */
    static final List<Scenario> SMOKE = List.of(JUMP, BLACKHOLE, BITFLIP);

    final String label;
    final String purpose;
    final int probes;
    /** Connections opened before the action must live through it. */
    final boolean connectionsSurvive;

    Scenario(String label, String purpose, int probes, boolean connectionsSurvive) {
        this.label = label;
        this.purpose = purpose;
        this.probes = probes;
        this.connectionsSurvive = connectionsSurvive;
    }

    /** How many probes it takes. */
    int probes(int kills) {
        return probes;
    }

    /** Does it; when. */
    abstract Instant act(LabRun run) throws IOException;

    /** The claims, with what was seen. */
    abstract List<Check> judge(Evidence e);

    static Optional<Scenario> named(String label) {
        return Arrays.stream(values())
                .filter(scenario -> scenario.label.equals(label))
                .findFirst();
    }

    private static List<Check> survived(Evidence e) {
        return List.of(
                Judge.emulatorKeptUp(e),
                Judge.attached(e),
                Judge.sameSession(e),
                Judge.sameInnerAddress(e),
                Judge.downloadWhole(e),
                Judge.connectionAlive(e));
    }

    private static List<Check> moved(Evidence e, boolean pathDied) {
        return List.of(
                Judge.onOtherUplink(e),
                Judge.clientOrder(e, pathDied),
                Judge.gatewayOrder(e, pathDied),
                Judge.gatewayBound(e),
                Judge.gatesPassed(e),
                Judge.freshWireIdentifiers(e),
                Judge.reattachedFirst(e),
                Judge.noNonceRepeated(e));
    }

    private static List<Check> hidden(Evidence e) {
        return List.of(Judge.markerHidden(e), Judge.nothingElseOutside(e));
    }

    @SafeVarargs
    private static List<Check> all(List<Check>... parts) {
        List<Check> all = new ArrayList<>();
        for (List<Check> part : parts) {
            all.addAll(part);
        }
        return all;
    }
}
