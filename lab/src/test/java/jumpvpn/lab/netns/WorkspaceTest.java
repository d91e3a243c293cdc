package jumpvpn.lab.netns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class WorkspaceTest {
    @Test
    void closingEndsProcessesAndRemovesFiles() throws IOException {
        Workspace workspace = Workspace.create(false);
        Process process = workspace.start(new ProcessBuilder("sleep", "600"), "sleep.log");
        workspace.close();
        assertThat(process.isAlive()).isFalse();
        assertThat(Files.exists(workspace.directory())).isFalse();
    }

    @Test
    void aKeptDirectoryStays() throws IOException {
        Workspace workspace = Workspace.create(true);
        Path evidence = Files.writeString(workspace.file("evidence"), "seen");
        workspace.close();
        assertThat(evidence).hasContent("seen");
        Workspace.sweep();
        assertThat(evidence).exists();
        Files.delete(evidence);
        Files.delete(workspace.directory());
    }

    @Test
    void theRemainsOfAKilledLabAreSwept() throws IOException, InterruptedException {
        Workspace dead = Workspace.create(false);
        Process orphan = dead.start(new ProcessBuilder("sleep", "600"), "sleep.log");
        // As if the lab that owns it had been another process that is gone: same pid, other start time.
        Files.writeString(dead.file("lab"), ProcessHandle.current().pid() + " 1999-01-01T00:00:00Z\n");
        assertThat(Workspace.sweep()).isPositive();
        assertThat(Files.exists(dead.directory())).isFalse();
        assertThat(orphan.waitFor()).isNotZero();
    }

    @Test
    void aLivingLabIsLeftAlone() throws IOException {
        try (Workspace living = Workspace.create(false)) {
            Process process = living.start(new ProcessBuilder("sleep", "600"), "sleep.log");
            Workspace.sweep();
            assertThat(process.isAlive()).isTrue();
            assertThat(living.directory()).exists();
        }
    }
}
