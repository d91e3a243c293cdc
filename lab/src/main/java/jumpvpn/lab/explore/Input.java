package jumpvpn.lab.explore;

import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/** What comes into a process at a moment. All that a process is and does follows from these, in their order. */
sealed interface Input {
    /** When. */
    long nowNanos();

    /** All that matters to the process. */
    Digest.Value digest();

    /**
     * It starts.
     *
     * @param start which one, from 1
     * @param links of the client that are up, a bit each
     */
    record Start(long nowNanos, int number, int start, int links) implements Input {
        @Override
        public Digest.Value digest() {
            return new Digest()
                    .add(1)
                    .add(nowNanos)
                    .add(number)
                    .add(start)
                    .add(links)
                    .value();
        }
    }

    /**
     * A datagram arrives.
     *
     * @param forged with one bit changed
     */
    record Arrives(long nowNanos, Message message, Endpoint from, boolean forged) implements Input {
        byte[] bytes() {
            return forged ? message.forged() : message.bytes();
        }

        @Override
        public Digest.Value digest() {
            return new Digest()
                    .add(forged ? 3 : 2)
                    .add(nowNanos)
                    .add(message.digest())
                    .add(from.port())
                    .value();
        }
    }

    /** It is time for something. */
    record Time(long nowNanos) implements Input {
        @Override
        public Digest.Value digest() {
            return new Digest().add(4).add(nowNanos).value();
        }
    }

    /** The operator asks the client for another path. */
    record Jump(long nowNanos) implements Input {
        @Override
        public Digest.Value digest() {
            return new Digest().add(5).add(nowNanos).value();
        }
    }

    /** One of the client's links goes down, or comes up. */
    record Toggle(long nowNanos, int link) implements Input {
        @Override
        public Digest.Value digest() {
            return new Digest().add(6).add(nowNanos).add(link).value();
        }
    }

    /** The host on this side sends an inner packet with a number in it. */
    record Packet(long nowNanos, int packet, IpAddress from, IpAddress to) implements Input {
        @Override
        public Digest.Value digest() {
            return new Digest().add(7).add(nowNanos).add(packet).value();
        }
    }

    /**
     * The table answers.
     *
     * @param ask what is answered, by its number
     * @param found by a read
     * @param loaded by a load
     */
    record Answered(
            long nowNanos,
            int ask,
            SessionTable.Outcome outcome,
            SessionTable.@Nullable Reading found,
            List<SessionRecord> loaded)
            implements Input {
        @Override
        public Digest.Value digest() {
            Digest digest = new Digest().add(8).add(nowNanos).add(ask).add(outcome.ordinal());
            if (found instanceof SessionTable.Reading.Found it) {
                digest.add(Records.digest(it.record()));
            }
            loaded.forEach(record -> digest.add(Records.digest(record)));
            return digest.value();
        }
    }

    /** The gateway hears of a change in the table. */
    record Hears(long nowNanos, SessionId id, @Nullable SessionRecord record) implements Input {
        @Override
        public Digest.Value digest() {
            Digest digest = new Digest().add(9).add(nowNanos).add(id.high()).add(id.low());
            return record == null
                    ? digest.value()
                    : digest.add(Records.digest(record)).value();
        }
    }
}
