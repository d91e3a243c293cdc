package jumpvpn.lab.sim;

import java.util.EnumSet;
import java.util.Set;
import java.util.TreeMap;
import jumpvpn.core.observability.EventSink;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.Entropy;
import jumpvpn.core.session.Fault;

/** What the engines stand on. Whoever doubts that the simulation can fail puts a broken one in from outside. */
public interface Parts {
    /** The cipher of all ends. */
    AeadPort aead();

    /** A node's randomness; it goes on when its process is started again. */
    Entropy entropy(String node);

    /** The table that a gateway's process uses instead of this one. */
    default SessionTable table(SessionTable sound) {
        return sound;
    }

    /** The sink that a process uses instead of this one. */
    default EventSink sink(EventSink sound) {
        return sound;
    }

    /** What is broken in the gateways' engines. */
    default Set<Fault> faults() {
        return EnumSet.noneOf(Fault.class);
    }

    /** Sound parts for a seed, with these faults in the engines. */
    static Parts planted(long seed, Set<Fault> faults) {
        Parts sound = sound(seed);
        return new Parts() {
            @Override
            public AeadPort aead() {
                return sound.aead();
            }

            @Override
            public Entropy entropy(String node) {
                return sound.entropy(node);
            }

            @Override
            public Set<Fault> faults() {
                return faults;
            }
        };
    }

    /** Sound parts for a seed. */
    static Parts sound(long seed) {
        AeadPort aead = new ToyAead();
        TreeMap<String, Entropy> entropies = new TreeMap<>();
        return new Parts() {
            @Override
            public AeadPort aead() {
                return aead;
            }

            @Override
            public Entropy entropy(String node) {
                return entropies.computeIfAbsent(node, _ -> randomness(seed, node));
            }
        };
    }

    /** Randomness from a seed. */
    private static Entropy randomness(long seed, String node) {
        Chance chance = new Chance(seed, "entropy of " + node);
        return out -> {
            for (int i = 0; i < out.length; i++) {
                out[i] = (byte) chance.nextLong();
            }
        };
    }
}
