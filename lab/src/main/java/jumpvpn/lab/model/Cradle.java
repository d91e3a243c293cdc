package jumpvpn.lab.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The handshakes at one gateway that nobody has completed yet. One that ends so is a row {@code BIRTH > TERMINATED 0.1 HANDSHAKE_FAIL}; which of several it was can't
 * be seen from outside, and does not matter: only how many there may be.
 */
public final class Cradle {
    /** The one row of a handshake that came to nothing. */
    public static final Row STILLBORN =
            new Row(State.BIRTH, State.TERMINATED, new Version(0, 1), Reason.HANDSHAKE_FAIL);

    private static final int MOST_PER_CLIENT = 16;

    private record Birth(String name, int client, long endNanos) {}

    private final Terms terms;
    private final List<Birth> births = new ArrayList<>();
    private int dropped;

    /** An empty one. */
    public Cradle(Terms terms) {
        this.terms = terms;
    }

    /** A first message of this client is answered. */
    public void begin(long nowNanos, String name, int client) {
        births.add(new Birth(name, client, nowNanos + terms.handshakeTimeout()));
    }

    /**
     * The first packet under the new keys: completing a handshake drops every other of that client begun before.
     *
     * @return whether there is such a handshake
     */
    public boolean complete(String name) {
        Birth done = find(name);
        if (done == null) {
            return false;
        }
        births.remove(done);
        int before = births.size();
        births.removeIf(birth -> birth.client == done.client);
        dropped += before - births.size();
        return true;
    }

    private @Nullable Birth find(String name) {
        for (Birth birth : births) {
            if (birth.name.equals(name)) {
                return birth;
            }
        }
        return null;
    }

    /**
     * A handshake ended as {@link #STILLBORN}.
     *
     * @return whether one had to: it was dropped, its time is over, or its client began too many
     */
    public boolean stillborn(long nowNanos) {
        if (dropped > 0) {
            dropped--;
            return true;
        }
        for (Birth birth : births) {
            if (birth.endNanos <= nowNanos || ofClient(birth.client) >= MOST_PER_CLIENT) {
                births.remove(birth);
                return true;
            }
        }
        return false;
    }

    private long ofClient(int client) {
        return births.stream().filter(birth -> birth.client == client).count();
    }

    /** Handshakes that were dropped and whose rows have not come yet. */
    public int dropped() {
        return dropped;
    }

    /** When the oldest must end, {@link Long#MAX_VALUE} if there is none. */
    public long nextDeadlineNanos() {
        return births.isEmpty() ? View.NEVER : births.getFirst().endNanos;
    }
}
