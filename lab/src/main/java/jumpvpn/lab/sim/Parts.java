package jumpvpn.lab.sim;

import jumpvpn.core.observability.EventSink;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.Entropy;

/** What the engines stand on. Whoever doubts that the simulation can fail puts a broken one in from outside. */
public interface Parts {
    /** The cipher of both ends. */
    AeadPort aead();

    /** The client's randomness; it goes on when the process is started again. */
    Entropy clientEntropy();

    /** The gateway's randomness; it goes on when the process is started again. */
    Entropy gatewayEntropy();

    /** The table that a gateway's process uses instead of this one. */
    default SessionTable table(SessionTable sound) {
        return sound;
    }

    /** The sink that a process uses instead of this one. */
    default EventSink sink(EventSink sound) {
        return sound;
    }

    /** Sound parts for a seed. */
    static Parts sound(long seed) {
        AeadPort aead = new ToyAead();
        Entropy client = entropy(seed, "client entropy");
        Entropy gateway = entropy(seed, "gateway entropy");
        return new Parts() {
            @Override
            public AeadPort aead() {
                return aead;
            }

            @Override
            public Entropy clientEntropy() {
                return client;
            }

            @Override
            public Entropy gatewayEntropy() {
                return gateway;
            }
        };
    }

    /** Randomness from a seed. */
    static Entropy entropy(long seed, String purpose) {
        Chance chance = new Chance(seed, purpose);
        return out -> {
            for (int i = 0; i < out.length; i++) {
                out[i] = (byte) chance.nextLong();
            }
        };
    }
}
