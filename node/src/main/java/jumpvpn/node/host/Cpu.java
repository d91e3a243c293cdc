package jumpvpn.node.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What this machine's processor can do, by what the kernel says of it. */
public final class Cpu {
    private static final Path INFO = Path.of("/proc/cpuinfo");

    private Cpu() {}

    /** Whether AES-GCM is done by instructions for it: AES and carry-less multiplication. Where the kernel does not tell it is taken for so. */
    public static boolean hasAesGcm() {
        try {
            return hasAesGcm(Files.readAllLines(INFO));
        } catch (IOException e) {
            return true;
        }
    }

    /** @param lines of /proc/cpuinfo; the first processor's count */
    static boolean hasAesGcm(List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith("flags") || line.startsWith("Features"))
                .findFirst()
                .map(line -> Arrays.asList(line.split("\\s+")))
                .map(flags -> flags.contains("aes") && (flags.contains("pclmulqdq") || flags.contains("pmull")))
                .orElse(true);
    }
}
