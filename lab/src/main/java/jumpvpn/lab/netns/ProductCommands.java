package jumpvpn.lab.netns;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import jumpvpn.core.observability.audit.Finding;
import jumpvpn.core.observability.audit.Report;
import org.jspecify.annotations.Nullable;

/** The product's commands that end by themselves, as an operator runs them in a workspace: keys, and what running nodes are asked. */
public final class ProductCommands {
    /** The name of its main class. */
    public static final String MAIN = "jumpvpn.node.app.Main";

    private final Workspace workspace;
    private final JavaCommand java;
    private final Duration patience;

    /** @param patience how long a command may take */
    public ProductCommands(Workspace workspace, JavaCommand java, Duration patience) {
        this.workspace = workspace;
        this.java = java;
        this.patience = patience;
    }

    /** Makes a private key, in the file {@code NAME.key}; the public one. */
    public String makeKey(String name) throws IOException {
        String key = run(null, List.of("genkey"));
        Path file = workspace.file(name + ".key");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, key);
        return publicKey(name);
    }

    /** Of the key that was made for this name. */
    public String publicKey(String name) throws IOException {
        return run(Files.readString(workspace.file(name + ".key")), List.of("pubkey"))
                .strip();
    }

    /**
     * Runs a command; what it printed.
     *
     * @throws IOException if it fails or does not end, with what it said
     */
    public String run(List<String> arguments) throws IOException {
        return run(null, arguments);
    }

    private String run(@Nullable String input, List<String> arguments) throws IOException {
        List<String> line = new ArrayList<>(java.line(MAIN, arguments));
        String errors = "command-" + arguments.getFirst() + ".log";
        Process process = workspace.start(new ProcessBuilder(line), errors);
        try (var stdin = process.outputWriter(StandardCharsets.UTF_8)) {
            stdin.write(input == null ? "" : input);
        } catch (IOException e) {
            // It ended without reading: its exit code tells.
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (exitCode(process) != 0) {
            throw new IOException("jumpvpn " + String.join(" ", arguments) + " failed with " + process.exitValue()
                    + ": " + Namespace.tail(workspace.file(errors)) + output);
        }
        return output;
    }

    private int exitCode(Process process) throws IOException {
        try {
            if (!process.waitFor(patience)) {
                process.destroyForcibly();
                throw new IOException("no end after " + patience.toSeconds() + " s: "
                        + process.info().commandLine().orElse("a command"));
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /**
     * Holds if the files were proven.
     *
     * @param whose the events', for people
     */
    public static Check proven(String whose, Report report) {
        return new Check(
                "the auditor finds " + whose + " " + jumpvpn.core.observability.audit.Verdict.PROVEN,
                report.verdict() == jumpvpn.core.observability.audit.Verdict.PROVEN,
                Stream.concat(
                                report.findings().stream(),
                                report.sessions().stream().flatMap(session -> session.findings().stream()))
                        .findFirst()
                        .map(Finding::toString)
                        .orElse(report.events() + " events, "
                                + report.sessions().size() + " sessions"));
    }
}
