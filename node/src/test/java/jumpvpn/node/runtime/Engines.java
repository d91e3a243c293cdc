package jumpvpn.node.runtime;

import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.gateway.Gateway;
import jumpvpn.core.gateway.GatewayContext;
import jumpvpn.core.ownership.MemorySessionTable;
import jumpvpn.core.security.Crypto;
import jumpvpn.node.config.GatewayConfig;
import jumpvpn.node.host.SystemEntropy;

/** Gateways' engines for tests, which hear and say nothing. */
final class Engines {
    static final Crypto CRYPTO = Crypto.jdk(new SystemEntropy());

    private Engines() {}

    /** Started at 0, with a table in memory. */
    static Gateway start(GatewayConfig config) {
        GatewayContext context = new GatewayContext(
                EngineConfig.of(config, CRYPTO, 1400),
                CRYPTO,
                (_, _, _) -> {},
                _ -> {},
                new MemorySessionTable(),
                new LookupTable<>(),
                new LookupTable<>(),
                new DropCounters(),
                PacketPath.turns(1));
        Gateway gateway = new Gateway(context, 0);
        gateway.start(0);
        return gateway;
    }
}
