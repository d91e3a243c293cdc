package jumpvpn.node.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import org.jspecify.annotations.Nullable;

/** Reads {@code [[export]]} and {@code [metrics]}. */
final class ExportSections {
    private static final int LEAST_QUEUE = 256;
    private static final int MOST_QUEUE = 1 << 20;
    private static final int QUEUE = 8192;
    private static final int MOST_MEGABYTES = 1_000_000;
    private static final int KEEP = 8;
    private static final long MEGABYTE = 1_000_000;

    private final ConfigFile file;
    private final List<Export> exports = new ArrayList<>();

    private ExportSections(ConfigFile file) {
        this.file = file;
    }

    /** What the file says; what it says wrongly is a problem by then. */
    static Exports read(ConfigFile file) {
        ExportSections sections = new ExportSections(file);
        for (Section section : file.sections("export", Sections.EXPORT)) {
            sections.export(section);
        }
        return new Exports(List.copyOf(sections.exports), sections.metrics());
    }

    private void export(Section section) {
        Export.To to = section.choice("to", Export.To.class);
        if (to == null) {
            return;
        }
        String given = section.value("name", (text, line) -> Names.node(text));
        String name = given == null ? Section.word(to) : given;
        if (exports.stream().anyMatch(other -> other.name().equals(name))) {
            file.problems()
                    .add(section.line(), "a second [[export]] is called \"" + name + "\"", "add name = \"another\"");
        }
        URI url = section.value("url", (text, line) -> url(to, text));
        Path path = section.value("path", (text, line) -> file.beside(text, "path"));
        Export.Format format = section.choice("format", Export.Format.class);
        List<Export.Signal> listed = section.values("signals", (text, line) -> signal(text));
        Set<Export.Signal> signals = listed.isEmpty() ? EnumSet.allOf(Export.Signal.class) : EnumSet.copyOf(listed);
        Path ca = section.value("ca", (text, line) -> file.beside(text, "ca"));
        Path token = section.value("token", (text, line) -> file.beside(text, "token"));
        fits(section, to);
        exports.add(new Export(
                to,
                name,
                url,
                path,
                format,
                section.number("rotate-mb", 1, MOST_MEGABYTES, 0) * MEGABYTE,
                section.number("keep", 1, 1000, KEEP),
                ca,
                token,
                section.number("queue", LEAST_QUEUE, MOST_QUEUE, QUEUE),
                signals,
                section.line()));
    }

    /** Which keys belong to which kind. */
    private void fits(Section section, Export.To to) {
        String must = to == Export.To.FILE ? "path" : "url";
        if (!section.has(must)) {
            file.problems()
                    .add(
                            section.line(),
                            "[[export]] to \"" + Section.word(to) + "\" lacks \"" + must + "\"",
                            example(to));
        }
        List<String> strange = switch (to) {
            case FILE -> List.of("url", "ca", "token", "signals");
            case SYSLOG -> List.of("path", "rotate-mb", "keep", "token", "signals");
            case WEBHOOK -> List.of("path", "rotate-mb", "keep", "signals");
            case OTLP -> List.of("path", "rotate-mb", "keep");
        };
        for (String key : strange) {
            if (section.has(key)) {
                file.problems()
                        .add(
                                section.lineOf(key),
                                "\"" + key + "\" is not for an [[export]] to \"" + Section.word(to) + "\"",
                                "remove it; that kind is written as: " + example(to));
            }
        }
    }

    private static String example(Export.To to) {
        return switch (to) {
            case FILE -> "path = \"events.jsonl\"";
            case SYSLOG -> "url = \"tls://syslog.example.net:6514\"";
            case WEBHOOK -> "url = \"https://soc.example.net/jumpvpn\"";
            case OTLP -> "url = \"http://127.0.0.1:4318\"";
        };
    }

    private static Export.Signal signal(String text) throws BadValue {
        for (Export.Signal signal : Export.Signal.values()) {
            if (Section.word(signal).equals(text)) {
                return signal;
            }
        }
        throw new BadValue("\"" + text + "\" is no signal of OTLP", "they are logs, metrics and traces");
    }

    private static URI url(Export.To to, String text) throws BadValue {
        List<String> schemes = to == Export.To.SYSLOG ? List.of("udp", "tcp", "tls") : List.of("http", "https");
        URI url = uri(text, example(to));
        if (url.getScheme() == null || !schemes.contains(url.getScheme()) || url.getHost() == null) {
            throw new BadValue(
                    "\"" + text + "\" is no address for \"" + Section.word(to) + "\"",
                    "schemes are " + String.join(", ", schemes) + ", as in " + example(to));
        }
        if (to == Export.To.SYSLOG && url.getPort() < 0) {
            throw new BadValue("\"" + text + "\" has no port", "write it, as in " + example(to));
        }
        if (url.getUserInfo() != null) {
            throw new BadValue(
                    "\"url\" holds a secret, and addresses stand in messages",
                    "put it into a file and name that: token = \"soc.token\"");
        }
        return url;
    }

    private static URI uri(String text, String example) throws BadValue {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new BadValue("\"" + text + "\" is no address", "write " + example);
        }
    }

    private Exports.@Nullable Metrics metrics() {
        Section section = file.optionalSection("metrics", Sections.METRICS);
        return section == null ? null : section.value("listen", this::listen);
    }

    private Exports.Metrics listen(String text, int line) throws BadValue {
        String example = "listen = \"http://127.0.0.1:9464/metrics\"";
        URI url = uri(text, example);
        IpAddress address = url.getHost() == null
                ? null
                : EndpointText.literal(url.getHost().replaceAll("[\\[\\]]", "")).orElse(null);
        if (address == null || !"http".equals(url.getScheme()) || url.getPort() < 1 || url.getQuery() != null) {
            throw new BadValue(
                    "\"" + text + "\" is no address to answer scrapes at",
                    "write http, an address, a port and a path: " + example);
        }
        if (!address.isLoopback()) {
            file.warn(
                    line,
                    "whoever reaches " + text + " reads the figures, without TLS and without a password",
                    "listen on 127.0.0.1, or let a firewall decide");
        }
        return new Exports.Metrics(
                new Endpoint(address, url.getPort()), url.getPath().isEmpty() ? "/metrics" : url.getPath(), line);
    }
}
