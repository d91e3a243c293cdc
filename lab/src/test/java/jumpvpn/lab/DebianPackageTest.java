package jumpvpn.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With files in place of a mirror. */
class DebianPackageTest {
    @TempDir
    private Path folder;

    @Test
    void onlyThePinnedBytesAreTaken() throws IOException {
        Path other = Files.writeString(folder.resolve("tool_1_amd64.deb"), "something else");
        assertThatThrownBy(() -> pinned(other, "00").unpack(folder.resolve("cache")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("and must have 00");
        assertThat(folder.resolve("cache")).isEmptyDirectory();
    }

    @Test
    void whatTheCacheHasIsCheckedToo() throws IOException {
        Path cached =
                Files.writeString(Files.createDirectory(folder.resolve("cache")).resolve("tool_1_amd64.deb"), "old");
        assertThatThrownBy(
                        () -> pinned(folder.resolve("tool_1_amd64.deb"), "00").unpack(folder.resolve("cache")))
                .hasMessageContaining("deleted");
        assertThat(cached).doesNotExist();
    }

    @Test
    void whatIsNotThereIsSaid() {
        assertThatThrownBy(
                        () -> pinned(folder.resolve("gone_1_amd64.deb"), "00").unpack(folder.resolve("cache")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("gone_1_amd64.deb");
    }

    @Test
    void theProgramIsUnpackedBeside() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/dpkg-deb")), "NOT TESTED HERE: no dpkg-deb");
        Path root = folder.resolve("root");
        Files.createDirectories(root.resolve("DEBIAN"));
        Files.writeString(
                root.resolve("DEBIAN/control"),
                "Package: tool\nVersion: 1\nArchitecture: amd64\nMaintainer: nobody\nDescription: none\n");
        Files.createDirectories(root.resolve("usr/bin"));
        Files.writeString(root.resolve("usr/bin/tool"), "runs");
        Path deb = folder.resolve("tool_1_amd64.deb");
        assertThat(new ProcessBuilder("dpkg-deb", "-b", root.toString(), deb.toString())
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor())
                .isZero();
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(deb)));
        Path program = pinned(deb, sha256).unpack(folder.resolve("cache"));
        assertThat(program).isAbsolute().hasContent("runs").startsWith(folder.resolve("cache"));
    }

    private static DebianPackage pinned(Path file, String sha256) {
        return new DebianPackage("1", file.toUri().toString(), sha256, "usr/bin/tool");
    }
}
