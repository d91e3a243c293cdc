package jumpvpn.node.observability.syslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Role;
import jumpvpn.node.observability.Exporter;
import jumpvpn.node.observability.NumberedEvent;
import jumpvpn.node.observability.Samples;
import jumpvpn.node.observability.Sink;
import jumpvpn.node.observability.Trust;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What we send is what Debian's rsyslogd understands. */
@Timeout(120)
class RsyslogTest {
    private static final String TCP =
            "module(load=\"imtcp\")\ninput(type=\"imtcp\" address=\"127.0.0.1\" port=\"PORT\")";
    private static final String UDP =
            "module(load=\"imudp\")\ninput(type=\"imudp\" address=\"127.0.0.1\" port=\"PORT\")";
    private static final Path TLS_DRIVER = Path.of("/usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_gtls.so");

    private final SyslogMessage message = new SyslogMessage("host1", "gw1", "a", null);
    private final List<String> said = Collections.synchronizedList(new ArrayList<>());

    @TempDir
    private Path folder;

    private static void understands(Rsyslog rsyslog, Exporter exporter) throws Exception {
        List<NumberedEvent> all = Samples.everyType();
        exporter.deliver(all);
        await().atMost(Duration.ofSeconds(20)).until(() -> rsyslog.lines().size() == all.size());
        exporter.close();
        List<String> lines = rsyslog.lines();
        for (int i = 0; i < all.size(); i++) {
            EventType type = all.get(i).event().type();
            assertThat(lines.get(i))
                    .startsWith("1 ")
                    .contains(
                            " jumpvpn " + ProcessHandle.current().pid() + " " + type + " [jumpvpn@32473 seq=\"" + i
                                    + "\" node=\"gw1\"",
                            " inner=\"10.77.0.2/32,fd77::2/128\" text=\"a \\\"quoted\\\" \\] \\\\ and   é\" again=\"true\"]",
                            type + (type == EventType.STATE_CHANGE ? " BIRTH -> ATTACHED" : "") + ": BAD_PROOF on ");
        }
    }

    @Test
    void overTcp() throws Exception {
        try (Rsyslog rsyslog = Rsyslog.start(folder, TCP)) {
            understands(rsyslog, new SyslogStream("127.0.0.1", rsyslog.port, null, message));
        }
    }

    @Test
    void overUdp() throws Exception {
        try (Rsyslog rsyslog = Rsyslog.start(folder, UDP)) {
            understands(rsyslog, new SyslogDatagrams("127.0.0.1", rsyslog.port, message));
        }
    }

    @Test
    void overTls() throws Exception {
        assumeTrue(Files.exists(TLS_DRIVER), "needs Debian's rsyslog-gnutls");
        Path certificate = certificate("localhost");
        String drivers =
                "global(defaultNetstreamDriver=\"gtls\" defaultNetstreamDriverCAFile=\"CA\" defaultNetstreamDriverCertFile=\"CA\""
                        + " defaultNetstreamDriverKeyFile=\"KEY\")\nmodule(load=\"imtcp\" streamDriver.name=\"gtls\" streamDriver.mode=\"1\""
                        + " streamDriver.authMode=\"anon\")\ninput(type=\"imtcp\" address=\"127.0.0.1\" port=\"PORT\")";
        String input = drivers.replace("CA\"", certificate + "\"")
                .replace("KEY", folder.resolve("key.pem").toString());
        try (Rsyslog rsyslog = Rsyslog.start(folder, input)) {
            understands(rsyslog, new SyslogStream("localhost", rsyslog.port, Trust.in(certificate), message));
            SyslogStream wrongName = new SyslogStream("127.0.0.1", rsyslog.port, Trust.in(certificate), message);
            assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> wrongName.deliver(Samples.everyType())))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot write to tls://127.0.0.1:");
        }
    }

    private Path certificate(String name) throws Exception {
        Path certificate = folder.resolve("cert.pem");
        int code = new ProcessBuilder(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=" + name,
                        "-addext",
                        "subjectAltName=DNS:" + name,
                        "-keyout",
                        folder.resolve("key.pem").toString(),
                        "-out",
                        certificate.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("openssl.log").toFile())
                .start()
                .waitFor();
        assumeTrue(code == 0, "needs Debian's openssl");
        return certificate;
    }

    /** What came while it was down waits; what was too much is said in its place. */
    @Test
    void whenItIsKilledAndStartedAgainTheStreamSaysWhatWasLost() throws Exception {
        try (Rsyslog rsyslog = Rsyslog.start(folder, TCP)) {
            Sink.Voice voice = new Sink.Voice(Role.CLIENT, () -> Samples.WALL_MILLIS, said::add);
            Sink sink = new Sink("rsyslog", new SyslogStream("127.0.0.1", rsyslog.port, null, message), 1024, voice);
            sink.start();
            offer(sink, 0, 10);
            await().atMost(Duration.ofSeconds(20)).until(() -> rsyslog.lines().size() == 10);
            rsyslog.kill();
            offer(sink, 10, 5010);
            await().until(() -> sink.counts().failures() > 0);
            assertThat(said).singleElement().asString().contains("\"rsyslog\": cannot write to tcp://127.0.0.1:");
            rsyslog.restart();
            await().atMost(Duration.ofSeconds(30)).until(() -> sink.counts().queued() == 0 && said.size() == 2);
            offer(sink, 5010, 5011);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> rsyslog.lines().getLast().contains(" seq=\"5010\" "));
            sink.close();
            Sink.Counts counts = sink.counts();
            assertThat(counts.written() + counts.dropped())
                    .isEqualTo(counts.offered())
                    .isEqualTo(5011);
            assertThat(rsyslog.lines().stream()
                            .filter(line -> line.contains(" SECURITY "))
                            .distinct()
                            .count())
                    .isEqualTo(counts.written());
            assertThat(rsyslog.lines().stream().filter(line -> line.contains(" EVENTS_DROPPED ")))
                    .singleElement()
                    .asString()
                    .contains(" count=\"" + counts.dropped() + "\"]");
        }
    }

    private static void offer(Sink sink, long from, long to) {
        for (long seq = from; seq < to; seq++) {
            sink.offer(Samples.plain(seq));
        }
        sink.wake();
    }
}
