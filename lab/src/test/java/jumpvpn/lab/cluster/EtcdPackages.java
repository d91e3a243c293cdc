package jumpvpn.lab.cluster;

import java.io.IOException;
import jumpvpn.lab.DebianPackage;
import org.junit.jupiter.api.Assumptions;

/** The packages that {@link EtcdProcesses} are unpacked from. */
public final class EtcdPackages {
    private EtcdPackages() {}

    /** Where they can't be had the test is skipped, and says so. */
    public static void orSkip() {
        try {
            DebianPackage.ETCD.unpack(EtcdProcesses.cache());
            DebianPackage.ETCD_CLIENT.unpack(EtcdProcesses.cache());
        } catch (IOException e) {
            Assumptions.abort("NOT TESTED HERE: no etcd (" + e.getMessage() + ")");
        }
    }
}
