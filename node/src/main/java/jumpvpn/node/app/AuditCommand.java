package jumpvpn.node.app;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import jumpvpn.core.observability.audit.Finding;
import jumpvpn.core.observability.audit.Report;
import jumpvpn.core.observability.audit.SessionReport;
import jumpvpn.core.observability.audit.Verdict;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.SessionId;
import jumpvpn.node.app.timeline.Timeline;
import jumpvpn.node.app.timeline.TimelinePage;
import jumpvpn.node.app.timeline.TimelineText;
import jumpvpn.node.config.ConfigException;
import jumpvpn.node.config.GatewayConfig;
import jumpvpn.node.config.KeyText;
import jumpvpn.node.config.NodeConfig;
import jumpvpn.node.observability.jsonl.EventFiles;
import jumpvpn.node.observability.jsonl.JsonWriter;
import jumpvpn.node.observability.jsonl.SealKey;

/** {@code audit}: what the event files of all nodes prove together. */
final class AuditCommand {
    static final Option CONFIG =
            new Option("--config", "FILE", "a gateway's file: its policy's figures are checked too");

    static final Option TIMELINE =
            new Option("--timeline", null, "show what each session went through, event by event");
    static final Option SESSION =
            new Option("--session", "ID", "with --timeline and --report: this session, or those that begin so");
    static final Option REPORT = new Option("--report", "FILE", "write findings and timelines as one HTML page");
    static final Option VERIFY =
            new Option("--verify", "NODE=KEY", "check the seals with this node's public events key");

    /** Something is missing: exit code 3. */
    private static final int INCOMPLETE = 3;

    private static final int MOST_SHOWN = 20;

    private AuditCommand() {}

    static int run(Arguments arguments, Context context) throws UsageException, ConfigException, IOException {
        List<Path> files = new ArrayList<>();
        for (String operand : arguments.operands()) {
            Path file = Path.of(operand);
            if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
                throw new UsageException(file + " is no file that can be read; give the files that \"events\" names");
            }
            files.add(file);
        }
        List<String> verify = arguments.values(VERIFY);
        Report report = EventFiles.audit(
                files, policies(arguments.values(CONFIG))::get, verify.isEmpty() ? null : keys(verify));
        if (arguments.has(SESSION) || arguments.has(TIMELINE) || arguments.has(REPORT)) {
            timeline(arguments, files, report, context.out());
        }
        if (arguments.has(Option.JSON)) {
            context.out().println(json(report));
        } else {
            print(report, context.out());
        }
        return switch (report.verdict()) {
            case PROVEN -> Main.OK;
            case VIOLATED -> Main.FAILED;
            case INCOMPLETE -> INCOMPLETE;
        };
    }

    /** Public keys by the names of their nodes; the text of a key, or a file that holds it. */
    private static Map<String, SealKey> keys(List<String> given) throws UsageException, IOException {
        Map<String, SealKey> keys = new TreeMap<>();
        for (String one : given) {
            int equals = one.indexOf('=');
            String text = one.substring(equals + 1);
            if (KeyText.parse(text).isEmpty() && Files.isRegularFile(Path.of(text))) {
                text = Files.readString(Path.of(text));
            }
            Optional<byte[]> key = KeyText.parse(text);
            if (equals < 1 || key.isEmpty()) {
                throw new UsageException(
                        "\"" + one + "\" does not name a node and its key; write --verify gw1=KEY with what"
                                + " \"jumpvpn pubkey --events < gw1-events.key\" prints, or a file that holds it");
            }
            keys.put(one.substring(0, equals), SealKey.ofPublic(key.get()));
        }
        return keys;
    }

    private static void timeline(Arguments arguments, List<Path> files, Report report, PrintStream out)
            throws UsageException, IOException {
        String begin = arguments.value(SESSION).orElse("");
        List<SessionId> sessions = report.sessions().stream()
                .filter(session -> session.id().toString().startsWith(begin))
                .sorted(Comparator.comparing(SessionReport::verdict).reversed())
                .map(SessionReport::id)
                .toList();
        if (sessions.isEmpty()) {
            throw new UsageException("no session's identifier begins with \"" + begin + "\" in these files");
        }
        Timeline timeline = new Timeline(sessions);
        EventFiles.read(files, timeline::wants, timeline::take);
        if (arguments.has(REPORT)) {
            Path page = Path.of(arguments.required(REPORT));
            List<String> names = files.stream().map(Path::toString).toList();
            Files.writeString(page, TimelinePage.of(timeline, report, names, System.currentTimeMillis()));
        }
        if (arguments.has(TIMELINE) || !arguments.has(REPORT)) {
            TimelineText.print(timeline, report, out);
        }
        if (sessions.size() > Timeline.MOST_SESSIONS) {
            out.printf(
                    "… %d sessions have no timeline here, the worst have; name one with --session%n",
                    sessions.size() - Timeline.MOST_SESSIONS);
        }
    }

    private static TreeMap<Integer, Policy> policies(List<String> configs) throws UsageException, ConfigException {
        TreeMap<Integer, Policy> known = new TreeMap<>();
        known.put(Policy.DEFAULT.version(), Policy.DEFAULT);
        for (String config : configs) {
            if (!(NodeConfig.load(Path.of(config)) instanceof GatewayConfig gateway)) {
                throw new UsageException(config + " is no gateway's file: policies stand there");
            }
            known.put(gateway.policy().version(), gateway.policy());
        }
        return known;
    }

    private static void print(Report report, PrintStream out) {
        for (SessionReport session :
                report.sessions().stream().limit(MOST_SHOWN).toList()) {
            out.printf(
                    "%-10s  session %s: %d binds, %s at %s%n",
                    session.verdict(),
                    session.id(),
                    session.binds(),
                    session.state() == null ? "no owner's row" : session.state(),
                    session.version());
        }
        if (report.sessions().size() > MOST_SHOWN) {
            out.printf(
                    "… and %d sessions more (--json lists all)%n",
                    report.sessions().size() - MOST_SHOWN);
        }
        List<Finding> findings = report.all();
        findings.stream().limit(MOST_SHOWN).forEach(finding -> out.println(text(finding)));
        if (findings.size() > MOST_SHOWN) {
            out.printf("… and %d findings more (--json lists them)%n", findings.size() - MOST_SHOWN);
        }
        report.remarks().forEach(remark -> out.println("note: " + remark));
        out.printf(
                "%s: %d events of %d starts of nodes; of %d sessions %d proven, %d incomplete, %d violated%n",
                report.verdict(),
                report.events(),
                report.speakers(),
                report.sessions().size(),
                report.count(Verdict.PROVEN),
                report.count(Verdict.INCOMPLETE),
                report.count(Verdict.VIOLATED));
    }

    /** As {@code VIOLATED gw1.jsonl:12 VERSION: what [gw1, session]}. */
    private static String text(Finding finding) {
        String session = finding.session() == null ? "" : "session " + finding.session();
        String by = finding.node() + (finding.node().isEmpty() || session.isEmpty() ? "" : ", ") + session;
        return finding.verdict() + " " + finding.source() + ":" + finding.line() + " " + finding.rule() + ": "
                + finding.what() + (by.isEmpty() ? "" : " [" + by + "]");
    }

    private static String json(Report report) {
        JsonWriter json = new JsonWriter()
                .beginObject()
                .field("verdict", report.verdict().name())
                .field("events", report.events())
                .field("starts", report.speakers())
                .field("proven", report.count(Verdict.PROVEN))
                .field("incomplete", report.count(Verdict.INCOMPLETE))
                .field("violated", report.count(Verdict.VIOLATED));
        findings(json, report.findings(), report.found());
        json.name("sessions").beginArray();
        for (SessionReport session : report.sessions()) {
            json.beginObject()
                    .field("session_id", session.id().toString())
                    .field("verdict", session.verdict().name())
                    .field(
                            "state",
                            session.state() == null ? null : session.state().name())
                    .field("state_version", session.version().toString())
                    .field("binds", session.binds())
                    .field("said_again", session.saidAgain());
            findings(json, session.findings(), session.found());
            json.endObject();
        }
        return json.endArray().field("notes", report.remarks()).endObject().toString();
    }

    private static void findings(JsonWriter json, List<Finding> findings, int found) {
        json.field("found", found).name("findings").beginArray();
        for (Finding finding : findings) {
            json.beginObject()
                    .field("verdict", finding.verdict().name())
                    .field("rule", finding.rule().name())
                    .field("node", finding.node())
                    .field("file", finding.source())
                    .field("line", finding.line())
                    .field("what", finding.what())
                    .endObject();
        }
        json.endArray();
    }
}
