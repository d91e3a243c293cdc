package jumpvpn.lab.sim;

import java.util.function.Consumer;

/** One direction of an uplink: how long datagrams take and what befalls them. */
final class Lane {
    /** What a lane is like. Times in nanoseconds, the rest are probabilities. */
    record Weather(long delay, long jitter, double loss, double duplicate, double corrupt, double straggle) {
        /** Nothing goes wrong, nothing overtakes. */
        static Weather clear(long delay) {
            return new Weather(delay, 0, 0, 0, 0, 0);
        }
    }

    private static final long STRAGGLE_NANOS = 400_000_000;

    private final Timeline timeline;
    private final Chance chance;
    private Weather weather;
    private boolean black;
    private int mostBytes = Integer.MAX_VALUE;

    Lane(Timeline timeline, Chance chance, Weather weather) {
        this.timeline = timeline;
        this.chance = chance;
        this.weather = weather;
    }

    Weather weather() {
        return weather;
    }

    void weather(Weather now) {
        weather = now;
    }

    /** Whether everything disappears without a word. */
    void black(boolean now) {
        black = now;
    }

    /** Longer datagrams disappear without a word. */
    void carriesAtMost(int bytes) {
        mostBytes = bytes;
    }

    /** Takes bytes along; {@code arrive} gets them, or something like them, once, twice or never. */
    void carry(byte[] bytes, Consumer<byte[]> arrive) {
        if (black || bytes.length > mostBytes || chance.happens(weather.loss)) {
            return;
        }
        carryOne(bytes, arrive);
        if (chance.happens(weather.duplicate)) {
            carryOne(bytes, arrive);
        }
    }

    private void carryOne(byte[] bytes, Consumer<byte[]> arrive) {
        long takes = weather.delay + (weather.jitter == 0 ? 0 : chance.between(0, weather.jitter));
        if (chance.happens(weather.straggle)) {
            takes += chance.between(0, STRAGGLE_NANOS);
        }
        byte[] arriving = chance.happens(weather.corrupt) ? Forgery.damaged(bytes, chance) : bytes;
        timeline.in(takes, () -> arrive.accept(arriving));
    }
}
