package jumpvpn.lab.sessions;

/** Which sessions carry traffic. */
enum Share {
    /** One, a single stream. */
    ONE(false, false),
    /** One, as many streams as the many have together: what is TCP's own and not that of sessions. */
    ONE_WITH_ALL_STREAMS(false, true),
    /** Many, a stream each. */
    MANY(true, true);

    private final boolean isManySessions;
    private final boolean isManyStreams;

    Share(boolean isManySessions, boolean isManyStreams) {
        this.isManySessions = isManySessions;
        this.isManyStreams = isManyStreams;
    }

    /** How many sessions carry something, where {@code active} are many. */
    int sessions(int active) {
        return isManySessions ? active : 1;
    }

    /** How many streams there are in all. */
    int streams(int active) {
        return isManyStreams ? active : 1;
    }
}
