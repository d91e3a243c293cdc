package jumpvpn.lab.netns;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.KeyPair;
import jumpvpn.node.app.Main;
import jumpvpn.node.host.SystemEntropy;

/** What real nodes of a test find in its workspace and leave there. */
public final class NodeFiles {
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final Workspace workspace;

    /** Of the nodes in this workspace. */
    public NodeFiles(Workspace workspace) {
        this.workspace = workspace;
    }

    /** On a machine that can't run nodes in namespaces the test is skipped, and says so. */
    public static void orSkip() throws IOException {
        List<String> missing = new ArrayList<>(Prerequisites.missing(System.err));
        if (missing.isEmpty() && Prerequisites.privilege() != Prerequisites.Privilege.DIRECT) {
            missing.add("root: the test makes network namespaces");
        }
        skipIf(missing);
    }

    /** Skips the test loudly if something is missing. */
    static void skipIf(List<String> missing) {
        String text = "NOT TESTED HERE: this machine lacks " + String.join("; ", missing);
        if (!missing.isEmpty()) {
            System.err.println("\n*** " + text + "\n");
        }
        assumeTrue(missing.isEmpty(), text);
    }

    /** How a command ended, and what it printed. */
    public record Ran(int code, String out, String err) {}

    /** Runs a short command of the product in this process: a JVM of its own would take most of the time that a test has. */
    public static Ran run(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Main.run(words, InputStream.nullInputStream(), utf8(out), utf8(err));
        return new Ran(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static PrintStream utf8(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    /** Between two looks at a condition. */
    public static void pause() {
        Pause.of(PAUSE);
    }

    /** A fresh one. */
    public static KeyPair key() {
        return KeyPair.generate(Crypto.jdk(new SystemEntropy()));
    }

    /** As configuration files have it. */
    public static String base64(byte[] key) {
        return Base64.getEncoder().encodeToString(key);
    }

    /** Writes the private key to a file that only its owner can read. */
    public void write(String name, KeyPair pair) throws IOException {
        Path file = workspace.file(name);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, base64(pair.privateKey()) + "\n");
    }

    /** What the log {@code name} has; empty if there is none. */
    public String log(String name) throws IOException {
        Path file = workspace.file(name);
        return Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
    }

    /** All events of a node. */
    public List<EventLine> events(String node) {
        EventFile file = new EventFile(workspace.file(node + ".jsonl"));
        file.poll(_ -> {});
        return file.events();
    }
}
