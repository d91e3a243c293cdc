package jumpvpn.lab.netns;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a machine must have for the lab, said exactly; installed where the lab may. */
public final class Prerequisites {
    /**
     * Programs and what brings them.
     *
     * @param list the file in {@code lab} that names the Debian packages
     * @param programs that must be there
     */
    private record Need(String list, List<String> programs) {}

    private static final Need LAB =
            new Need("packages", List.of("ip", "nft", "curl", "ping", "tcpdump", "unshare", "nsenter"));
    private static final Need PEERS =
            new Need("packages-peers", List.of("wireguard-go", "wg", "openvpn", "openssl", "iperf3"));
    private static final Path TUN = Path.of("/dev/net/tun");

    /** How this process can make network namespaces. */
    public enum Privilege {
        /** As it is. */
        DIRECT,
        /** In a user namespace of its own. */
        USER_NAMESPACE,
        /** Not at all. */
        NONE
    }

    private Prerequisites() {}

    /** Everything that is missing and what to do about it, one line each; empty: the lab can run. Installs programs if it may. */
    public static List<String> missing(PrintStream log) throws IOException {
        List<String> missing = new ArrayList<>();
        if (!System.getProperty("os.name").equals("Linux")) {
            missing.add("Linux: network namespaces exist nowhere else");
            return missing;
        }
        missing.addAll(missing(LAB, log));
        boolean complete = missing.isEmpty();
        if (!Files.isReadable(TUN) || !Files.isWritable(TUN)) {
            missing.add(
                    Files.exists(TUN)
                            ? TUN + " can't be opened by this user: run as root, or chmod 666 " + TUN
                            : TUN + ": modprobe tun, or give the container --device " + TUN);
        }
        if (complete && privilege() == Privilege.NONE) {
            missing.add(
                    "the right to make network namespaces: run as root (a container needs --privileged or CAP_SYS_ADMIN and CAP_NET_ADMIN),"
                            + " or allow user namespaces (sysctl kernel.unprivileged_userns_clone=1,"
                            + " on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0)");
        }
        return missing;
    }

    /** The same of what is needed only where other VPNs are measured beside ours. */
    public static List<String> missingForPeers(PrintStream log) throws IOException {
        return missing(PEERS, log);
    }

    private static List<String> missing(Need need, PrintStream log) throws IOException {
        List<String> programs = absent(need);
        if (!programs.isEmpty() && install(need, log)) {
            programs = absent(need);
        }
        return programs.isEmpty()
                ? List.of()
                : List.of("programs " + String.join(", ", programs) + ": as root, apt-get install "
                        + String.join(" ", packages(need)));
    }

    /** Found by trying. */
    public static Privilege privilege() throws IOException {
        if (succeeds(List.of("unshare", "-n", "ip", "link", "set", "lo", "up"))) {
            return Privilege.DIRECT;
        }
        List<String> nested = new ArrayList<>(userNamespace());
        nested.addAll(List.of("unshare", "-n", "ip", "link", "set", "lo", "up"));
        return succeeds(nested) ? Privilege.USER_NAMESPACE : Privilege.NONE;
    }

    /**
     * The command that runs another in a user namespace where this user, still by its own number, may do everything. (As number 0 tcpdump would
     * try to become somebody else, which a user namespace forbids.)
     */
    public static List<String> userNamespace() {
        return List.of("unshare", "--user", "--map-current-user", "--keep-caps", "--net", "--mount", "--");
    }

    private static List<String> absent(Need need) {
        List<String> path =
                List.of((System.getenv().getOrDefault("PATH", "") + ":" + Workspace.SYSTEM_PATH).split(":", -1));
        return need.programs.stream()
                .filter(program ->
                        path.stream().noneMatch(directory -> Files.isExecutable(Path.of(directory, program))))
                .toList();
    }

    /** Installs everything that {@code lab/packages} names, where this user may; whether that succeeded. */
    static boolean install(PrintStream log) throws IOException {
        return install(LAB, log);
    }

    private static boolean install(Need need, PrintStream log) throws IOException {
        if (!Files.isExecutable(Path.of("/usr/bin/apt-get")) || !Files.isWritable(Path.of("/var/lib/dpkg"))) {
            return false;
        }
        List<String> packages = packages(need);
        log.println("lab: installing " + String.join(" ", packages));
        // A list that could not be refreshed may still be good enough.
        succeeds(List.of("apt-get", "update", "-qq"));
        return succeeds(command(packages));
    }

    private static List<String> command(List<String> packages) {
        List<String> command = new ArrayList<>(List.of(
                "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq", "--no-install-recommends"));
        command.addAll(packages);
        return command;
    }

    /** The Debian packages of a file in {@code lab}: a name first in each line, what it is for behind it; # begins a comment. */
    private static List<String> packages(Need need) throws IOException {
        try (InputStream in = Prerequisites.class.getResourceAsStream("/jumpvpn/lab/" + need.list)) {
            if (in == null) {
                throw new IOException("the list of Debian packages is not on the class path: build again");
            }
            return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
                    .lines()
                    .map(line -> line.replaceFirst("#.*", "").strip().split("\\s+", 2)[0])
                    .filter(line -> !line.isEmpty())
                    .toList();
        }
    }

    private static boolean succeeds(List<String> command) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().merge("PATH", Workspace.SYSTEM_PATH, (path, system) -> path + ":" + system);
        Process process = builder.start();
        try {
            if (process.waitFor(5, TimeUnit.MINUTES)) {
                return process.exitValue() == 0;
            }
            process.destroyForcibly();
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
            return false;
        }
    }
}
