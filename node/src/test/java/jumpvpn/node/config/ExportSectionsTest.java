package jumpvpn.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExportSectionsTest {
    private static Exports read(String text) throws ConfigException {
        ConfigFile file = ConfigFile.of(Path.of("/etc/jumpvpn/gw1.toml"), text);
        Exports exports = ExportSections.read(file);
        file.problems().throwIfAny();
        return exports;
    }

    @Test
    void readsEachKind() throws Exception {
        Exports exports = read("""
                [[export]]
                to = "file"
                path = "siem.jsonl"
                format = "ecs"
                rotate-mb = 100
                keep = 3
                [[export]]
                to = "syslog"
                url = "tls://syslog.example.net:6514"
                ca = "ca.pem"
                queue = 65536
                [[export]]
                to = "otlp"
                url = "http://127.0.0.1:4318"
                signals = ["traces"]
                [[export]]
                to = "otlp"
                name = "cloud"
                url = "https://otlp.example.net/ingest"
                token = "cloud.token"
                [metrics]
                listen = "http://[::1]:9464"
                """);
        assertThat(exports.list()).extracting(Export::name).containsExactly("file", "syslog", "otlp", "cloud");
        Export file = exports.list().getFirst();
        assertThat(file.path()).isEqualTo(Path.of("/etc/jumpvpn/siem.jsonl"));
        assertThat(List.of(file.rotateBytes(), file.keep(), file.queue())).isEqualTo(List.of(100_000_000L, 3, 8192));
        assertThat(file.format()).isEqualTo(Export.Format.ECS);
        assertThat(exports.list().get(1).queue()).isEqualTo(65536);
        assertThat(exports.list().get(2).signals()).containsExactly(Export.Signal.TRACES);
        assertThat(exports.list().get(3).signals()).hasSize(3);
        assertThat(exports.metrics())
                .isEqualTo(new Exports.Metrics(new Endpoint(IpAddress.parse("::1"), 9464), "/metrics", 22));
    }

    @Test
    void nothingIsNothing() throws Exception {
        assertThat(read("").isEmpty()).isTrue();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            to = 'mail'                                        | 2 | "to" can't be "mail"                              | choose one of file, syslog, webhook, otlp
            url = 'x'                                          | 1 | lacks "to"                                        | add to = "syslog"
            to = 'syslog'                                      | 1 | to "syslog" lacks "url"                           | url = "tls://syslog.example.net:6514"
            to = 'file'                                        | 1 | to "file" lacks "path"                            | path = "events.jsonl"
            to = 'syslog'; url = 'http://a:1'                  | 3 | "http://a:1" is no address for "syslog"           | schemes are udp, tcp, tls
            to = 'syslog'; url = 'udp://a'                     | 3 | "udp://a" has no port                             | write it
            to = 'webhook'; url = 'https://u:p@a/'             | 3 | "url" holds a secret                              | token = "soc.token"
            to = 'webhook'; url = 'https://a b'                | 3 | "https://a b" is no address                       | https://soc.example.net/jumpvpn
            to = 'file'; path = 'a'; token = 'b'               | 4 | "token" is not for an [[export]] to "file"        | remove it
            to = 'file'; path = 'a'; keep = 0                  | 4 | "keep" is outside                                 | from 1 to 1000
            to = 'otlp'; url = 'http://a'; signals = ['spans'] | 4 | "spans" is no signal                              | logs, metrics and traces
            to = 'file'; path = 'a'; format = 'cef'            | 4 | "format" can't be "cef"                           | choose one of event, ecs
            """)
    void saysWhatIsWrong(String keys, int line, String what, String suggestion) {
        ConfigException e =
                catchThrowableOfType(ConfigException.class, () -> read("[[export]]\n" + keys.replace("; ", "\n")));
        Problem problem = e.problems().getFirst();
        assertThat(problem.line()).isEqualTo(line);
        assertThat(problem.what()).contains(what);
        assertThat(problem.suggestion()).contains(suggestion);
    }

    @Test
    void namesAreUnique() {
        String file = "[[export]]\nto = 'file'\npath = 'a'\n";
        assertThat(catchThrowableOfType(ConfigException.class, () -> read(file + file)))
                .hasMessageContainingAll("gw1.toml:4: a second [[export]] is called \"file\"", "add name");
    }

    @Test
    void figuresForEverybodyDeserveAWord() throws Exception {
        ConfigFile file = ConfigFile.of(Path.of("gw1.toml"), "[metrics]\nlisten = 'http://0.0.0.0:9464/m'");
        assertThat(ExportSections.read(file).metrics()).isNotNull();
        assertThat(file.warnings()).singleElement().asString().contains("gw1.toml:2", "without TLS");
    }

    @Test
    void figuresNeedAnAddress() {
        assertThat(catchThrowableOfType(
                        ConfigException.class, () -> read("[metrics]\nlisten = 'https://127.0.0.1:1/'")))
                .hasMessageContaining("gw1.toml:2: \"https://127.0.0.1:1/\" is no address to answer scrapes at");
    }
}
