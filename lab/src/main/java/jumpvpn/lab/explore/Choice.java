package jumpvpn.lab.explore;

import org.jspecify.annotations.Nullable;

/**
 * What happens next.
 *
 * @param index of the message, commit, process, link or whatever the kind is about, as {@link SmallWorld} counts them at that moment
 */
record Choice(Kind kind, int index) {
    /** What may happen. */
    enum Kind {
        /** A datagram under way arrives; which one is free, so they overtake each other, and one that never arrives is lost. */
        DELIVER(null),
        /** There are too many under way: a datagram is lost. */
        LOSE(null),
        /** A datagram under way arrives, and stays under way. */
        DUPLICATE(Limit.DUPLICATES),
        /** Time passes until somebody says, sends or asks for something; two minutes at most. */
        WAIT(Limit.WAITS),
        /** Time passes until an end takes a row; whatever is sent meanwhile is lost. */
        SILENCE(Limit.SILENCES),
        /** The operator asks for the other path. */
        JUMP(Limit.JUMPS),
        /** A link goes down, or comes up again. */
        LINK(Limit.LINKS),
        /** The host at an end sends an inner packet. */
        PACKET(Limit.PACKETS),
        /** A process is gone without a word. */
        KILL(Limit.CRASHES),
        /** A process that was killed starts. */
        START(null),
        /** A commit takes effect; nobody has heard of it. */
        APPLY(null),
        /** The table answers: a commit takes effect if it did not yet, a read reads. */
        ANSWER(null),
        /** The table says that it can't at present. */
        FAIL(Limit.STORE_FAULTS),
        /** The table says that it does not know; what was not applied may be applied later, or never. */
        DOUBT(Limit.STORE_FAULTS),
        /** A gateway hears of the next change in the table. */
        NOTIFY(null),
        /** Somebody sends a datagram, seen on the way or still under way, from an address of his own. */
        REPLAY(Limit.ATTACKS),
        /** Somebody sends a datagram with one bit changed, from where it came. */
        FORGE(Limit.ATTACKS);

        final @Nullable Limit limit;

        Kind(@Nullable Limit limit) {
            this.limit = limit;
        }
    }

    /** What happens only so often. */
    enum Limit {
        WAITS,
        SILENCES,
        JUMPS,
        LINKS,
        PACKETS,
        DUPLICATES,
        CRASHES,
        STORE_FAULTS,
        ATTACKS;

        /** As people write it. */
        String label() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }
}
