package jumpvpn.lab.sim;

import java.util.TreeMap;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * A router that translates addresses: a mapping per inside port, made by what goes out, gone when it was not used for a while or when the router forgets. A symmetric
 * one has a mapping per inside port and far end, and lets in only what that far end sends.
 */
final class Nat {
    /** Whose packets a mapping translates. */
    private record Inside(int port, @Nullable Endpoint to) implements Comparable<Inside> {
        @Override
        public int compareTo(Inside other) {
            int order = Integer.compare(port, other.port);
            return order != 0 ? order : String.valueOf(to).compareTo(String.valueOf(other.to));
        }
    }

    /** A mapping. */
    private static final class Mapping {
        final Inside inside;
        final int outsidePort;
        long usedNanos;

        Mapping(Inside inside, int outsidePort) {
            this.inside = inside;
            this.outsidePort = outsidePort;
        }
    }

    private static final int LEAST_PORT = 20_000;
    private static final int PORTS = 40_000;

    private final IpAddress outside;
    private final long timeoutNanos;
    private final boolean symmetric;
    private final TreeMap<Inside, Mapping> byInside = new TreeMap<>();
    private final TreeMap<Integer, Mapping> byOutside = new TreeMap<>();
    private int nextPort;

    Nat(IpAddress outside, long timeoutNanos, boolean symmetric) {
        this.outside = outside;
        this.timeoutNanos = timeoutNanos;
        this.symmetric = symmetric;
    }

    IpAddress outside() {
        return outside;
    }

    /** What the far end sees of an inside port. */
    Endpoint outward(long nowNanos, int insidePort, Endpoint to) {
        Inside inside = new Inside(insidePort, symmetric ? to : null);
        Mapping mapping = byInside.get(inside);
        if (mapping == null || nowNanos - mapping.usedNanos > timeoutNanos) {
            if (mapping != null) {
                byOutside.remove(mapping.outsidePort);
            }
            mapping = new Mapping(inside, LEAST_PORT + nextPort++ % PORTS);
            byInside.put(inside, mapping);
            byOutside.put(mapping.outsidePort, mapping);
        }
        mapping.usedNanos = nowNanos;
        return new Endpoint(outside, mapping.outsidePort);
    }

    /** The inside port that an outside port stands for, for what comes from there; or null. */
    @Nullable
    Integer inward(long nowNanos, int outsidePort, Endpoint from) {
        Mapping mapping = byOutside.get(outsidePort);
        if (mapping == null
                || nowNanos - mapping.usedNanos > timeoutNanos
                || (mapping.inside.to != null && !mapping.inside.to.equals(from))) {
            return null;
        }
        mapping.usedNanos = nowNanos;
        return mapping.inside.port;
    }

    /**
     * The router was restarted: whoever sends on gets another port.
     *
     * @param reuses it gives ports out from the first again, so that one becomes somebody else's
     */
    void forget(boolean reuses) {
        byInside.clear();
        byOutside.clear();
        nextPort = reuses ? 0 : nextPort;
    }
}
