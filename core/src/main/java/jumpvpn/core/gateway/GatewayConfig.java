package jumpvpn.core.gateway;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.security.Hkdf;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.session.Policy;

/**
 * Who the gateway is and whom it admits.
 *
 * @param networks the gateway's own inner addresses with the networks from which clients get theirs
 * @param mtu of the inner network, bytes
 * @param placement whose a session is, where that follows from its id; else everybody's who reads its record
 * @param others where the other gateways listen: told to whom this one can't serve
 */
public record GatewayConfig(
        String name,
        KeyPair own,
        List<Prefix> networks,
        List<Client> clients,
        Policy policy,
        int mtu,
        Placement placement,
        List<Endpoint> others) {
    /** A gateway on its own, or one that shares all sessions with others. */
    public GatewayConfig(
            String name, KeyPair own, List<Prefix> networks, List<Client> clients, Policy policy, int mtu) {
        this(name, own, networks, clients, policy, mtu, _ -> Placement.Place.HERE, List.of());
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
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.wrap(Hkdf.derive(new byte[0], bytes, "jumpvpn owner", new byte[0], 8))
                .getLong();
    }

    /** The key under which ticket keys are derived: it lives as long as the gateway's identity, so tickets survive a restart. */
    byte[] ticketMaster() {
        return Hkdf.derive(new byte[0], own.privateKey(), "jumpvpn ticket master", new byte[0], 32);
    }
}
