package jumpvpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jumpvpn.core.net.IpAddress;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With shell scripts that write down how they were called: a line a call, in the file {@code calls}. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class InsideCommandsTest {
    private static final String WRITE = "echo $(basename $0) $@ >> $(dirname $0)/calls";

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private @Nullable InsideCommands commands;

    @AfterEach
    void end() {
        if (commands != null) {
            commands.close();
        }
    }

    private Path script(String name, String text) throws IOException {
        Path script = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + text + "\n");
        return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }

    private InsideCommands with(@Nullable Path own, @Nullable Path release) {
        commands = new InsideCommands(
                own, release, new Log(new PrintStream(said, true, StandardCharsets.UTF_8), InstantSource.system()));
        return commands;
    }

    private List<String> calls() throws IOException {
        Path calls = folder.resolve("calls");
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    private static IpAddress address(int number) {
        return IpAddress.v4(10 << 24 | 77 << 16 | number);
    }

    @Test
    void eachIsToldOfWhatItIsFor() throws Exception {
        InsideCommands both = with(script("own", WRITE), script("release", WRITE));
        both.put(address(1), true);
        both.put(IpAddress.parse("fd77::1"), true);
        both.put(address(2), false); // was never here
        both.start();
        InsideTopology.await("own", () -> calls().size() == 1);
        both.put(address(1), true);
        both.put(address(1), false);
        InsideTopology.await("release", () -> calls().size() == 2);
        both.close();
        assertThat(calls()).containsExactly("own 10.77.0.1 fd77::1", "release 10.77.0.1", "release fd77::1");
        assertThat(said.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void aCallHasAtMostSoManyAddressesAndAStormIsOne() throws Exception {
        InsideCommands both = with(script("own", WRITE), script("release", WRITE));
        for (int round = 0; round < 3; round++) {
            for (int number = 0; number < 1_000; number++) {
                both.put(address(number), false);
                both.put(address(number), true);
            }
        }
        both.start();
        InsideTopology.await("all", () -> calls().size() == 4);
        assertThat(calls()).extracting(call -> call.split(" ").length - 1).containsExactly(256, 256, 256, 232);
        assertThat(calls().stream()
                        .flatMap(call -> Arrays.stream(call.split(" ")).skip(1))
                        .distinct())
                .hasSize(1_000);
        both.close();
        assertThat(calls()).hasSize(8);
    }

    @Test
    void oneAloneWillDo() throws Exception {
        InsideCommands own = with(script("own", WRITE), null);
        own.start();
        own.put(address(1), true);
        InsideTopology.await("own", () -> calls().size() == 1);
        own.put(address(1), false);
        own.close();
        assertThat(calls()).hasSize(1);
        assertThat(said.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void aStopWaitsForNobodyWhoHangs() throws Exception {
        InsideCommands both = with(script("own", WRITE + "; exec sleep 600"), script("release", WRITE));
        both.start();
        both.put(address(1), true);
        InsideTopology.await("own", () -> calls().size() == 1);
        both.close();
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("not all addresses were released by ", "/release");
        assertThat(calls()).hasSize(1);
        InsideTopology.await(
                "the end of what hung",
                () -> ProcessHandle.current()
                        .descendants()
                        .noneMatch(process ->
                                process.info().commandLine().orElse("").contains("sleep 600")));
    }

    @Test
    void whatFailsIsSaidAndTheNextIsCalled() throws Exception {
        InsideCommands both = with(script("own", WRITE + "; exit 3"), folder.resolve("missing"));
        both.start();
        both.put(address(1), true);
        InsideTopology.await("own", () -> calls().size() == 1);
        both.put(address(1), false);
        InsideTopology.await(
                "a word", () -> said.toString(StandardCharsets.UTF_8).contains("missing"));
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains("WARN  on-own " + folder.resolve("own")
                        + " (1 addresses, the first 10.77.0.1) ended with exit code 3; run it by hand to see why")
                .contains("cannot run on-release " + folder.resolve("missing"));
    }

    @Test
    void whoHangsIsEndedWithHisChildren() throws Exception {
        InsideCommands own = with(script("own", WRITE + "; sleep 1000 & echo $! > " + folder + "/child; wait"), null);
        own.start();
        own.put(address(1), true);
        InsideTopology.await(
                "a word", () -> said.toString(StandardCharsets.UTF_8).contains("was ended"));
        Path child = Path.of("/proc", Files.readString(folder.resolve("child")).strip(), "stat");
        InsideTopology.await(
                "the child's end",
                () -> !Files.exists(child) || Files.readString(child).contains(") Z "));
    }
}
