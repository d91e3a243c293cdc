package jumpvpn.lab.ownership;

import java.io.IOException;
import java.nio.file.Path;
import jumpvpn.core.ownership.ClockReading;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.security.Crypto;
import jumpvpn.node.host.SystemEntropy;
import jumpvpn.node.ownership.embedded.EmbeddedSessionTable;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedContractTest extends SessionTableContract {
    @TempDir
    private Path folder;

    @Override
    Bed open(Owner owner) throws IOException {
        ClockReading now = new ClockReading(Records.NOW, 5000 * Records.NOW);
        return new Bed(
                EmbeddedSessionTable.open(
                        folder.resolve("state"),
                        owner.gateway(),
                        new byte[32],
                        Crypto.jdk(new SystemEntropy()),
                        () -> now,
                        new Bed.Reported()),
                owner);
    }
}
