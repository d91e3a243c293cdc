package jumpvpn.lab.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import jumpvpn.lab.DebianPackage;
import jumpvpn.lab.netns.Namespace;
import jumpvpn.lab.netns.Pause;
import jumpvpn.lab.netns.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * A store of real etcd processes, with their data on disk and etcd's own settings. Unpacked from Debian's package, never installed. Closing ends them and removes what
 * they wrote.
 */
public final class EtcdProcesses implements AutoCloseable {
    private static final long LONGEST_START_SECONDS = 30;
    private static final long LONGEST_COMMAND_SECONDS = 20;
    private static final Duration PAUSE = Duration.ofMillis(100);
    /** Of {@code get -w json}; absent where there is none. */
    private static final Pattern COUNT = Pattern.compile("\"count\":(\\d+)");
    /** Of {@code endpoint status}: whether the member leads. */
    private static final int LEADER_COLUMN = 4;

    private record Member(String name, URI client, URI peer) {}

    /**
     * PEM files that make members ask their clients for a certificate, and show one.
     *
     * @param certificate of the members, with their address; its own authority
     * @param clientCertificate of all clients, etcdctl's too; its own authority
     */
    public record Tls(Path certificate, Path key, Path clientCertificate, Path clientKey) {}

    private final Path folder;
    private final Path etcd;
    private final Path etcdctl;
    private final Function<List<String>, ProcessBuilder> inside;
    private final List<Member> members;
    private final @Nullable Tls tls;
    private final @Nullable Process[] processes;
    private final Thread atExit = new Thread(this::leave, "etcd-at-exit");

    private EtcdProcesses(
            Path folder, Function<List<String>, ProcessBuilder> inside, List<Member> members, @Nullable Tls tls)
            throws IOException {
        this.etcd = DebianPackage.ETCD.unpack(cache());
        this.etcdctl = DebianPackage.ETCD_CLIENT.unpack(cache());
        this.folder = Files.createDirectories(folder).toAbsolutePath();
        this.inside = inside;
        this.members = members;
        this.tls = tls;
        this.processes = new Process[members.size()];
    }

    /**
     * Starts so many on free ports of 127.0.0.1, and waits until they answer.
     *
     * @param folder what they write goes there
     * @throws IOException if the package can't be had, or they do not start
     */
    public static EtcdProcesses start(Path folder, int members) throws IOException {
        List<Member> all = new ArrayList<>();
        for (int i = 0; i < members; i++) {
            all.add(new Member("etcd" + i, http("127.0.0.1", freePort()), http("127.0.0.1", freePort())));
        }
        return new EtcdProcesses(folder, ProcessBuilder::new, all, null).begin();
    }

    /**
     * Starts one on free ports of 127.0.0.1, with TLS for its clients, and waits until it answers.
     *
     * @param folder as there
     */
    public static EtcdProcesses start(Path folder, Tls tls) throws IOException {
        URI client = URI.create("https://127.0.0.1:" + freePort());
        Member member = new Member("etcd0", client, http("127.0.0.1", freePort()));
        return new EtcdProcesses(folder, ProcessBuilder::new, List.of(member), tls).begin();
    }

    /**
     * Starts one at each of these addresses, on ports 2379 and 2380, and waits until they answer.
     *
     * @param inside a builder of a command where the addresses are, as {@code Namespace.command}: the process that it starts is the command itself
     */
    public static EtcdProcesses start(
            Path folder, Function<List<String>, ProcessBuilder> inside, List<String> addresses) throws IOException {
        List<Member> all = IntStream.range(0, addresses.size())
                .mapToObj(i -> new Member("etcd" + i, http(addresses.get(i), 2379), http(addresses.get(i), 2380)))
                .toList();
        return new EtcdProcesses(folder, inside, all, null).begin();
    }

    /** Where the packages are kept. */
    public static Path cache() {
        return Path.of(System.getProperty("jumpvpn.target", "target"), "peers");
    }

    private static URI http(String address, int port) {
        return URI.create("http://" + address + ":" + port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private EtcdProcesses begin() throws IOException {
        Runtime.getRuntime().addShutdownHook(atExit);
        try {
            startAll();
            return this;
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** Starts all that do not run, on what they wrote, and waits until they answer. */
    public void startAll() throws IOException {
        for (int i = 0; i < members.size(); i++) {
            if (processes[i] == null) {
                launch(i);
            }
        }
        await();
    }

    /** What the members' clients connect to, in their order. */
    public List<URI> endpoints() {
        return members.stream().map(Member::client).toList();
    }

    /** How many. */
    public int size() {
        return members.size();
    }

    private void launch(int i) throws IOException {
        Member member = members.get(i);
        List<String> command = new ArrayList<>(List.of(
                etcd.toString(),
                "--name=" + member.name,
                "--data-dir=" + data(i),
                "--listen-client-urls=" + member.client,
                "--advertise-client-urls=" + member.client,
                "--listen-peer-urls=" + member.peer,
                "--initial-advertise-peer-urls=" + member.peer,
                "--initial-cluster=" + cluster(),
                "--initial-cluster-token=lab"));
        if (tls != null) {
            command.addAll(List.of(
                    "--cert-file=" + tls.certificate,
                    "--key-file=" + tls.key,
                    "--trusted-ca-file=" + tls.clientCertificate,
                    "--client-cert-auth"));
        }
        ProcessBuilder builder = inside.apply(command).redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log(i).toFile()));
        processes[i] = builder.start();
    }

    private Path data(int i) {
        return folder.resolve(members.get(i).name);
    }

    private Path log(int i) {
        return folder.resolve(members.get(i).name + ".log");
    }

    private String cluster() {
        return members.stream().map(member -> member.name + "=" + member.peer).collect(Collectors.joining(","));
    }

    private void awaitAnswer(int i) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_START_SECONDS);
        while (!answers(i)) {
            Process process = processes[i];
            if (process == null || !process.isAlive() || System.nanoTime() - end > 0) {
                throw new IOException(members.get(i).name + " does not answer at " + members.get(i).client
                        + "; its log is " + log(i) + " and ends with: " + Namespace.tail(log(i)));
            }
            Pause.of(PAUSE);
        }
    }

    private boolean answers(int i) throws IOException {
        return run(builder(i, "endpoint", "health", "--command-timeout=2s")).isOk;
    }

    /** Waits until each that runs answers again. */
    public void await() throws IOException {
        for (int i = 0; i < processes.length; i++) {
            if (processes[i] != null) {
                awaitAnswer(i);
            }
        }
    }

    /** SIGKILL. */
    public void kill(int i) throws IOException {
        Process process = processes[i];
        if (process != null) {
            awaitEnd(process.destroyForcibly());
            processes[i] = null;
        }
    }

    /** SIGSTOP: it is there and does not answer, until {@link #cont}. */
    public void stop(int i) throws IOException {
        signal(i, "STOP");
    }

    /** SIGCONT. */
    public void cont(int i) throws IOException {
        signal(i, "CONT");
    }

    private void signal(int i, String signal) throws IOException {
        Process process = processes[i];
        if (process == null) {
            throw new IOException(members.get(i).name + " does not run");
        }
        run(new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())))
                .orThrow();
    }

    /** What all that run have had of the processors. */
    public Duration cpu() {
        return Arrays.stream(processes)
                .filter(Objects::nonNull)
                .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }

    /** Starts one that was killed, on what it wrote, and waits until it answers: a majority must run by then. */
    public void start(int i) throws IOException {
        launch(i);
        awaitAnswer(i);
    }

    /** Which one leads; -1: none that answers. */
    public int leader() throws IOException {
        for (int i = 0; i < processes.length; i++) {
            if (processes[i] != null) {
                Ended status = run(builder(i, "endpoint", "status", "--command-timeout=1s"));
                String[] columns = status.said.split(", *", -1);
                if (status.isOk && columns.length > LEADER_COLUMN && columns[LEADER_COLUMN].equals("true")) {
                    return i;
                }
            }
        }
        return -1;
    }

    /** Saves what the store has now. */
    public void snapshot(Path file) throws IOException {
        int from = leader();
        if (from < 0) {
            throw new IOException("no etcd leads, so there is nobody to save a snapshot of");
        }
        run(builder(from, "snapshot", "save", file.toString())).orThrow();
    }

    /** Kills all and starts a store that has what the snapshot has, at the same addresses. */
    public void restore(Path file) throws IOException {
        killAll();
        for (int i = 0; i < members.size(); i++) {
            Member member = members.get(i);
            Workspace.delete(data(i));
            run(builder(
                            i,
                            "snapshot",
                            "restore",
                            file.toString(),
                            "--name=" + member.name,
                            "--data-dir=" + data(i),
                            "--initial-cluster=" + cluster(),
                            "--initial-cluster-token=lab",
                            "--initial-advertise-peer-urls=" + member.peer))
                    .orThrow();
        }
        startAll();
    }

    /** Runs etcdctl against all members; what it printed. */
    public String control(String... arguments) throws IOException {
        String all = endpoints().stream().map(URI::toString).collect(Collectors.joining(","));
        return run(builder(all, arguments)).orThrow();
    }

    /** How many keys begin so. */
    public int count(String prefix) throws IOException {
        Matcher count = COUNT.matcher(control("get", "--prefix", prefix, "-w", "json"));
        return count.find() ? Integer.parseInt(count.group(1)) : 0;
    }

    private ProcessBuilder builder(int i, String... arguments) {
        return builder(members.get(i).client.toString(), arguments);
    }

    private ProcessBuilder builder(String addresses, String... arguments) {
        List<String> command = new ArrayList<>(List.of(etcdctl.toString(), "--endpoints=" + addresses));
        if (tls != null) {
            command.addAll(List.of(
                    "--cacert=" + tls.certificate, "--cert=" + tls.clientCertificate, "--key=" + tls.clientKey));
        }
        command.addAll(List.of(arguments));
        ProcessBuilder builder = inside.apply(command);
        builder.environment().put("ETCDCTL_API", "3");
        return builder;
    }

    private record Ended(String command, boolean isOk, String said) {
        String orThrow() throws IOException {
            if (!isOk) {
                throw new IOException(command + " failed: " + said.strip());
            }
            return said;
        }
    }

    private static Ended run(ProcessBuilder builder) throws IOException {
        Process process = builder.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        awaitEnd(process);
        return new Ended(String.join(" ", builder.command()), process.exitValue() == 0, said);
    }

    private static void awaitEnd(Process process) throws IOException {
        try {
            if (!process.waitFor(LONGEST_COMMAND_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** The JVM ends before anybody has closed this. */
    private void leave() {
        killAll();
        try {
            Workspace.delete(folder);
        } catch (IOException e) {
            // then it stays in the temporary folder
        }
    }

    private void killAll() {
        for (int i = 0; i < processes.length; i++) {
            Process process = processes[i];
            if (process != null) {
                process.destroyForcibly().onExit().join();
                processes[i] = null;
            }
        }
    }

    @Override
    public void close() throws IOException {
        killAll();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            return; // the JVM is ending, and the hook does it
        }
        Workspace.delete(folder);
    }
}
