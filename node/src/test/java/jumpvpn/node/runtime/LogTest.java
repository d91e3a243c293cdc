package jumpvpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LogTest {
    private final AtomicLong now =
            new AtomicLong(Instant.parse("2026-11-23T18:00:00.123Z").toEpochMilli());
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Log log =
            new Log(new PrintStream(bytes, true, StandardCharsets.UTF_8), () -> Instant.ofEpochMilli(now.get()));

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aLineHasTimeLevelAndText() {
        log.info("a");
        log.warn("b");
        log.error("c");
        assertThat(text()).isEqualTo("""
                2026-11-23T18:00:00.123Z INFO  a
                2026-11-23T18:00:00.123Z WARN  b
                2026-11-23T18:00:00.123Z ERROR c
                """);
    }

    @Test
    void aFloodIsCutAndSaid() {
        for (int i = 0; i < 250; i++) {
            log.info("line");
        }
        assertThat(text().lines()).hasSize(80);
        now.addAndGet(1000);
        log.info("next");
        assertThat(text().lines().skip(80))
                .containsExactly(
                        "2026-11-23T18:00:01.123Z WARN  170 lines were left out: too many in a second",
                        "2026-11-23T18:00:01.123Z INFO  next");
    }

    @Test
    void aFloodHidesNothingThatIsWorse() {
        for (int i = 0; i < 250; i++) {
            log.info("line");
        }
        for (int i = 0; i < 250; i++) {
            log.warn("looks bad");
        }
        for (int i = 0; i < 250; i++) {
            log.error("is bad");
        }
        assertThat(text().lines().filter(line -> line.contains("looks bad"))).hasSize(10);
        assertThat(text().lines().filter(line -> line.contains("is bad"))).hasSize(10);
    }

    @Test
    void aBugShowsWhereItIs() {
        log.bug("control request failed", new IllegalStateException("why", new NullPointerException()));
        assertThat(text())
                .contains("ERROR control request failed: java.lang.IllegalStateException: why")
                .contains("at jumpvpn.node.runtime.LogTest");
    }
}
