package jumpvpn.lab.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import jumpvpn.lab.netns.Namespace;
import jumpvpn.lab.netns.Workspace;

/** Three etcd in the store's namespace, their data in the workspace, durable as they come. */
final class StoreProcesses {
    static final int MEMBERS = 3;
    private static final String INITIAL = IntStream.rangeClosed(1, MEMBERS)
            .mapToObj(member -> "m%d=%s".formatted(member, url(member, 2380)))
            .collect(Collectors.joining(","));

    private final Path program;
    private final Namespace namespace;
    private final Workspace workspace;
    private final List<Process> processes = new ArrayList<>();

    private StoreProcesses(Path program, Namespace namespace, Workspace workspace) {
        this.program = program;
        this.namespace = namespace;
        this.workspace = workspace;
    }

    /** Starts all; returns before they have a leader. */
    static StoreProcesses start(Path program, Namespace namespace, Workspace workspace) throws IOException {
        StoreProcesses store = new StoreProcesses(program, namespace, workspace);
        for (int member = 1; member <= MEMBERS; member++) {
            store.processes.add(store.launch(member));
        }
        return store;
    }

    private static String url(int member, int port) {
        return "http://%s:%d".formatted(ClusterTopology.storeAddress(member), port);
    }

    /** Where gateways find it. */
    static List<String> endpoints() {
        return IntStream.rangeClosed(1, MEMBERS)
                .mapToObj(member -> url(member, 2379))
                .toList();
    }

    private Process launch(int member) throws IOException {
        String name = "m" + member;
        return workspace.startLogged(
                namespace.command(List.of(
                        program.toString(),
                        "--name",
                        name,
                        "--data-dir",
                        workspace.file("etcd-" + name).toString(),
                        "--listen-client-urls",
                        url(member, 2379),
                        "--advertise-client-urls",
                        url(member, 2379),
                        "--listen-peer-urls",
                        url(member, 2380),
                        "--initial-advertise-peer-urls",
                        url(member, 2380),
                        "--initial-cluster",
                        INITIAL,
                        "--logger",
                        "zap")),
                "etcd-" + name + ".log");
    }

    /** SIGKILL. */
    void kill(int member) throws IOException {
        Workspace.kill(processes.get(member - 1));
    }

    /** One that was killed goes on with its data. */
    void restart(int member) throws IOException {
        processes.set(member - 1, launch(member));
    }

    /** The member that leads, by its own word; 0: none says so. */
    int leader() throws IOException {
        for (int member = 1; member <= MEMBERS; member++) {
            String metrics = namespace.shell(
                    "curl -fsS --max-time 1 %s/metrics 2> /dev/null | grep '^etcd_server_is_leader' || true"
                            .formatted(url(member, 2379)));
            if (metrics.strip().endsWith(" 1")) {
                return member;
            }
        }
        return 0;
    }
}
