package jumpvpn.node.app;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import jumpvpn.node.app.ControlProtocol.Wish;
import jumpvpn.node.config.DurationText;
import jumpvpn.node.observability.jsonl.Json;
import jumpvpn.node.observability.jsonl.JsonWriter;
import jumpvpn.node.runtime.Request;

/** {@code cluster} and {@code drain}: what a gateway knows of the others, and its sessions' way to them. */
final class ClusterCommands {
    static final Option TIMEOUT =
            new Option("--timeout", "TIME", "how long to wait for the last session to leave (default: 60s)");

    private static final long PAUSE_NANOS = 1_000_000_000L;
    private static final List<String> COLUMNS = List.of("MEMBER", "NUMBER", "ALIVE", "SESSIONS", "SIGN");

    private ClusterCommands() {}

    static int cluster(Arguments arguments, Context context) throws CommandFailed, IOException {
        Json result = ControlCommands.ask(arguments, context, new Request.Cluster());
        context.out()
                .print(
                        arguments.has(Option.JSON) || !(result instanceof Json.Fields cluster)
                                ? new JsonWriter().value(result) + "\n"
                                : text(cluster));
        return Main.OK;
    }

    /** Asks once, then looks every second how many are left. */
    static int drain(Arguments arguments, Context context)
            throws UsageException, CommandFailed, IOException, InterruptedException {
        String timeout = arguments.value(TIMEOUT).orElse("60s");
        OptionalLong nanos = DurationText.nanos(timeout);
        if (nanos.isEmpty()) {
            throw new UsageException("--timeout \"" + timeout + "\" is no time: write 60s or 5min");
        }
        long endNanos = System.nanoTime() + Math.min(nanos.getAsLong(), Long.MAX_VALUE / 2);
        ControlClient node = ControlClient.connect(arguments, context);
        try {
            node.ask(new Wish.Ask(new Request.Drain()));
            long left = left(node);
            while (left > 0 && System.nanoTime() - endNanos < 0) {
                context.err().println(sessions(left) + " left");
                Thread.sleep(Math.clamp(endNanos - System.nanoTime(), 1, PAUSE_NANOS) / 1_000_000 + 1);
                left = left(node);
            }
            if (left > 0) {
                throw new CommandFailed(sessions(left) + " still here after " + timeout
                        + ": their clients know no other gateway, or can't reach one; `jumpvpn sessions` lists them."
                        + " The gateway goes on draining");
            }
        } finally {
            node.close();
        }
        context.out().println("no session is left; the gateway can be stopped");
        return Main.OK;
    }

    private static String sessions(long count) {
        return count == 1 ? "1 session is" : count + " sessions are";
    }

    private static long left(ControlClient node) throws CommandFailed, IOException {
        try (ControlClient again = node.again()) {
            return again.ask(new Wish.Ask(new Request.Cluster())) instanceof Json.Fields cluster
                    ? number(cluster, "sessions")
                    : 0;
        }
    }

    private static String text(Json.Fields cluster) {
        List<List<String>> rows = new ArrayList<>(List.of(COLUMNS));
        for (Json row : cluster.array("members")) {
            if (row instanceof Json.Fields member) {
                String self = StatusText.plain(member, "name")
                                .equals(cluster.text("name").orElse(""))
                        ? " (this one)"
                        : "";
                rows.add(List.of(
                        StatusText.plain(member, "name") + self,
                        number(member, "number") == 0 ? "-" : StatusText.plain(member, "number"),
                        alive(member),
                        StatusText.plain(member, "sessions"),
                        age(member)));
            }
        }
        return "%s  %s%s, sessions: %s%s, clients: %s (%s)%n"
                        .formatted(
                                StatusText.plain(cluster, "name"),
                                StatusText.plain(cluster, "mode"),
                                lease(cluster),
                                StatusText.plain(cluster, "sessions"),
                                cluster.isTrue("draining") ? ", draining" : "",
                                StatusText.plain(cluster, "clients"),
                                StatusText.plain(cluster, "clients_digest"))
                + StatusText.table(rows)
                + store(cluster.object("store"));
    }

    private static String alive(Json.Fields member) {
        if (member.isTrue("draining")) {
            return "draining";
        }
        return switch (StatusText.plain(member, "alive")) {
            case "true" -> "yes";
            case "false" -> "no";
            default -> "-";
        };
    }

    private static String age(Json.Fields member) {
        return member.get("sign_age_ms") instanceof Json.Figure
                ? "%.1f s ago".formatted(number(member, "sign_age_ms") / 1e3)
                : "-";
    }

    private static String lease(Json.Fields cluster) {
        if (!(cluster.get("lease_left_ms") instanceof Json.Figure)) {
            return "";
        }
        long left = number(cluster, "lease_left_ms");
        return left > 0 ? ", lease %.1f s".formatted(left / 1e3) : ", no lease";
    }

    private static String store(Json.Fields store) {
        return store.fields().isEmpty()
                ? ""
                : "store %s, answers within %s ms (half), %s ms (99 of 100), revision %s%s%n"
                        .formatted(
                                StatusText.plain(store, "endpoint"),
                                StatusText.plain(store, "p50_ms"),
                                StatusText.plain(store, "p99_ms"),
                                StatusText.plain(store, "revision"),
                                store.text("error")
                                        .map(error -> "; newest error: " + error)
                                        .orElse(""));
    }

    private static long number(Json.Fields fields, String name) {
        return fields.get(name) instanceof Json.Figure figure ? Long.parseLong(figure.digits()) : 0;
    }
}
