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

    /** A handshake that was answered. */
    private static final class Birth {
        final String name;
        final int client;
        final long endNanos;
        boolean committing;
        boolean overtaken;

        Birth(String name, int client, long endNanos) {
            this.name = name;
            this.client = client;
            this.endNanos = endNanos;
        }
    }

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

    /** The first packet under the new keys: its birth is to be committed, and till that is settled no time ends it. @return whether there is such a handshake, and it was not so before */
    public boolean claim(String name) {
        Birth birth = find(name);
        if (birth == null || birth.committing) {
            return false;
        }
        birth.committing = true;
        return true;
    }

    /** The birth is committed: every other handshake of that client begun before is dropped. */
    public void complete(String name) {
        Birth done = find(name);
        if (done == null) {
            return;
        }
        births.remove(done);
        for (Birth other : List.copyOf(births)) {
            if (other.client == done.client && other.committing) {
                other.overtaken = true;
            } else if (other.client == done.client) {
                births.remove(other);
                dropped++;
            }
        }
    }

    /** It was not to be: the client may try once more, unless it completed another. */
    public void refuse(String name) {
        Birth birth = find(name);
        if (birth != null) {
            birth.committing = false;
            if (birth.overtaken) {
                births.remove(birth);
                dropped++;
            }
        }
    }

    /** The session is somebody else's by now: its rows are his to say. */
    public void forget(String name) {
        births.remove(find(name));
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
            boolean over = birth.endNanos <= nowNanos || ofClient(birth.client) >= MOST_PER_CLIENT;
            if (over && !birth.committing) {
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
        for (Birth birth : births) {
            if (!birth.committing) {
                return birth.endNanos;
            }
        }
        return View.NEVER;
    }
}
