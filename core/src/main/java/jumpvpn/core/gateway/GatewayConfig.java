package jumpvpn.core.gateway;

import java.util.List;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.security.Hkdf;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.session.Policy;

/**
 * Who the gateway is and whom it admits.
 *
 * @param networks the gateway's own inner addresses with the networks from which clients get theirs
 * @param mtu of the inner network, bytes
 * @param cluster what it shares with other gateways
 */
public record GatewayConfig(
        String name,
        KeyPair own,
        List<Prefix> networks,
        List<Client> clients,
        Policy policy,
        int mtu,
        Cluster cluster) {
    /** A gateway on its own. */
    public GatewayConfig(
            String name, KeyPair own, List<Prefix> networks, List<Client> clients, Policy policy, int mtu) {
        this(name, own, networks, clients, policy, mtu, Cluster.NONE);
    }

    /**
     * A known client.
     *
     * @param publicKey 32 bytes
     * @param addresses fixed inner addresses; empty: from the pool
     */
    public record Client(String name, byte[] publicKey, List<IpAddress> addresses) {}

    /** The number by which tickets name this gateway. */
    public long ownerId() {
        return Owner.number(name);
    }

    /** The key under which ticket keys are derived: it lives as long as the gateway's identity, so tickets survive a restart. */
    byte[] ticketMaster() {
        return Hkdf.derive(new byte[0], secret(), "jumpvpn ticket master", new byte[0], 32);
    }

    /** The key under which a store's records are sealed: 32 bytes. */
    public byte[] recordKey() {
        return Hkdf.derive(new byte[0], secret(), "jumpvpn session table", new byte[0], 32);
    }

    /** What the keys of the datagrams between gateways come from: 32 bytes. */
    byte[] relayMaster() {
        return Hkdf.derive(new byte[0], secret(), "jumpvpn relay master", new byte[0], 32);
    }

    private byte[] secret() {
        byte[] shared = cluster.secret();
        return shared == null ? own.privateKey() : shared;
    }
}
