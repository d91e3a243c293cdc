package jumpvpn.node.config;

/**
 * How a node carries packets, {@code [packets]} of either file. All that the kernel can is the default; less is for a kernel that does not keep its promises, and for tests.
 *
 * @param shards queues of the TUN and sockets of a path, each with two threads
 * @param tun what the TUN may hand over and take at once
 * @param udp how datagrams are sent and received
 * @param dscp the differentiated services code point of outer packets (RFC 2474), 0 to 63, or {@link #COPY_DSCP}
 */
public record Packets(int shards, Tun tun, Udp udp, int dscp) {
    /** Outer packets have the inner packet's code point. */
    public static final int COPY_DSCP = -1;

    static final int MOST_SHARDS = 16;
    static final int MOST_DSCP = 63;
    private static final int MOST_SHARDS_UNASKED = 8;

    /** Several packets of a flow at once. */
    public enum Tun {
        /** As many as the kernel can. */
        ALL,
        /** Those of TCP. */
        TCP,
        /** A packet at a time. */
        NONE
    }

    /** Several datagrams at once. */
    public enum Udp {
        /** As many as the kernel can. */
        ALL,
        /** Several a call, each a message of its own. */
        BATCHES,
        /** By java.nio, one a call, without interfaces and congestion marks. */
        NIO
    }

    /** What a file without the section says. */
    public static Packets defaults() {
        return new Packets(defaultShards(), Tun.ALL, Udp.ALL, 0);
    }

    /** Half as many shards as there are processors: each has two threads. */
    static int defaultShards() {
        return Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, MOST_SHARDS_UNASKED);
    }
}
