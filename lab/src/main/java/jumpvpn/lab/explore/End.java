package jumpvpn.lab.explore;

import java.util.Arrays;
import java.util.Objects;
import jumpvpn.core.session.Deadlines;
import org.jspecify.annotations.Nullable;

/**
 * A process of a world. It never changes.
 *
 * @param life null: it does not run
 * @param start the last, from 1; 0: it never ran
 * @param keys with which it has sealed since its first start
 */
record End(int number, @Nullable Life life, int start, long[] keys) {
    private static final long[] NONE = {};

    static End unborn(int number) {
        return new End(number, null, 0, NONE);
    }

    boolean isRunning() {
        return life != null;
    }

    boolean isClient() {
        return number == 0;
    }

    String name() {
        return Given.name(number);
    }

    Life alive() {
        return Objects.requireNonNull(life);
    }

    Shown shown() {
        return alive().shown;
    }

    long nextNanos() {
        return life == null ? Deadlines.NEVER : life.shown.nextNanos();
    }

    End started(Life first) {
        return new End(number, first, start + 1, keys);
    }

    End living(Life next) {
        return new End(number, next, start, keys);
    }

    End killed() {
        return new End(number, null, start, keys);
    }

    boolean hasSealed(long key) {
        return Arrays.stream(keys).anyMatch(it -> it == key);
    }

    End sealing(long key) {
        long[] more = Arrays.copyOf(keys, keys.length + 1);
        more[keys.length] = key;
        return new End(number, life, start, more);
    }

    void digest(Digest digest) {
        digest.add(start).add(keys.length);
        Arrays.stream(keys).sorted().forEach(digest::add);
        if (life != null) {
            digest.add(life.digest);
        }
    }
}
