package jumpvpn.lab.model;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
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
    /** How many of a client's made room for newer ones: nobody says which. */
    private final TreeMap<Integer, Integer> gone = new TreeMap<>();

    /** How many of a client's were dropped, and their rows have not come yet. */
    private final TreeMap<Integer, Integer> dropped = new TreeMap<>();

    /** An empty one. */
    public Cradle(Terms terms) {
        this.terms = terms;
    }

    /** A first message of this client is answered. */
    public void begin(long nowNanos, String name, int client) {
        forgetOver(nowNanos);
        births.add(new Birth(name, client, nowNanos + terms.handshakeTimeout()));
    }

    /** Whoever's time was over long ago is one of those that made room. */
    private void forgetOver(long nowNanos) {
        for (Birth birth : List.copyOf(births)) {
            boolean over = !birth.committing && birth.endNanos + terms.handshakeTimeout() <= nowNanos;
            if (over && gone(birth.client) > 0) {
                births.remove(birth);
                gone.merge(birth.client, -1, Integer::sum);
            }
        }
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
        drops(done.client, -gone(done.client));
        gone.remove(done.client);
        for (Birth other : List.copyOf(births)) {
            if (other.client == done.client && other.committing) {
                other.overtaken = true;
            } else if (other.client == done.client) {
                births.remove(other);
                drops(other.client, 1);
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
                drops(birth.client, 1);
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
     * A handshake of this client ended as {@link #STILLBORN}.
     *
     * @return whether one had to: it was dropped, its time is over, or its client began too many
     */
    public boolean stillborn(long nowNanos, int client) {
        if (dropped.getOrDefault(client, 0) > 0) {
            drops(client, -1);
            return true;
        }
        for (Birth birth : births) {
            if (birth.client == client && !birth.committing && birth.endNanos <= nowNanos) {
                births.remove(birth);
                return true;
            }
        }
        if (waiting(client) < MOST_PER_CLIENT) {
            return false;
        }
        gone.merge(client, 1, Integer::sum);
        return true;
    }

    private void drops(int client, int count) {
        dropped.merge(client, count, Integer::sum);
    }

    private int gone(int client) {
        return gone.getOrDefault(client, 0);
    }

    private long waiting(int client) {
        return births.stream()
                        .filter(birth -> birth.client == client && !birth.committing)
                        .count()
                - gone(client);
    }

    /** Handshakes that were dropped and whose rows have not come yet. */
    public int dropped() {
        return dropped.values().stream().mapToInt(count -> count).sum();
    }

    /** When the oldest must end, {@link Long#MAX_VALUE} if there is none. Of a client's oldest some may have made room. */
    public long nextDeadlineNanos() {
        TreeMap<Integer, Integer> missing = new TreeMap<>(gone);
        for (Birth birth : births) {
            int left = missing.getOrDefault(birth.client, 0);
            if (!birth.committing && left == 0) {
                return birth.endNanos;
            }
            missing.put(birth.client, birth.committing ? left : left - 1);
        }
        return View.NEVER;
    }
}
