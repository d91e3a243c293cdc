package jumpvpn.node.runtime;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Supplier;
import jumpvpn.core.ownership.ClockReading;
import jumpvpn.core.security.Crypto;
import jumpvpn.node.config.GatewayConfig;
import jumpvpn.node.config.Ownership;
import jumpvpn.node.ownership.DeliveringTable;
import jumpvpn.node.ownership.Reports;
import jumpvpn.node.ownership.StateException;
import jumpvpn.node.ownership.embedded.EmbeddedSessionTable;
import jumpvpn.node.ownership.etcd.EtcdSessionTable;
import org.jspecify.annotations.Nullable;

/** The session table that a gateway's file asks for. */
final class Table {
    private final GatewayConfig config;
    private final jumpvpn.core.gateway.GatewayConfig engine;
    private final Crypto crypto;
    private final Supplier<ClockReading> clocks;
    private final Reports reports;

    private Table(
            GatewayConfig config,
            jumpvpn.core.gateway.GatewayConfig engine,
            Crypto crypto,
            Supplier<ClockReading> clocks,
            Log log) {
        this.config = config;
        this.engine = engine;
        this.crypto = crypto;
        this.clocks = clocks;
        this.reports = new Told(log);
    }

    /**
     * Opens the one that outlives this process; null if there is none: then the sessions end with it.
     *
     * @param engine the same file for the engine
     * @param clocks both clocks now
     * @throws StartException with words for its user
     */
    static @Nullable DeliveringTable open(
            GatewayConfig config,
            jumpvpn.core.gateway.GatewayConfig engine,
            Crypto crypto,
            Supplier<ClockReading> clocks,
            Log log)
            throws StartException {
        byte[] key = engine.recordKey();
        try {
            return new Table(config, engine, crypto, clocks, log).open(key);
        } catch (StateException e) {
            throw new StartException(config.file() + ": " + e.getMessage(), e);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private @Nullable DeliveringTable open(byte[] key) throws StateException {
        return switch (config.ownership().mode()) {
            case EMBEDDED, STICKY -> embedded(key);
            case ETCD -> etcd(key);
        };
    }

    private @Nullable DeliveringTable embedded(byte[] key) throws StateException {
        Path folder = config.state();
        return folder == null
                ? null
                : EmbeddedSessionTable.open(folder, engine.ownerId(), key, crypto, clocks, reports);
    }

    private EtcdSessionTable etcd(byte[] key) throws StateException {
        Ownership ownership = config.ownership();
        Ownership.Tls tls = ownership.tls();
        Ownership.Login login = ownership.login();
        EtcdSessionTable.Setting setting = new EtcdSessionTable.Setting(
                ownership.endpoints(),
                ownership.lease(),
                ownership.prefix(),
                tls == null ? null : new EtcdSessionTable.Tls(tls.ca(), tls.certificate(), tls.key()),
                login == null ? null : new EtcdSessionTable.Login(login.user(), login.password()));
        return EtcdSessionTable.open(setting, EngineConfig.self(config), key, crypto, clocks, reports);
    }

    /** The table's reports go to the log. */
    private record Told(Log log) implements Reports {
        @Override
        public void warn(String text) {
            log.warn(text);
        }

        @Override
        public void error(String text) {
            log.error(text);
        }
    }
}
