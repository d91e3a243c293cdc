package jumpvpn.node.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Lines of /proc/cpuinfo as x86-64 and aarch64 kernels write them. */
class CpuTest {
    @Test
    void tellsWhetherAesGcmHasInstructions() {
        assertThat(Cpu.hasAesGcm(List.of("processor\t: 0", "flags\t\t: fpu sse2 pclmulqdq aes avx")))
                .isTrue();
        assertThat(Cpu.hasAesGcm(List.of("flags\t\t: fpu sse2 pclmulqdq vaes_not aesx")))
                .isFalse();
        assertThat(Cpu.hasAesGcm(List.of("flags\t\t: fpu aes sse2"))).isFalse();
        assertThat(Cpu.hasAesGcm(List.of("Features\t: fp asimd aes pmull sha1")))
                .isTrue();
        assertThat(Cpu.hasAesGcm(List.of("Features\t: fp asimd crc32"))).isFalse(); // a Raspberry Pi 4
        assertThat(Cpu.hasAesGcm(List.of("vendor_id\t: odd"))).isTrue();
    }
}
