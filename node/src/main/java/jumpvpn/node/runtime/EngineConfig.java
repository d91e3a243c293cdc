package jumpvpn.node.runtime;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.gateway.Cluster;
import jumpvpn.core.ownership.Member;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.KeyPair;
import jumpvpn.node.config.GatewayConfig;
import jumpvpn.node.config.NodeKey;
import jumpvpn.node.config.Ownership;
import org.jspecify.annotations.Nullable;

/** A gateway's file in the engine's words. */
final class EngineConfig {
    private EngineConfig() {}

    /**
     * All of it, but for clients whose inner addresses a store chooses: it tells of them.
     *
     * @param mtu of the inner network, bytes
     */
    static jumpvpn.core.gateway.GatewayConfig of(GatewayConfig config, Crypto crypto, int mtu) {
        List<jumpvpn.core.gateway.GatewayConfig.Client> clients = new ArrayList<>();
        boolean storeChooses = config.ownership().mode() == Ownership.Mode.ETCD;
        for (GatewayConfig.Client client : config.clients()) {
            boolean isToldLater = storeChooses && client.addresses().isEmpty();
            if (!isToldLater) { // else the engine would choose, and take what the store has given to others
                clients.add(new jumpvpn.core.gateway.GatewayConfig.Client(
                        client.name(), client.publicKey().bytes(), client.addresses()));
            }
        }
        return new jumpvpn.core.gateway.GatewayConfig(
                config.name(),
                KeyPair.of(crypto.agreement(), config.privateKey().bytes()),
                config.network().addresses(),
                clients,
                config.policy(),
                mtu,
                cluster(config));
    }

    private static Cluster cluster(GatewayConfig config) {
        NodeKey shared = config.cluster().secret();
        byte @Nullable [] secret = shared == null ? null : shared.bytes();
        List<Member> all =
                config.cluster().members().stream().map(EngineConfig::member).toList();
        return switch (config.ownership().mode()) {
            case EMBEDDED -> new Cluster(0, secret, Cluster.NONE.placement(), List.of());
            case STICKY ->
                Cluster.sticky(
                        self(config), secret == null ? config.privateKey().bytes() : secret, all);
            case ETCD -> Cluster.shared(self(config), secret, all);
        };
    }

    /** This gateway; without number and endpoints if the file has no set. */
    static Member self(GatewayConfig config) {
        return config.cluster()
                .member(config.name())
                .map(EngineConfig::member)
                .orElseGet(() -> new Member(config.name(), 0, List.of(), null, false));
    }

    private static Member member(jumpvpn.node.config.Cluster.Member member) {
        return new Member(member.name(), member.number(), member.endpoints(), member.inside(), member.gone());
    }
}
