package jumpvpn.lab.ownership;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionTable.Outcome;
import jumpvpn.node.ownership.etcd.EtcdSessionTable;
import jumpvpn.node.ownership.etcd.StoredClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The list of clients that all gateways share. */
class EtcdClientListTest {
    /** Addresses 1 to 6, of which the first is the gateways' own. */
    private static final List<Prefix> SMALL = List.of(Prefix.parse("10.77.0.1/29"));

    private static Cluster cluster;

    private Bed one;
    private Bed two;
    private final Bed.Reported reported = new Bed.Reported();
    private final List<StoredClient> told = new ArrayList<>();

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

    @BeforeEach
    void open() throws IOException {
        cluster.fresh();
        one = cluster.open(new Owner(1, 1), cluster.etcd.endpoints(), reported).leased();
        Owner second = new Owner(2, 1);
        EtcdSessionTable table = cluster.table(second, cluster.etcd.endpoints(), reported);
        table.onClient(told::add);
        two = new Bed(table, second).leased();
    }

    @AfterEach
    void close() {
        one.close();
        two.close();
    }

    private static StoredClient client(int key, String... addresses) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) key);
        return new StoredClient(
                bytes,
                "client" + key,
                Arrays.stream(addresses).map(IpAddress::parse).toList(),
                false);
    }

    private static StoredClient revoked(int key) {
        return new StoredClient(client(key).key(), "", List.of(), true);
    }

    private static Outcome publish(Bed by, StoredClient client) {
        return by.answer(done -> ((EtcdSessionTable) by.table).publish(client, SMALL, done));
    }

    private StoredClient heard(int count) {
        two.until(() -> told.size() >= count);
        return told.get(count - 1);
    }

    @Test
    void everybodyHearsOfAClientAndHisAddressesAreHis() {
        assertThat(publish(one, client(0xaa, "10.77.0.2"))).isEqualTo(Outcome.COMMITTED);
        StoredClient heard = heard(1);
        assertThat(heard.name()).isEqualTo("client170");
        assertThat(heard.addresses()).containsExactly(IpAddress.parse("10.77.0.2"));
        assertThat(publish(two, client(0xaa, "10.77.0.2"))).as("known").isEqualTo(Outcome.COMMITTED);
        assertThat(publish(two, client(0xaa))).as("known").isEqualTo(Outcome.COMMITTED);
        assertThat(publish(two, client(0xaa, "10.77.0.3"))).isEqualTo(Outcome.REFUSED);
        assertThat(publish(two, client(0xbb, "10.77.0.2"))).isEqualTo(Outcome.REFUSED);
        assertThat(reported.said).hasSize(2);
        assertThat(reported.said.get(0)).contains("those in etcd count");
        assertThat(reported.said.get(1)).contains("is another client's");
    }

    @Test
    void thePoolGivesEachAnotherAddressUntilNoneIsLeft() {
        List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
        for (int key = 1; key <= 6; key++) {
            StoredClient client = client(key);
            Bed by = key % 2 == 0 ? one : two;
            outcomes.add(Bed.ask(done -> ((EtcdSessionTable) by.table).publish(client, SMALL, done)));
        }
        one.until(() -> outcomes.stream().filter(CompletableFuture::isDone).count() >= 3);
        two.until(() -> {
            one.until(() -> true);
            return outcomes.stream().allMatch(CompletableFuture::isDone);
        });
        assertThat(outcomes.stream().map(CompletableFuture::join).filter(Outcome.COMMITTED::equals))
                .hasSize(5);
        assertThat(outcomes.stream().map(CompletableFuture::join).filter(Outcome.REFUSED::equals))
                .hasSize(1);
        heard(5);
        assertThat(told)
                .extracting(client -> client.addresses().getFirst())
                .doesNotHaveDuplicates()
                .doesNotContain(IpAddress.parse("10.77.0.1"));
        assertThat(reported.said).singleElement().asString().contains("no inner address is left");
    }

    @Test
    void whoIsRevokedStaysOutAndHisAddressIsFreeWhenHisSessionHasEnded() {
        publish(one, client(0xaa, "10.77.0.9"));
        one.commit(1, one.birth(1, "aa", 1));
        assertThat(publish(one, revoked(0xaa))).isEqualTo(Outcome.COMMITTED);
        assertThat(heard(2).revoked()).isTrue();
        assertThat(publish(two, client(0xaa, "10.77.0.9"))).isEqualTo(Outcome.REFUSED);
        assertThat(publish(two, client(0xbb, "10.77.0.9"))).as("still in use").isEqualTo(Outcome.REFUSED);
        one.commit(2, one.end(1, "aa", 1, 2));
        one.mark(Records.BOUND);
        two.until(() -> publish(two, client(0xbb, "10.77.0.9")) == Outcome.COMMITTED);
    }

    @Test
    void whatNoGatewayWroteIsNobody() throws IOException {
        cluster.etcd.control("put", cluster.prefix() + "n" + "x".repeat(32), "\001 anything at all");
        two.until(() -> !reported.said.isEmpty());
        assertThat(reported.said).first().asString().contains("not written by a gateway of this cluster");
        assertThat(told).isEmpty();
    }
}
