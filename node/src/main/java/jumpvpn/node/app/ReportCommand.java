package jumpvpn.node.app;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import jumpvpn.node.app.ControlProtocol.Wish;
import jumpvpn.node.app.doctor.Check;
import jumpvpn.node.config.ConfigException;
import jumpvpn.node.config.KeyText;
import jumpvpn.node.config.NodeConfig;
import jumpvpn.node.observability.jsonl.JsonWriter;
import jumpvpn.node.observability.jsonl.UtcTime;
import jumpvpn.node.runtime.Request;

/** {@code report}: what somebody who helps wants to see, in one file, without secrets. */
final class ReportCommand {
    static final Option OUT = new Option("--out", "FILE", "the file to write (default: jumpvpn-report-TIME.zip here)");
    static final Option LOG = new Option("--log", "FILE", "a log of the node: its end goes in too");

    private static final int TAIL_BYTES = 1 << 20;
    private static final Pattern KEY_FILE =
            Pattern.compile("(?m)^\\s*(?:private-key|events-key)\\s*=\\s*[\"']([^\"'\\n]+)[\"']");

    private final Arguments arguments;
    private final Context context;
    private final Map<String, String> parts = new TreeMap<>();
    private final List<byte[]> secrets = new ArrayList<>();

    private ReportCommand(Arguments arguments, Context context) {
        this.arguments = arguments;
        this.context = context;
    }

    static int run(Arguments arguments, Context context) throws CommandFailed, IOException {
        ReportCommand report = new ReportCommand(arguments, context);
        report.collect();
        Path file = Path.of(arguments
                .value(OUT)
                .orElseGet(() -> "jumpvpn-report-"
                        + UtcTime.format(System.currentTimeMillis())
                                .substring(0, 19)
                                .replaceAll("[:T-]", "") + ".zip"));
        report.write(file);
        context.out()
                .printf(
                        "%s: %s%nKeys, tokens and passwords are left out; names and addresses are in it. Look through it before you pass it on.%n",
                        file, String.join(", ", report.parts.keySet()));
        return Main.OK;
    }

    private void collect() throws IOException {
        parts.put("versions.txt", versions());
        NodeConfig config = config();
        node();
        parts.put("doctor.txt", Check.text(DoctorCommand.examine(config, context)));
        Path events = config == null ? null : config.events();
        if (!parts.containsKey("events.jsonl") && events != null && Files.isReadable(events)) {
            parts.put("events.jsonl", tail(events));
        }
        if (arguments.has(LOG)) {
            parts.put("log.txt", tail(Path.of(arguments.value(LOG).orElseThrow())));
        }
    }

    private static String versions() {
        String system = "";
        try {
            system = Files.readString(Path.of("/etc/os-release"));
        } catch (IOException e) {
            // some systems have none
        }
        return "time %s%njumpvpn %s%njava %s %s%nkernel %s %s %s%nprocessors %d, heap up to %d MB%n%n%s"
                .formatted(
                        UtcTime.format(System.currentTimeMillis()),
                        java.util.Objects.requireNonNullElse(
                                ReportCommand.class.getPackage().getImplementationVersion(), "unpackaged"),
                        System.getProperty("java.vendor"),
                        System.getProperty("java.runtime.version"),
                        System.getProperty("os.name"),
                        System.getProperty("os.version"),
                        System.getProperty("os.arch"),
                        Runtime.getRuntime().availableProcessors(),
                        Runtime.getRuntime().maxMemory() >> 20,
                        system);
    }

    /** The file as it is, also one that can't be used; null then, or without one. */
    private @org.jspecify.annotations.Nullable NodeConfig config() throws IOException {
        if (!arguments.has(Option.CONFIG)) {
            return null;
        }
        Path file = Path.of(arguments.value(Option.CONFIG).orElseThrow());
        String text = Files.readString(file);
        parts.put("config.toml", text);
        Matcher keys = KEY_FILE.matcher(text);
        while (keys.find()) {
            Path key = file.toAbsolutePath().resolveSibling(keys.group(1));
            if (Files.isReadable(key) && Files.isRegularFile(key)) {
                KeyText.parse(Files.readString(key, StandardCharsets.ISO_8859_1))
                        .ifPresent(secrets::add);
            }
        }
        try {
            return NodeConfig.load(file);
        } catch (ConfigException e) {
            parts.put("config-problems.txt", e.getMessage() + "\n");
            return null;
        }
    }

    /** What a running node says. */
    private void node() {
        try (ControlClient client = ControlClient.connect(arguments, context)) {
            parts.put("status.json", new JsonWriter().value(client.ask(new Wish.Ask(new Request.Status()))) + "\n");
            try (ControlClient again = client.again()) {
                again.ask(new Wish.Events(false));
                List<String> lines = new ArrayList<>();
                for (String line = again.nextLine(); line != null; line = again.nextLine()) {
                    lines.add(line);
                }
                parts.put(
                        "events.jsonl", lines.stream().map(line -> line + "\n").collect(Collectors.joining()));
            }
        } catch (CommandFailed | IOException e) {
            parts.put("status-problem.txt", e.getMessage() + "\n");
        }
    }

    /** The last whole lines. */
    private static String tail(Path file) throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            long from = Math.max(0, channel.size() - TAIL_BYTES);
            ByteBuffer bytes = ByteBuffer.allocate((int) (channel.size() - from));
            channel.position(from);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // until it is full
            }
            String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
            return from == 0 ? text : text.substring(text.indexOf('\n') + 1);
        }
    }

    private void write(Path file) throws CommandFailed, IOException {
        Redaction redaction = new Redaction(secrets);
        try (SeekableByteChannel channel = Files.newByteChannel(
                        file,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                OutputStream out = Channels.newOutputStream(channel);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, String> part : parts.entrySet()) {
                zip.putNextEntry(new ZipEntry(part.getKey()));
                zip.write(redaction.clean(part.getValue()).getBytes(StandardCharsets.UTF_8));
                zip.closeEntry();
            }
        } catch (FileAlreadyExistsException e) {
            throw new CommandFailed(file + " exists already and is never overwritten; choose another name with --out");
        }
    }
}
