package jumpvpn.lab.netns;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The command {@code jumpvpn lab}: runs scenarios in namespaces of its own, prints what happens and whether it was right. */
public final class NetworkLab {
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final String HELP = """
            Usage: jumpvpn lab [SCENARIO...] [--json] [--runs N] [--keep] [--kills N] [--vpn LIST] [--transports LIST] [--rtt-a MS] [--rtt-b MS]
            Builds a network of namespaces (a client with two uplinks behind two NAT routers, a gateway, a server behind it), starts the real
            gateway and client in it, sends traffic through the tunnel, disturbs it, prints the events of both ends as they come, and judges.

            SCENARIO         one or more of those below; without any: jump. "smoke": three in a minute. "all": each once.
                             "comparable": those that --vpn can run.
            --json           one JSON object a scenario on standard output; the text for people goes to standard error
            --runs N         N times each, then median and worst
            --keep           leave the run's directory: configuration, keys, events, logs, captures
            --kills N        restart-gateway: so many kills in a row in one session
            --vpn NAME,…     these VPNs in turn, of jumpvpn, wireguard-go, openvpn; no verdict, a table of what each took
            --transports T,… what both ends have, the preferred first, of udp, quic, tcp; udp if not given
            --set KEY=V,…    what both ends' files say besides: crypto, and of [packets] shards, tun, udp, dscp
            --rtt-a MS       round trip of uplink A, 40 if not given
            --rtt-b MS       round trip of uplink B, 70 if not given
            --plant FAULT    spoil the run on purpose (freeze-client, replace-client, cut-both, marker-in-clear): jump must then FAIL
            --list           only list the scenarios
            Exit code: 0 all that was claimed held (with --vpn: every run could be carried out), 1 something did not, 2 the command line or the machine is not fit.
            Root makes namespaces directly; an ordinary user gets a user namespace. Nothing is left behind, also after Ctrl-C.

            Scenarios:
            """;

    private final LabOptions options;
    private final PrintStream out;
    private final PrintStream text;
    private volatile boolean ending;

    private NetworkLab(LabOptions options, PrintStream out, PrintStream text) {
        this.options = options;
        this.out = out;
        this.text = text;
    }

    /** Runs the command; the exit code. */
    public static int run(List<String> arguments, PrintStream out, PrintStream err) {
        try {
            LabOptions options = LabOptions.parse(arguments);
            if (options.help() || options.list()) {
                out.print(options.help() ? HELP : "");
                for (Scenario scenario : Scenarios.ALL) {
                    out.printf("  %-15s %s%n", scenario.label, scenario.purpose);
                }
                return OK;
            }
            return new NetworkLab(options, out, options.json() ? err : out).prepare(arguments, err);
        } catch (IllegalArgumentException e) {
            err.println("jumpvpn lab: " + e.getMessage());
            return USAGE;
        } catch (IOException e) {
            err.println("jumpvpn lab: " + e.getMessage());
            return FAILED;
        }
    }

    private int prepare(List<String> arguments, PrintStream err) throws IOException {
        List<String> missing = Prerequisites.missing(text);
        if (missing.isEmpty() && options.subjects().stream().anyMatch(subject -> subject != Subject.JUMPVPN)) {
            missing = Prerequisites.missingForPeers(text);
        }
        if (!missing.isEmpty()) {
            err.println("jumpvpn lab can't run here. Missing:");
            missing.forEach(line -> err.println("  - " + line));
            return USAGE;
        }
        int swept = Workspace.sweep();
        if (swept > 0) {
            text.println("lab: removed the remains of " + swept + " earlier lab(s) that were killed");
        }
        if (Prerequisites.privilege() != Prerequisites.Privilege.DIRECT) {
            return inUserNamespace(arguments, err);
        }
        return options.compares() ? comparison() : scenarios();
    }

    /** The same command again, in a user namespace where it may. */
    private int inUserNamespace(List<String> arguments, PrintStream err) throws IOException {
        text.println("lab: not root: going on in a user namespace");
        List<String> command = new ArrayList<>(Prerequisites.userNamespace());
        command.addAll(JavaCommand.current().line("jumpvpn.lab.Lab", arguments));
        Process process = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.INHERIT)
                .start();
        Thread atEnd = new Thread(() -> Workspace.stop(process));
        Runtime.getRuntime().addShutdownHook(atEnd);
        CompletableFuture<Void> errors = CompletableFuture.runAsync(() -> copy(process.getErrorStream(), err));
        copy(process.getInputStream(), out);
        errors.join();
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return FAILED;
        }
    }

    private static void copy(InputStream from, PrintStream to) {
        try (from) {
            byte[] buffer = new byte[8192];
            for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
                to.write(buffer, 0, n);
                to.flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int scenarios() throws IOException {
        boolean passed = true;
        for (Scenario scenario : options.scenarios()) {
            List<Verdict> verdicts = new ArrayList<>();
            for (int run = 1; run <= options.runs(); run++) {
                text.printf(
                        "%n== %s%s: %s%n",
                        scenario.label, options.runs() > 1 ? " " + run + "/" + options.runs() : "", scenario.purpose);
                Verdict verdict = once(scenario, Subject.JUMPVPN);
                verdict.print(text);
                verdicts.add(verdict);
            }
            passed &= conclude(scenario, verdicts);
        }
        return passed ? OK : FAILED;
    }

    /** Every VPN in turn, as often as asked for, so that what changes on the machine meanwhile meets all of them. */
    private int comparison() throws IOException {
        Comparison comparison = new Comparison(options);
        for (Scenario scenario : options.scenarios()) {
            for (int run = 1; run <= options.runs(); run++) {
                for (Subject subject : options.subjects()) {
                    text.printf(
                            "%n== %s, %s %d/%d: %s%n",
                            scenario.label, subject.label, run, options.runs(), scenario.purpose);
                    Verdict verdict = once(scenario, subject);
                    text.println("  " + comparison.add(scenario, subject, verdict));
                }
            }
            if (options.json()) {
                out.println(Json.write(comparison.json(scenario)));
            }
        }
        text.println();
        comparison.table().forEach(text::println);
        return comparison.complete() ? OK : FAILED;
    }

    private Verdict once(Scenario scenario, Subject subject) throws IOException {
        Workspace workspace = Workspace.create(options.keep());
        Thread atEnd = new Thread(() -> {
            ending = true;
            workspace.close();
        });
        Runtime.getRuntime().addShutdownHook(atEnd);
        try (LabRun run = new LabRun(workspace, text, scenario, subject, options)) {
            return run.run();
        } catch (IOException | UncheckedIOException e) {
            awaitEndIfEnding();
            return Verdict.impossible(String.valueOf(e.getMessage()));
        } finally {
            awaitEndIfEnding();
            Runtime.getRuntime().removeShutdownHook(atEnd);
            if (options.keep()) {
                text.println("  kept: " + workspace.directory());
            }
        }
    }

    /** After Ctrl-C everything fails because it is being taken away: that is no verdict, and the process ends in a moment. */
    private void awaitEndIfEnding() {
        while (ending) {
            try {
                Thread.sleep(1000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean conclude(Scenario scenario, List<Verdict> verdicts) {
        long good = verdicts.stream().filter(Verdict::passed).count();
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("scenario", scenario.label);
        json.put("passed", good == verdicts.size());
        json.put("runs", verdicts.size());
        json.put("runs_passed", good);
        json.put("rtt_a_ms", options.rttAMillis());
        json.put("rtt_b_ms", options.rttBMillis());
        if (options.fault() != PlantedFault.NONE) {
            json.put("planted_fault", options.fault().label());
        }
        for (String figure : List.of("outage_ms", "restart_outage_ms", "probes_lost", "download_stall_ms")) {
            Spread.of(verdicts, figure).ifPresent(spread -> {
                Map<String, @Nullable Object> summary = new LinkedHashMap<>();
                summary.put("median", spread.median());
                summary.put("worst", spread.worst());
                json.put(figure, summary);
                if (verdicts.size() > 1) {
                    text.printf("  %-18s median %8.1f   worst %8.1f%n", figure, spread.median(), spread.worst());
                }
            });
        }
        text.printf(
                "== %s: %s, %d of %d run(s) passed%n",
                scenario.label, good == verdicts.size() ? "PASS" : "FAIL", good, verdicts.size());
        if (options.json()) {
            json.put("verdicts", verdicts.stream().map(Verdict::json).toList());
            out.println(Json.write(json));
        }
        return good == verdicts.size();
    }
}
