package jumpvpn.lab.ownership;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import jumpvpn.core.ownership.ClockReading;
import jumpvpn.core.ownership.Member;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.security.Crypto;
import jumpvpn.lab.cluster.EtcdPackages;
import jumpvpn.lab.cluster.EtcdProcesses;
import jumpvpn.node.host.SystemEntropy;
import jumpvpn.node.ownership.etcd.EtcdSessionTable;
import org.jspecify.annotations.Nullable;

/** Three etcd processes for a class of tests, or the word that there are none; each test has keys of its own. */
final class Cluster implements AutoCloseable {
    private static final AtomicInteger PREFIXES = new AtomicInteger();

    final EtcdProcesses etcd;
    private String prefix = "";

    private final Duration lease;

    private Cluster(EtcdProcesses etcd, Duration lease) {
        this.etcd = etcd;
        this.lease = lease;
    }

    /** With a lease that no test outlasts. */
    static Cluster start() throws IOException {
        return start(Duration.ofSeconds(60));
    }

    static Cluster start(Duration lease) throws IOException {
        EtcdPackages.orSkip();
        return new Cluster(EtcdProcesses.start(Files.createTempDirectory("jumpvpn-etcd"), 3), lease);
    }

    /** The keys of the next test. */
    void fresh() {
        prefix = "jumpvpn/test%d/".formatted(PREFIXES.incrementAndGet());
    }

    String prefix() {
        return prefix;
    }

    Bed open(Owner owner) throws IOException {
        return open(owner, etcd.endpoints(), new Bed.Reported());
    }

    Bed open(Owner owner, List<URI> endpoints, Bed.Reported reported) throws IOException {
        return new Bed(table(owner, endpoints, reported), owner);
    }

    EtcdSessionTable table(Owner owner, List<URI> endpoints, Bed.Reported reported) throws IOException {
        return table(owner, setting(endpoints, null), new byte[32], reported);
    }

    EtcdSessionTable table(Owner owner, List<URI> endpoints, byte[] key, Bed.Reported reported) throws IOException {
        return table(owner, setting(endpoints, null), key, reported);
    }

    EtcdSessionTable table(Owner owner, String rootPassword) throws IOException {
        byte[] password = rootPassword.getBytes(StandardCharsets.UTF_8);
        EtcdSessionTable.Login login = new EtcdSessionTable.Login("root", password);
        return table(owner, setting(etcd.endpoints(), login), new byte[32], new Bed.Reported());
    }

    private EtcdSessionTable.Setting setting(List<URI> endpoints, EtcdSessionTable.@Nullable Login login) {
        return new EtcdSessionTable.Setting(endpoints, lease, prefix, null, login);
    }

    /** Its clocks stand still. */
    private static EtcdSessionTable table(
            Owner owner, EtcdSessionTable.Setting setting, byte[] key, Bed.Reported reported) throws IOException {
        ClockReading now = new ClockReading(Records.NOW, 5000 * Records.NOW);
        Member self = new Member("gw" + owner.gateway(), 1, List.of(), null, false);
        return EtcdSessionTable.open(setting, self, key, Crypto.jdk(new SystemEntropy()), () -> now, reported);
    }

    @Override
    public void close() throws IOException {
        etcd.close();
    }
}
