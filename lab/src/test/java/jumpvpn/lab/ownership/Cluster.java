package jumpvpn.lab.ownership;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import jumpvpn.core.ownership.ClockReading;
import jumpvpn.core.ownership.Member;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.security.Crypto;
import jumpvpn.lab.DebianPackage;
import jumpvpn.lab.cluster.EtcdProcesses;
import jumpvpn.node.host.SystemEntropy;
import jumpvpn.node.ownership.etcd.EtcdSessionTable;
import org.junit.jupiter.api.Assumptions;

/** Three etcd processes for a class of tests, or the word that there are none; each test has keys of its own. */
final class Cluster implements AutoCloseable {
    static final Duration LEASE = Duration.ofSeconds(3);
    private static final AtomicInteger PREFIXES = new AtomicInteger();

    final EtcdProcesses etcd;
    private String prefix = "";

    private Cluster(EtcdProcesses etcd) {
        this.etcd = etcd;
    }

    static Cluster start() throws IOException {
        try {
            DebianPackage.ETCD.unpack(EtcdProcesses.cache());
            DebianPackage.ETCD_CLIENT.unpack(EtcdProcesses.cache());
        } catch (IOException e) {
            Assumptions.abort("NOT TESTED HERE: no etcd (" + e.getMessage() + ")");
        }
        return new Cluster(EtcdProcesses.start(Files.createTempDirectory("jumpvpn-etcd"), 3));
    }

    /** The keys of the next test. */
    void fresh() {
        prefix = "jumpvpn/test%d/".formatted(PREFIXES.incrementAndGet());
    }

    String prefix() {
        return prefix;
    }

    EtcdSessionTable.Setting setting() {
        return new EtcdSessionTable.Setting(etcd.endpoints(), LEASE, prefix, null, null);
    }

    Bed open(Owner owner) throws IOException {
        return open(owner, etcd.endpoints(), new Bed.Reported());
    }

    Bed open(Owner owner, List<URI> endpoints, Bed.Reported reported) throws IOException {
        return new Bed(table(owner, endpoints, reported), owner);
    }

    /** Its clocks stand still. */
    EtcdSessionTable table(Owner owner, List<URI> endpoints, Bed.Reported reported) throws IOException {
        ClockReading now = new ClockReading(Records.NOW, 5000 * Records.NOW);
        String name = "gw%d".formatted(owner.gateway()).toLowerCase(Locale.ROOT);
        return EtcdSessionTable.open(
                new EtcdSessionTable.Setting(endpoints, LEASE, prefix, null, null),
                new Member(name, 1, List.of(), null, false),
                new byte[32],
                Crypto.jdk(new SystemEntropy()),
                () -> now,
                reported);
    }

    @Override
    public void close() throws IOException {
        etcd.close();
    }
}
