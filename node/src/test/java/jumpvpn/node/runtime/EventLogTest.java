package jumpvpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.StateVersion;
import jumpvpn.node.host.WallClock;
import jumpvpn.node.observability.jsonl.EventReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventLogTest {
    @TempDir
    private Path folder;

    private void start(Path file, int events) throws Exception {
        Log quiet = new Log(new PrintStream(new ByteArrayOutputStream()), java.time.InstantSource.system());
        try (EventLog log =
                EventLog.open(folder.resolve("gw1.toml"), "gw1", Role.GATEWAY, file, new WallClock(), quiet)) {
            log.start();
            for (int i = 0; i < events; i++) {
                log.emit(new Event(
                        i,
                        EventType.SECURITY,
                        ReasonCode.BAD_PROOF,
                        Role.GATEWAY,
                        null,
                        StateVersion.BIRTH,
                        null,
                        null,
                        "from x",
                        0,
                        List.of(new Event.Detail("count", 1L))));
            }
        }
    }

    @Test
    void everyStartNumbersFromZeroUnderANameOfItsOwn() throws Exception {
        Path file = folder.resolve("gw1.jsonl");
        start(file, 1000);
        start(file, 1);
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(1001);
        EventReader reader = new EventReader();
        read(reader, lines.get(999));
        assertThat(reader.seq()).isEqualTo(999);
        String first = reader.start();
        read(reader, lines.get(1000));
        assertThat(reader.seq()).isZero();
        assertThat(reader.start()).isNotEqualTo(first).matches("[0-9a-f]{16}");
    }

    @Test
    void aLineThatWasCutOffStaysAlone() throws Exception {
        Path file = Files.writeString(folder.resolve("gw1.jsonl"), "{\"schema\":\"jump");
        start(file, 1);
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(2).first().isEqualTo("{\"schema\":\"jump");
        read(new EventReader(), lines.get(1));
    }

    private static void read(EventReader reader, String line) {
        byte[] bytes = line.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        assertThat(reader.read(bytes, 0, bytes.length)).isEqualTo(EventReader.Outcome.EVENT);
    }
}
