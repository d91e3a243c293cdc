package jumpvpn.lab.netns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PcapTest {
    @TempDir
    Path directory;

    @Test
    void readsMicrosecondsInLittleEndian() throws IOException {
        Path file = CaptureFile.ordinary()
                .frame(7, 5, new byte[] {1, 2, 3})
                .frame(8, 6, new byte[] {4})
                .write(directory, "a");
        List<String> seen = new ArrayList<>();
        assertThat(Pcap.read(file, (at, frame) -> seen.add(at + " " + Arrays.toString(frame))))
                .isEqualTo(2);
        assertThat(seen)
                .containsExactly(
                        Instant.ofEpochSecond(7, 5000) + " [1, 2, 3]", Instant.ofEpochSecond(8, 6000) + " [4]");
    }

    @Test
    void readsNanosecondsInBigEndian() throws IOException {
        Path file = new CaptureFile(0xa1b23c4d, ByteOrder.BIG_ENDIAN)
                .frame(7, 5, new byte[] {1})
                .write(directory, "b");
        List<Instant> seen = new ArrayList<>();
        Pcap.read(file, (at, frame) -> seen.add(at));
        assertThat(seen).containsExactly(Instant.ofEpochSecond(7, 5));
    }

    @Test
    void leavesOutAFrameThatWasCutOff() throws IOException {
        byte[] whole = CaptureFile.ordinary()
                .frame(1, 0, new byte[60])
                .frame(2, 0, new byte[60])
                .bytes();
        Path file = Files.write(directory.resolve("c"), Arrays.copyOf(whole, whole.length - 1));
        assertThat(Pcap.read(file, (at, frame) -> assertThat(frame).hasSize(60)))
                .isEqualTo(1);
    }

    @Test
    void refusesWhatIsNoCapture() throws IOException {
        Path text = Files.writeString(directory.resolve("d"), "this is certainly not a capture file");
        assertThatThrownBy(() -> Pcap.read(text, (at, frame) -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not an Ethernet capture");
        Path empty = Files.createFile(directory.resolve("e"));
        assertThatThrownBy(() -> Pcap.read(empty, (at, frame) -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("only 0 bytes");
    }
}
