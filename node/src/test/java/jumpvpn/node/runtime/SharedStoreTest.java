package jumpvpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import jumpvpn.core.gateway.Gateway;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.ownership.ClockReading;
import jumpvpn.node.config.GatewayConfig;
import jumpvpn.node.config.PeerKey;
import jumpvpn.node.ownership.etcd.EtcdSessionTable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of a store that nobody has started; with real ones: the lab. */
class SharedStoreTest {
    private static final String FILE = """
            [ownership]
            mode = "etcd"
            endpoints = ["http://127.0.0.1:1"]
            [[member]]
            name = "gw1"
            number = 1
            [[member]]
            name = "gw2"
            number = 2
            """;

    @TempDir
    private Path folder;

    private EtcdSessionTable table;
    private SharedStore store;
    private final List<Reply.Refused> heard = new ArrayList<>();

    @BeforeEach
    void open() throws Exception {
        GatewayConfig config = GatewayFiles.load(folder, FILE);
        Log log = new Log(
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8), InstantSource.system());
        Gateway gateway = Engines.start(config);
        table = (EtcdSessionTable) Objects.requireNonNull(Table.open(
                config,
                EngineConfig.of(config, Engines.CRYPTO, 1400),
                Engines.CRYPTO,
                () -> new ClockReading(0, 0),
                log));
        store = new SharedStore(table, config, new AdmittedClients(config), gateway, log);
    }

    @AfterEach
    void close() {
        table.close();
    }

    @Test
    void othersAreKnownByTheFileAndNotSeen() {
        assertThat(store.others(0)).containsExactly(new ClusterStatus.Row("gw2", 2, false, false, -1, -1));
        assertThat(store.hasOthers()).isFalse();
    }

    @Test
    void whatFailsIsShown() {
        ClusterStatus.Store shown = store.store();
        assertThat(shown.endpoint()).isEqualTo("http://127.0.0.1:1");
        assertThat(shown.error()).contains("etcd");
        assertThat(shown.revision()).isZero();
    }

    @Test
    void nobodyIsAdmittedOrRevokedWithoutIt() {
        Request.Admit admit =
                new Request.Admit("phone", new PeerKey(new byte[32]), List.of(IpAddress.parse("10.77.0.9")));
        store.revoke(1, new Request.Revoke(GatewayFiles.CLIENT, null), this::hear);
        assertThat(store.nextNanos())
                .as("a revocation is its operator's to ask for again")
                .isEqualTo(Long.MAX_VALUE);
        store.admit(1, admit, this::hear);
        assertThat(store.nextNanos())
                .as("who is in the file is wished for again")
                .isLessThan(Long.MAX_VALUE);
        store.revoke(1, new Request.Revoke("nobody", null), this::hear);
        store.revoke(1, new Request.Revoke("revoked", new PeerKey(new byte[32])), this::hear);
        assertThat(heard)
                .extracting(Reply.Refused::reason)
                .containsExactly("STORE_UNAVAILABLE", "STORE_UNAVAILABLE", "CLIENT_NOT_FOUND", "STORE_UNAVAILABLE");
        assertThat(heard.getFirst().text())
                .startsWith("the store has not been told: ")
                .endsWith("ask again, that does no harm");
    }

    @Test
    void whoseAddressesTheStoreChoosesIsLetInWhenItTellsOfHim() throws Exception {
        GatewayConfig config = GatewayFiles.load(folder, FILE);
        assertThat(config.clients()).hasSize(1);
        assertThat(EngineConfig.of(config, Engines.CRYPTO, 1400).clients()).isEmpty();
        GatewayConfig alone = GatewayFiles.load(folder, "");
        assertThat(EngineConfig.of(alone, Engines.CRYPTO, 1400).clients()).hasSize(1);
    }

    @Test
    void aNameIsOneClients() {
        store.admit(1, new Request.Admit(GatewayFiles.CLIENT, new PeerKey(new byte[32]), List.of()), this::hear);
        assertThat(heard).extracting(Reply.Refused::reason).containsExactly("CLIENT_REFUSED");
        assertThat(heard.getFirst().text()).contains("choose another");
    }

    private void hear(Reply reply, long nowNanos) {
        assertThat(nowNanos).isOne();
        heard.add((Reply.Refused) reply);
    }

    @Test
    void itIsAskedAgainOnlyWhenSomethingIsDue() {
        store.deliver(1);
        assertThat(store.nextNanos()).isEqualTo(Long.MAX_VALUE);
    }
}
