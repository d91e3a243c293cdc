package jumpvpn.lab.sim;

import java.util.TreeMap;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import org.jspecify.annotations.Nullable;

/** A router that translates addresses: a mapping per inside port, made by what goes out, gone when it was not used for a while or when the router forgets. */
final class Nat {
    /** A mapping. */
    private static final class Mapping {
        final int insidePort;
        final int outsidePort;
        long usedNanos;

        Mapping(int insidePort, int outsidePort) {
            this.insidePort = insidePort;
            this.outsidePort = outsidePort;
        }
    }

    private static final int LEAST_PORT = 20_000;
    private static final int PORTS = 40_000;

    private final IpAddress outside;
    private final long timeoutNanos;
    private final TreeMap<Integer, Mapping> byInside = new TreeMap<>();
    private final TreeMap<Integer, Mapping> byOutside = new TreeMap<>();
    private int nextPort;

    Nat(IpAddress outside, long timeoutNanos) {
        this.outside = outside;
        this.timeoutNanos = timeoutNanos;
    }

    IpAddress outside() {
        return outside;
    }

    /** What the far end sees of an inside port. */
    Endpoint outward(long nowNanos, int insidePort) {
        Mapping mapping = byInside.get(insidePort);
        if (mapping == null || nowNanos - mapping.usedNanos > timeoutNanos) {
            if (mapping != null) {
                byOutside.remove(mapping.outsidePort);
            }
            mapping = new Mapping(insidePort, LEAST_PORT + nextPort++ % PORTS);
            byInside.put(insidePort, mapping);
            byOutside.put(mapping.outsidePort, mapping);
        }
        mapping.usedNanos = nowNanos;
        return new Endpoint(outside, mapping.outsidePort);
    }

    /** The inside port that an outside port stands for, or null. */
    @Nullable
    Integer inward(long nowNanos, int outsidePort) {
        Mapping mapping = byOutside.get(outsidePort);
        if (mapping == null || nowNanos - mapping.usedNanos > timeoutNanos) {
            return null;
        }
        mapping.usedNanos = nowNanos;
        return mapping.insidePort;
    }

    /** The router was restarted: whoever sends on gets another port. */
    void forget() {
        byInside.clear();
        byOutside.clear();
    }
}
