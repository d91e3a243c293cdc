package jumpvpn.lab.sim;

import java.util.EnumSet;
import java.util.Set;
import java.util.TreeMap;
import jumpvpn.core.observability.EventSink;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.Entropy;
import jumpvpn.core.session.Fault;

/** What the engines stand on in one seed, and all of it sound. Whoever doubts that the simulation can fail overrides a part with a broken one. */
public class Parts {
    private final long seed;
    private final AeadPort aead = new ToyAead();
    private final TreeMap<String, Entropy> entropies = new TreeMap<>();

    /** Sound parts for a seed. */
    public Parts(long seed) {
        this.seed = seed;
    }

    /** Parts of engines with this fault, else sound. */
    static Parts planted(long seed, Fault fault) {
        return new Parts(seed) {
            @Override
            public Set<Fault> faults() {
                return EnumSet.of(fault);
            }
        };
    }

    /** The cipher of all ends. */
    public AeadPort aead() {
        return aead;
    }

    /** A node's randomness; it goes on when its process is started again. */
    public Entropy entropy(String node) {
        return entropies.computeIfAbsent(node, this::randomness);
    }

    private Entropy randomness(String node) {
        Chance chance = new Chance(seed, "entropy of " + node);
        return out -> {
            for (int i = 0; i < out.length; i++) {
                out[i] = (byte) chance.nextLong();
            }
        };
    }

    /** The table that a gateway's process uses instead of this one. */
    public SessionTable table(SessionTable sound) {
        return sound;
    }

    /** The sink that a process uses instead of this one. */
    public EventSink sink(EventSink sound) {
        return sound;
    }

    /** What is broken in the gateways' engines. */
    public Set<Fault> faults() {
        return EnumSet.noneOf(Fault.class);
    }
}
