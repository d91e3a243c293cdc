package jumpvpn.core.ownership;

import java.util.Arrays;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;

/**
 * In which order a client without fixed addresses is offered those of an inner network: from where the hash of its key says on, so that it gets the same one again, wherever it asks,
 * if nobody else has it. The network's own address, IPv4's broadcast address and what lies beyond the first 2^24 are not among them; the gateways' own is.
 */
public final class PoolOrder {
    private static final int MOST_TRIES = 1 << 16;
    private static final int MOST_HOST_BITS = 24;

    private final Prefix network;
    private final int hostBits;
    private final long hosts;
    private final long start;

    /** @param network with the gateways' own address */
    public PoolOrder(byte[] publicKey, Prefix network) {
        boolean v4 = network.address().isV4();
        this.network = network;
        hostBits = Math.min((v4 ? 32 : 128) - network.length(), MOST_HOST_BITS);
        hosts = (1L << hostBits) - (v4 ? 2 : 1);
        start = Arrays.hashCode(publicKey) & 0xffff_ffffL;
    }

    /** How many are tried; 0 or less: none. */
    public long size() {
        return Math.min(hosts, MOST_TRIES);
    }

    /** One of them. @param index from 0, less than {@link #size} */
    public IpAddress at(long index) {
        long host = 1 + (start + index) % hosts;
        return new IpAddress(network.address().high(), network.address().low() >>> hostBits << hostBits | host);
    }
}
