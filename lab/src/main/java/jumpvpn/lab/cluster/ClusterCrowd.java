package jumpvpn.lab.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.KeyPair;
import jumpvpn.lab.bench.StormLoad;
import jumpvpn.lab.netns.JavaCommand;
import jumpvpn.lab.netns.Json;
import jumpvpn.lab.netns.Namespace;
import jumpvpn.lab.netns.Workspace;
import jumpvpn.lab.sessions.Load;
import jumpvpn.node.host.SystemEntropy;
import jumpvpn.node.security.CryptoChoice;
import org.jspecify.annotations.Nullable;

/** Many clients of the cluster in one process, {@link Load}, each with a key and an inner address of its own. */
final class ClusterCrowd {
    private static final List<String> HEAP = List.of("-Xmx512m");
    /** Much of it for what is new: what a hundred thousand sessions are stays, and is not to be copied again and again. */
    private static final List<String> LARGE_HEAP = List.of("-Xms5g", "-Xmx5g", "-Xmn2g");

    private static final List<String> FIRST = List.of("nice", "-n", "-15");
    private static final String LOG = "crowd.log";
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private final Workspace workspace;
    private final Path members;
    private final List<Admission.Client> clients;
    final int sessions;
    final InnerNetwork network;
    private final LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private @Nullable PrintStream commands;
    private @Nullable Process process;

    private ClusterCrowd(Workspace workspace, int sessions, Path members, List<Admission.Client> clients) {
        this.workspace = workspace;
        this.sessions = sessions;
        this.network = InnerNetwork.of(sessions);
        this.members = members;
        this.clients = clients;
    }

    /** Makes the keys. */
    static ClusterCrowd prepare(Workspace workspace, int sessions) throws IOException {
        Crypto crypto = CryptoChoice.best().crypto(new SystemEntropy());
        InnerNetwork network = InnerNetwork.of(sessions);
        List<String> lines = new ArrayList<>();
        List<Admission.Client> clients = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            KeyPair key = KeyPair.generate(crypto);
            clients.add(new Admission.Client(
                    "client" + i, text(key.publicKey()), network.address(i).toString()));
            lines.add(text(key.privateKey()) + " " + network.address(i));
        }
        Path members = Files.write(workspace.file("members"), lines, StandardCharsets.US_ASCII);
        return new ClusterCrowd(workspace, sessions, members, clients);
    }

    private static String text(byte[] key) {
        return Base64.getEncoder().encodeToString(key);
    }

    /** That of a session's client, counted from 0. */
    byte[] privateKey(int session) throws IOException {
        String line = Files.readAllLines(members).get(session);
        return Base64.getDecoder().decode(line.substring(0, line.indexOf(' ')));
    }

    /** What makes them known to gateways, in a file; nothing if they are more than a file holds, see {@link #admit}. */
    String sections() {
        return network == InnerNetwork.ROUTED
                ? ""
                : clients.stream()
                        .map(client -> "[[client]]\nname = \"%s\"\npublic-key = \"%s\"\naddress = [\"%s\"]\n"
                                .formatted(client.name(), client.publicKey(), client.address()))
                        .collect(Collectors.joining());
    }

    /** Has the gateways with these control sockets let them in, each its share, where they are in no file. */
    void admit(List<Path> controls) throws IOException {
        if (network == InnerNetwork.ON_LINK) {
            return;
        }
        int share = Math.ceilDiv(clients.size(), controls.size());
        for (int i = 0; i < controls.size(); i++) {
            Admission.tell(controls.get(i), clients.subList(i * share, Math.min((i + 1) * share, clients.size())));
        }
    }

    /**
     * Starts the process; all of its clients prefer the first gateway.
     *
     * @param load {@link Load}, or {@link StormLoad} for more than it can be
     */
    void start(Class<?> load, Namespace host, ClusterNodes nodes) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(members.toString(), ClusterTopology.CROWD_ADDRESS, "wan0"));
        for (int number = 1; number <= ClusterTopology.GATEWAYS; number++) {
            arguments.add(nodes.publicKey(ClusterNodes.gateway(number)));
            arguments.add(ClusterNodes.endpoint(number));
        }
        List<String> line = JavaCommand.current().line(load.getName(), arguments);
        line.addAll(line.indexOf("-cp"), network == InnerNetwork.ROUTED ? LARGE_HEAP : HEAP);
        line.addAll(0, FIRST); // what stands for so many machines is not to wait for those that it loads
        process = workspace.start(host.command(line), LOG);
        commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.US_ASCII);
        BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
        Thread.ofVirtual()
                .start(() -> said.lines().filter(text -> text.startsWith("{")).forEach(answers::add));
    }

    /** What the process has had of the processors. */
    Duration cpu() {
        return process == null
                ? Duration.ZERO
                : process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** So many sessions a second lose their path from now on, and find another. */
    void churn(int perSecond) {
        tell("churn " + perSecond);
    }

    /** Each session loses its path once, so many at a time. */
    void storm(int together) {
        tell("storm " + together);
    }

    /** What was so far is not told any more. */
    void reset() {
        tell("reset");
    }

    private void tell(String command) {
        if (commands == null) {
            throw new IllegalStateException("the crowd was not started");
        }
        commands.println(command);
    }

    /** What became of all since the last reset. */
    Stats stats() throws IOException {
        tell("stats");
        try {
            String answer = answers.poll(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
            if (answer == null) {
                throw new IOException("the crowd does not answer: " + Namespace.tail(workspace.file(LOG)));
            }
            return new Stats(Json.object(answer));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** A line of the load's. @param fields as it has them */
    record Stats(Map<String, @Nullable Object> fields) {
        double number(String name) {
            return fields.get(name) instanceof Number number ? number.doubleValue() : 0;
        }

        int attached() {
            return (int) number("attached");
        }

        /** How many are at this gateway. */
        int at(String gateway) {
            return fields.get("at") instanceof Map<?, ?> at && at.get(gateway) instanceof Number number
                    ? number.intValue()
                    : 0;
        }

        @Override
        public String toString() {
            return Json.write(fields);
        }
    }
}
