package jumpvpn.node.runtime;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jumpvpn.core.gateway.GatewayPort;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.ownership.Member;
import jumpvpn.core.ownership.Owner;
import org.jspecify.annotations.Nullable;

/** The port of a gateway that has a network behind it: the sockets, and what is led inside. */
final class ClusterPort implements GatewayPort {
    /** What leads the network behind. No call waits. */
    interface Inside {
        /** Packets to these addresses are this gateway's from now on. */
        void owns(List<Prefix> inner);

        /** They are not, but what still comes is handed on by the tunnel, until they are released, or come back. */
        void handsOn(List<Prefix> inner);

        /**
         * They are not any more.
         *
         * @param via where the gateway that has them now is reached on the link; null: not known
         */
        void releases(List<Prefix> inner, @Nullable IpAddress via);

        /**
         * Another gateway has them, as is heard, or nobody. What this one has stays: that is known better, and ends with {@link #releases}, which leads to the one heard last.
         *
         * @param via as there
         */
        void elsewhere(List<Prefix> inner, @Nullable IpAddress via);

        /** This gateway has them, as is heard: what was heard of others before is older. */
        void confirms(List<Prefix> inner);
    }

    private final GatewayPort sockets;
    private final Inside inside;
    private final long self;
    /** Where gateways are reached inside, by their numbers in records. */
    private final Map<Long, IpAddress> gateways = new HashMap<>();

    /**
     * For this gateway.
     *
     * @param self its number in records
     */
    ClusterPort(GatewayPort sockets, Inside inside, long self, List<Member> others) {
        this.sockets = sockets;
        this.inside = inside;
        this.self = self;
        for (Member member : others) {
            IpAddress address = member.inside();
            if (address != null) {
                gateways.put(member.gateway(), address);
            }
        }
    }

    @Override
    public void transmit(int socketId, Endpoint to, byte[] datagram) {
        sockets.transmit(socketId, to, datagram);
    }

    @Override
    public boolean isConnected(int socketId) {
        return sockets.isConnected(socketId);
    }

    @Override
    public void relay(long gateway, byte[] datagram) {
        sockets.relay(gateway, datagram);
    }

    @Override
    public void owns(List<Prefix> inner) {
        inside.owns(inner);
    }

    @Override
    public void handsOn(List<Prefix> inner) {
        inside.handsOn(inner);
    }

    @Override
    public void releases(List<Prefix> inner, long gateway) {
        inside.releases(inner, gateways.get(gateway));
    }

    /** The store tells whose these inner addresses are; null: nobody's. */
    void heard(List<Prefix> inner, @Nullable Owner owner) {
        if (owner == null) {
            inside.elsewhere(inner, null);
        } else if (owner.gateway() != self) {
            inside.elsewhere(inner, gateways.get(owner.gateway()));
        } else {
            inside.confirms(inner);
        }
    }
}
