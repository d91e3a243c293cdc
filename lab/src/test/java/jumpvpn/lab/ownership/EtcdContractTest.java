package jumpvpn.lab.ownership;

import java.io.IOException;
import jumpvpn.core.ownership.Owner;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class EtcdContractTest extends SessionTableContract {
    private static Cluster cluster;

    @BeforeAll
    static void start() throws IOException {
        cluster = Cluster.start();
    }

    @AfterAll
    static void stop() throws IOException {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Override
    Bed open(Owner owner) throws IOException {
        cluster.fresh();
        return cluster.open(owner);
    }
}
