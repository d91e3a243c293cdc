package jumpvpn.lab.throughput;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jumpvpn.lab.DebianPackage;
import jumpvpn.lab.bench.Machine;
import jumpvpn.lab.netns.DirectLink;
import jumpvpn.lab.netns.Prerequisites;

/** {@code jumpvpn lab throughput}, in short {@code jumpvpn bench}: measures no tunnel, wireguard-go, OpenVPN and this project in turn, and writes what it found. */
public final class ThroughputLab {
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final String HELP = """
            Usage: jumpvpn bench [--runs N] [--seconds S] [--vpn LIST] [--out DIR]
            Two namespaces on one cable. Measures no tunnel, wireguard-go, OpenVPN and this project in turn: TCP either way and in four streams, small
            and large UDP packets, round trips, processor time a GB, memory, the time to connect. Looks at the cable whether all is encrypted.

            --runs N      so often each, in turn; 5 if not given
            --seconds S   of each transfer, the first of which is not counted; 5 if not given
            --vpn LIST    of none, wireguard-go, openvpn, jumpvpn, jumpvpn:jdk, jumpvpn:libcrypto, jumpvpn:ipsec-mb; the first four if not given; jumpvpn:shards=2+tun=none
                          sets keys of both files: crypto, shards, tun, udp, dscp
            --out DIR     writes throughput.md, throughput.json and throughput.svg there
            Exit code: 0 everything was measured, 1 something failed (it says what), 2 the command line or the machine is not fit.
            Needs root. wireguard-go is Debian 13's, downloaded once and unpacked below target/, or else the installed one. Nothing is left behind, also after Ctrl-C.
            """;

    private final ThroughputOptions options;
    private final PrintStream out;
    private final Results results;
    /** A name for the path to find, or a path. */
    private String wireGuard = "wireguard-go";

    private ThroughputLab(ThroughputOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
        this.results = new Results(options.contenders());
    }

    /** Runs the command; the exit code. */
    public static int run(List<String> arguments, PrintStream out, PrintStream err) {
        if (arguments.contains("--help") || arguments.contains("-h")) {
            out.print(HELP);
            return OK;
        }
        try {
            ThroughputOptions options = ThroughputOptions.parse(arguments);
            List<String> missing = Prerequisites.missing(out);
            if (missing.isEmpty()) {
                missing = Prerequisites.missingForPeers(out);
            }
            if (!missing.isEmpty() || Prerequisites.privilege() != Prerequisites.Privilege.DIRECT) {
                err.println("jumpvpn bench needs root, and of programs: " + missing);
                return USAGE;
            }
            return new ThroughputLab(options, out).measure();
        } catch (IllegalArgumentException e) {
            err.println("jumpvpn bench: " + e.getMessage());
            return USAGE;
        } catch (IOException e) {
            err.println("jumpvpn bench: " + e.getMessage());
            return FAILED;
        }
    }

    private int measure() throws IOException {
        Setting setting = new Setting(
                Machine.current(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                commit(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                options,
                versions(),
                List.of(firstWords(version("iperf3"))));
        for (int run = 1; run <= options.runs(); run++) {
            for (Contender contender : options.contenders()) {
                out.printf("%n== %s, run %d of %d%n", contender.label(), run, options.runs());
                turn(run, contender);
            }
        }
        Report report = new Report(setting, results);
        out.println();
        out.print(report.markdown());
        if (options.out().isPresent()) {
            Path folder = Files.createDirectories(options.out().get());
            Files.writeString(folder.resolve("throughput.md"), report.markdown());
            Files.writeString(folder.resolve("throughput.json"), report.json());
            Files.writeString(folder.resolve("throughput.svg"), RatioChart.of(results));
        }
        return results.failures().isEmpty() ? OK : FAILED;
    }

    private void turn(int run, Contender contender) {
        try (DirectLink link = open(contender)) {
            new Turn(run, contender, link, options.seconds(), results, out).measure();
        } catch (IOException | UncheckedIOException e) {
            Results.Failure failure = new Results.Failure(run, contender, "link", String.valueOf(e.getMessage()));
            results.fail(failure);
            out.println("  FAILED: " + failure);
        }
    }

    private DirectLink open(Contender contender) throws IOException {
        return switch (contender.kind()) {
            case NONE -> DirectLink.bare();
            case WIREGUARD_GO -> DirectLink.wireGuard(wireGuard);
            case OPENVPN -> DirectLink.openVpn();
            case JUMPVPN -> DirectLink.jumpvpn(contender.setting());
        };
    }

    private Map<Contender, String> versions() throws IOException {
        Map<Contender, String> versions = new LinkedHashMap<>();
        for (Contender contender : options.contenders()) {
            versions.put(
                    contender,
                    switch (contender.kind()) {
                        case NONE -> "Linux " + System.getProperty("os.version");
                        case WIREGUARD_GO -> fetchWireGuard();
                        case OPENVPN -> firstWords(version("openvpn"));
                        case JUMPVPN -> commit();
                    });
        }
        return versions;
    }

    /** Debian 13's where it can be had, whatever is installed; what is used, as it names itself. */
    private String fetchWireGuard() throws IOException {
        DebianPackage wanted = DebianPackage.WIREGUARD_GO;
        String origin = "Debian package " + wanted.version() + ", unpacked beside";
        try {
            if (!System.getProperty("os.arch").equals("amd64")) {
                throw new IOException("it is for amd64");
            }
            wireGuard = wanted.unpack(Path.of(System.getProperty("jumpvpn.target", "target"), "peers"))
                    .toString();
        } catch (IOException e) {
            out.println("wireguard-go " + wanted.version() + " can't be used, the installed one is: " + e.getMessage());
            origin = "installed; NOT Debian 13's " + wanted.version();
        }
        return version(wireGuard) + " (" + origin + ")";
    }

    private static String firstWords(String line) {
        String[] words = line.split(" ", 3);
        return words[0] + " " + words[1];
    }

    private static String commit() {
        return System.getProperty("jumpvpn.commit", "unknown");
    }

    /** Of a program that may stand where only root looks. */
    private static String version(String program) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", "PATH=$PATH:/usr/sbin; exec \"$0\" --version", program);
        builder.redirectErrorStream(true);
        return new String(builder.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .findFirst()
                .orElse(program + " unknown");
    }
}
