package jumpvpn.lab.netns;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A network namespace held by one small process that reads from a pipe of the lab: when the lab ends, however it ends, the pipe closes, the
 * process goes, and the kernel takes the namespace with all its devices away. So nothing has a name that could collide or be left behind.
 * To look inside while it lives: {@code nsenter -t PID -n}.
 */
public final class Namespace {
    private final String name;
    private final Process holder;
    private final Workspace workspace;

    private Namespace(String name, Process holder, Workspace workspace) {
        this.name = name;
        this.holder = holder;
        this.workspace = workspace;
    }

    /** A new namespace whose only device is a loopback that is up. */
    public static Namespace open(String name, Workspace workspace) throws IOException {
        Process holder = workspace.start(
                new ProcessBuilder("unshare", "-n", "--", "sh", "-c", "ip link set lo up && echo ready && exec cat"),
                name + ".ns.log");
        if (holder.getInputStream().read() != 'r') {
            throw new IOException("no network namespace for " + name + ": " + tail(workspace.file(name + ".ns.log")));
        }
        return new Namespace(name, holder, workspace);
    }

    /** What it is called in logs. */
    public String name() {
        return name;
    }

    /** The process that holds it. */
    public long pid() {
        return holder.pid();
    }

    /** A builder for a command that will run inside. The process that it starts is the command itself, not a wrapper. */
    public ProcessBuilder command(List<String> command) {
        List<String> all = new ArrayList<>(List.of("nsenter", "-t", Long.toString(pid()), "-n", "--"));
        all.addAll(command);
        return new ProcessBuilder(all);
    }

    /** Starts a command inside; it ends with the workspace. Its errors go to {@code log}. */
    public Process start(String log, List<String> command) throws IOException {
        return workspace.start(command(command), log);
    }

    /** Runs a shell script inside that must succeed; what it printed. */
    public String shell(String script) throws IOException {
        ProcessBuilder builder = command(List.of("sh", "-e", "-c", script)).redirectErrorStream(true);
        Process process = workspace.start(builder, name + ".log");
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException("in namespace " + name + ": " + output.strip() + "\nwhile running:\n" + script);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted in namespace " + name, e);
        }
        return output;
    }

    /** The end of a log that a process inside wrote. */
    public String logTail(String log) throws IOException {
        return tail(workspace.file(log));
    }

    /** The end of a file, empty if there is none. */
    public static String tail(Path file) throws IOException {
        if (!Files.exists(file)) {
            return "";
        }
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        return text.substring(Math.max(0, text.length() - 2000)).strip();
    }
}
