package jumpvpn.node.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads {@code [ownership]}. */
final class OwnershipSection {
    private static final List<String> OF_THE_STORE =
            List.of("endpoints", "lease", "prefix", "ca", "certificate", "key", "user", "password");
    private static final int ETCD_PORT = 2379;
    private static final int MOST_PREFIX = 64;

    private final ConfigFile file;
    private final Section section;
    private final Problems problems;

    private OwnershipSection(ConfigFile file, Section section) {
        this.file = file;
        this.section = section;
        this.problems = file.problems();
    }

    /** The embedded table, or what the file says instead; what it says wrongly is a problem by then. */
    static Ownership read(ConfigFile file) {
        Section section = file.optionalSection("ownership", Sections.OWNERSHIP);
        return section == null ? Ownership.embedded() : new OwnershipSection(file, section).read();
    }

    private Ownership read() {
        Ownership.Mode given = section.choice("mode", Ownership.Mode.class);
        Ownership.Mode mode = given == null ? Ownership.Mode.EMBEDDED : given;
        List<URI> endpoints = new ArrayList<>();
        section.values("endpoints", (text, line) -> newEndpoint(text, endpoints));
        Duration lease = section.value("lease", (text, line) -> lease(text));
        String prefix = section.value("prefix", (text, line) -> prefix(text));
        Ownership.Tls tls = tls();
        Ownership.Login login = login();
        if (mode == Ownership.Mode.ETCD) {
            checkStore(endpoints, tls);
        } else if (given != null) {
            OF_THE_STORE.stream()
                    .filter(section::has)
                    .forEach(key -> file.warn(
                            section.lineOf(key),
                            "\"" + key + "\" has no effect with mode = \"" + mode + "\"",
                            "remove it, or write mode = \"etcd\""));
        }
        return new Ownership(
                mode,
                mode == Ownership.Mode.ETCD ? List.copyOf(endpoints) : List.of(),
                lease == null ? Ownership.DEFAULT_LEASE : lease,
                prefix == null ? Ownership.DEFAULT_PREFIX : prefix,
                tls,
                login);
    }

    private void checkStore(List<URI> endpoints, Ownership.@Nullable Tls tls) {
        if (!section.has("endpoints") || section.isEmptyList("endpoints")) {
            problems.add(
                    section.lineOf("endpoints"),
                    "mode \"etcd\" needs \"endpoints\"",
                    "write endpoints = [\"http://10.0.0.1:2379\"] with those of all members of the store");
        }
        boolean https =
                endpoints.stream().anyMatch(endpoint -> endpoint.getScheme().equals("https"));
        boolean http =
                endpoints.stream().anyMatch(endpoint -> endpoint.getScheme().equals("http"));
        if (https && http) {
            problems.add(
                    section.lineOf("endpoints"), "some \"endpoints\" are http, some https", "write the same for all");
        } else if (https && tls == null && !section.has("ca")) {
            problems.add(
                    section.lineOf("endpoints"),
                    "https needs \"ca\"",
                    "add ca = \"etcd-ca.pem\", the certificate of who signed the store's");
        } else if (http && tls != null) {
            problems.add(section.lineOf("ca"), "\"ca\" is for https", "write https:// in \"endpoints\", or remove it");
        }
    }

    private static URI newEndpoint(String text, List<URI> others) throws BadValue {
        URI endpoint = endpoint(text);
        if (others.contains(endpoint)) {
            throw new BadValue("\"" + text + "\" is listed twice", "remove one of the two");
        }
        others.add(endpoint);
        return endpoint;
    }

    private static URI endpoint(String text) throws BadValue {
        if (!text.contains("://")) {
            throw new BadValue(
                    "\"" + text + "\" is no endpoint of etcd", "put the protocol in front: \"http://" + text + "\"");
        }
        try {
            URI uri = new URI(text);
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(java.util.Locale.ROOT);
            boolean bare = uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && (uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"));
            int port = uri.getPort() < 0 ? ETCD_PORT : uri.getPort();
            if ((scheme.equals("http") || scheme.equals("https")) && uri.getHost() != null && bare && port <= 65535) {
                return new URI(scheme, null, uri.getHost(), port, null, null, null);
            }
        } catch (URISyntaxException e) {
            // as every other that is none
        }
        throw new BadValue(
                "\"" + text + "\" is no endpoint of etcd",
                "write http://host:port or https://host:port, such as http://10.0.0.1:2379");
    }

    private static Duration lease(String text) throws BadValue {
        OptionalLong nanos = DurationText.nanos(text);
        if (nanos.isEmpty()
                || nanos.getAsLong() < Ownership.LEAST_LEASE.toNanos()
                || nanos.getAsLong() > Ownership.MOST_LEASE.toNanos()) {
            throw new BadValue(
                    "\"lease\" can't be \"" + text + "\"", "write lease = \"3s\", anything from \"2s\" to \"60s\"");
        }
        return Duration.ofNanos(nanos.getAsLong());
    }

    private static String prefix(String text) throws BadValue {
        if (text.isEmpty() || text.length() > MOST_PREFIX || !text.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new BadValue(
                    "\"prefix\" can't be \"" + text + "\"",
                    "use 1 to " + MOST_PREFIX + " letters, digits and signs, such as \"jumpvpn/\"");
        }
        return text;
    }

    private Ownership.@Nullable Tls tls() {
        Path ca = section.value("ca", (text, line) -> readable(text, "ca"));
        Path certificate = section.value("certificate", (text, line) -> readable(text, "certificate"));
        Path key = section.value("key", (text, line) -> readable(text, "key"));
        together("certificate", "key");
        if (section.has("certificate") && !section.has("ca")) {
            problems.add(section.lineOf("certificate"), "\"certificate\" is alone", "add ca = \"etcd-ca.pem\"");
        }
        return ca == null ? null : new Ownership.Tls(ca, certificate, key);
    }

    private Ownership.@Nullable Login login() {
        String user = section.value("user", (text, line) -> text);
        byte[] password = section.value("password", (text, line) -> KeyFile.password(file.beside(text, "password")));
        together("user", "password");
        return user == null || password == null ? null : new Ownership.Login(user, password);
    }

    private void together(String one, String other) {
        if (section.has(one) != section.has(other)) {
            String there = section.has(one) ? one : other;
            problems.add(
                    section.lineOf(there),
                    "\"" + there + "\" is alone",
                    "add \"" + (section.has(one) ? other : one) + "\", or remove it");
        }
    }

    private Path readable(String text, String key) throws BadValue {
        Path path = file.beside(text, key);
        if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            throw new BadValue(
                    "\"" + key + "\": " + path + (Files.exists(path) ? " can't be read" : " does not exist"),
                    "name a PEM file that this user may read");
        }
        return path;
    }
}
