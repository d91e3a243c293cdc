package jumpvpn.lab.netns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import jumpvpn.core.net.Protocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OuterLinkTest {
    private static final byte[] MARKER = "sixteen-byte-key".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path directory;

    @Test
    void tellsIdentifiersOfEachDirection() throws IOException {
        OuterLink a =
                observe(CaptureFile.ordinary().data(1, true, 0xAAL, 0, "x").data(1, false, 0xBBL, 0, "y"), "a");
        OuterLink b =
                observe(CaptureFile.ordinary().data(2, true, 0xCCL, 0, "x").data(2, false, 0xBBL, 1, "y"), "b");
        assertThat(a.wireIds).containsExactly("up 00000000000000aa", "down 00000000000000bb");
        assertThat(OuterLink.common(a, b)).containsExactly("down 00000000000000bb");
    }

    @Test
    void findsTheMarkerWhereverItLies() throws IOException {
        OuterLink link = observe(
                CaptureFile.ordinary()
                        .data(1, true, 1, 0, "abc" + new String(MARKER, StandardCharsets.US_ASCII))
                        .data(1, true, 1, 1, "abc"),
                "a");
        assertThat(link.markers).isEqualTo(1);
    }

    @Test
    void aCounterUsedTwiceForDifferentBytesIsARepeat() throws IOException {
        OuterLink same =
                observe(CaptureFile.ordinary().data(1, true, 1, 5, "one").data(1, true, 1, 5, "one"), "a");
        assertThat(same.nonceRepeats).isZero();
        OuterLink other =
                observe(CaptureFile.ordinary().data(1, true, 1, 5, "one").data(1, true, 1, 5, "two"), "b");
        assertThat(other.nonceRepeats).isEqualTo(1);
    }

    @Test
    void remembersWhenAKindCameFirst() throws IOException {
        byte[] request = new byte[1100];
        request[0] = OuterLink.REATTACH_REQUEST;
        OuterLink link =
                observe(CaptureFile.ordinary().datagram(3, true, request).datagram(4, true, request), "a");
        assertThat(link.first(false, OuterLink.REATTACH_REQUEST)).isNull();
        assertThat(link.first(true, OuterLink.REATTACH_REQUEST)).isEqualTo(Instant.ofEpochSecond(3));
        assertThat(link.kinds).containsEntry(OuterLink.REATTACH_REQUEST, 2);
    }

    @Test
    void whatIsNotTheTunnelIsAStranger() throws IOException {
        byte[] dns = CaptureFile.udp(5353, 53, new byte[20]);
        byte[] echo = CaptureFile.ipv4(1, new byte[64]);
        OuterLink link = observe(CaptureFile.ordinary().frame(1, 0, dns).frame(1, 0, echo), "a");
        assertThat(link.strangers).hasSize(2);
    }

    @Test
    void anIcmpErrorThatQuotesTheTunnelIsNone() throws IOException {
        byte[] ours = CaptureFile.udp(40000, 4500, new byte[20]);
        byte[] quoted = Arrays.copyOfRange(ours, 14, ours.length);
        byte[] error = CaptureFile.ipv4(
                1,
                ByteBuffer.allocate(8 + quoted.length)
                        .put((byte) 3)
                        .position(8)
                        .put(quoted)
                        .array());
        assertThat(observe(CaptureFile.ordinary().frame(1, 0, error), "a").strangers)
                .isEmpty();
    }

    private OuterLink observe(CaptureFile capture, String name) throws IOException {
        return OuterLink.observe(capture.write(directory, name), List.of(Protocol.UDP), MARKER);
    }
}
