package jumpvpn.lab.throughput;

import java.io.IOException;

/** The highest rate at which no datagram is lost, by halving. */
final class LosslessRate {
    private static final int STEPS = 6;

    /**
     * What one step showed, in bits of payload a second.
     *
     * @param sent what the sender really managed
     * @param received what came
     * @param lost datagrams
     */
    record Step(double sent, double received, long lost) {}

    /** One step. */
    interface Trial {
        /** Sends at this rate, in bits a second. */
        Step at(double rate) throws IOException;
    }

    private LosslessRate() {}

    /**
     * Tries six rates at most, from {@code highest} down; what was received in the best step without loss.
     *
     * @throws IOException if every step lost something
     */
    static double find(double highest, Trial trial) throws IOException {
        double best = 0;
        double low = 0;
        double high = highest;
        double rate = highest;
        for (int i = 0; i < STEPS; i++) {
            Step step = trial.at(rate);
            if (step.lost == 0) {
                best = Math.max(best, step.received);
                low = rate;
            } else {
                high = Math.min(rate, step.sent);
            }
            if (low >= high) {
                break;
            }
            rate = (low + high) / 2;
        }
        if (best == 0) {
            throw new IOException("datagrams were lost even at %,.1f Mbit/s".formatted(high / 1e6));
        }
        return best;
    }
}
