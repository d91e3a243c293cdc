package jumpvpn.node.ownership.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import jumpvpn.core.ownership.ClockReading;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.RecordCodec;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.Hkdf;
import jumpvpn.core.session.SessionId;
import jumpvpn.node.ownership.StateException;

/**
 * How a session table lies in an {@link AppendLog}. By kind of key:
 *
 * <pre>
 * RECORD  session id             {@link RecordCodec}'s bytes
 * MARK    gateway, incarnation   wall clock 8: the newest sign of life
 * LOSS    session id             epoch 4, wall clock 8: since when that epoch's binding is lost
 * </pre>
 *
 * <p>Wall clocks in nanoseconds since 1970. What is read back is never later than now: a clock that was set back makes nothing last longer.
 */
final class StoredTable {
    private static final byte RECORD = 1;
    private static final byte MARK = 2;
    private static final byte LOSS = 3;

    private final RecordCodec writer;
    /** For the log's thread, and before there is one. */
    private final RecordCodec reader;

    private final Crypto crypto;
    private final byte[] identity;

    /**
     * @param storeKey 32 bytes, copied: the secrets in the log are sealed under it
     * @param gateway the number by which records name it
     */
    StoredTable(Crypto crypto, byte[] storeKey, long gateway) {
        this.crypto = crypto;
        byte[] number = ByteBuffer.allocate(Long.BYTES).putLong(gateway).array();
        identity =
                Hkdf.derive(new byte[0], storeKey, "jumpvpn session table's identity", number, LogFile.IDENTITY_BYTES);
        writer = new RecordCodec(crypto.aead(), storeKey);
        reader = new RecordCodec(crypto.aead(), storeKey);
    }

    /** Tells this gateway's log from others'. */
    byte[] identity() {
        return identity.clone();
    }

    Entry record(SessionId id, SessionRecord record, ClockReading at) {
        byte[] nonce = crypto.entropy().bytes(RecordCodec.NONCE_LENGTH);
        return new Entry(key(RECORD, id), writer.encode(record, nonce, at));
    }

    Entry noRecord(SessionId id) {
        return new Entry(key(RECORD, id), null);
    }

    Entry mark(Owner owner, long nanos, ClockReading at) {
        byte[] value = ByteBuffer.allocate(Long.BYTES).putLong(wall(nanos, at)).array();
        return new Entry(key(owner), value);
    }

    Entry loss(SessionTable.Loss loss, ClockReading at) {
        ByteBuffer value = ByteBuffer.allocate(Integer.BYTES + Long.BYTES);
        value.putInt(loss.epoch()).putLong(wall(loss.nanos(), at));
        return new Entry(key(LOSS, loss.id()), value.array());
    }

    Entry noLoss(SessionId id) {
        return new Entry(key(LOSS, id), null);
    }

    private static long wall(long nanos, ClockReading at) {
        return at.wallNanos() - (at.bootNanos() - nanos);
    }

    private static long boot(long wallNanos, ClockReading now) {
        return now.bootNanos() - Math.max(0, now.wallNanos() - wallNanos);
    }

    private static Entry.Key key(byte kind, SessionId id) {
        return new Entry.Key(kind, id.high(), id.low());
    }

    private static Entry.Key key(Owner owner) {
        return new Entry.Key(MARK, owner.gateway(), owner.incarnation());
    }

    /**
     * Reads the session's record, with its times as they were encoded, whatever became of the wall clock since. On the log's thread.
     *
     * @param writtenNanos boot time of then
     * @throws IOException if it can't be read
     */
    SessionRecord read(LogFile file, SessionId id, long writtenNanos) throws IOException {
        byte[] value = file.value(key(RECORD, id));
        if (value == null) {
            throw new IOException("record " + id + " is missing");
        }
        return record("record " + id, value, new ClockReading(writtenNanos, 0)); // no time has passed by this clock
    }

    /** Reads all records that can be read, by the clocks of now. On the log's thread. @param unreadable hears why one can't */
    void readAll(LogFile file, ClockReading now, Consumer<SessionRecord> found, Consumer<IOException> unreadable) {
        try {
            file.readCurrent((at, change) -> {
                if (change.key().kind() == RECORD) {
                    try {
                        found.accept(record("record at " + at, Objects.requireNonNull(change.value()), now));
                    } catch (IOException e) {
                        unreadable.accept(e);
                    }
                }
            });
        } catch (IOException e) {
            unreadable.accept(e);
        }
    }

    private SessionRecord record(String what, byte[] value, ClockReading now) throws IOException {
        return switch (reader.decode(value, now)) {
            case RecordCodec.Decoded.Whole whole -> whole.record();
            case RecordCodec.Decoded.Unreadable unreadable -> throw new IOException(what + " " + unreadable.why());
        };
    }

    /** What a log holds when it is opened. Keeps no record. */
    final class Loaded implements FrameReader.Visitor {
        final TakenSessions sessions = new TakenSessions();
        final SignsOfLife signs = new SignsOfLife();
        private final Path file;
        private final ClockReading now;
        private final Set<Owner> owners = new HashSet<>();
        private final List<Owner> marked = new ArrayList<>();

        Loaded(Path file, ClockReading now) {
            this.file = file;
            this.now = now;
        }

        @Override
        public void change(long at, Entry change) throws IOException {
            ByteBuffer value = ByteBuffer.wrap(Objects.requireNonNull(change.value()));
            Entry.Key key = change.key();
            switch (key.kind()) {
                case RECORD -> take(at, value.array());
                case MARK -> {
                    Owner owner = new Owner(key.high(), key.low());
                    marked.add(owner);
                    signs.mark(owner, boot(value.getLong(), now));
                }
                case LOSS -> {
                    SessionId id = new SessionId(key.high(), key.low());
                    signs.lose(new SessionTable.Loss(id, value.getInt(), boot(value.getLong(), now)));
                }
                default ->
                    throw new StateException(file + ":" + at + ": an entry of kind " + key.kind()
                            + ", which this version does not know; start the version that wrote it, or "
                            + LogFile.wayOut(file.toString()));
            }
        }

        private void take(long at, byte[] value) throws StateException {
            SessionRecord record;
            try {
                record = record("this record", value, now);
            } catch (IOException e) {
                throw new StateException(
                        file + ":" + at + ": " + e.getMessage() + "; " + LogFile.wayOut(file.toString()), e);
            }
            List<SessionTable.Change> change = List.of(new SessionTable.Change(record.id(), 0, record));
            if (!sessions.fit(change)) {
                throw new StateException(file + ": record " + record.id() + " contradicts another one; "
                        + LogFile.wayOut(file.toString()));
            }
            sessions.take(change, boot(RecordCodec.wallNanos(value), now));
            owners.add(record.owner());
        }

        /** Removes the marks of starts of which no record is left. */
        List<Entry> outdated() {
            return marked.stream()
                    .filter(owner -> !owners.contains(owner))
                    .map(owner -> new Entry(key(owner), null))
                    .toList();
        }
    }
}
