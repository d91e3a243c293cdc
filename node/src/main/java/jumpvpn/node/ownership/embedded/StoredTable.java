package jumpvpn.node.ownership.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import jumpvpn.core.ownership.ClockReading;
import jumpvpn.core.ownership.MemorySessionTable;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.RecordCodec;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.Hkdf;
import jumpvpn.core.session.SessionId;

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
    private static final int KEY_BYTES = 32;

    private final RecordCodec codec;
    private final Crypto crypto;
    private final byte[] identity;

    /**
     * @param privateKey the gateway's; the secrets in the log are sealed under a key that comes from it
     * @param gateway the number by which records name it
     */
    StoredTable(Crypto crypto, byte[] privateKey, long gateway) {
        this.crypto = crypto;
        byte[] key = Hkdf.derive(new byte[0], privateKey, "jumpvpn session table", new byte[0], KEY_BYTES);
        byte[] number = ByteBuffer.allocate(Long.BYTES).putLong(gateway).array();
        identity = Hkdf.derive(new byte[0], key, "jumpvpn session table's identity", number, LogFile.IDENTITY_BYTES);
        codec = new RecordCodec(crypto.aead(), key);
        Arrays.fill(key, (byte) 0);
    }

    /** Tells this gateway's log from others'. */
    byte[] identity() {
        return identity.clone();
    }

    Entry record(SessionId id, SessionRecord record, ClockReading at) {
        byte[] nonce = crypto.entropy().bytes(RecordCodec.NONCE_LENGTH);
        return new Entry(key(RECORD, id), codec.encode(record, nonce, at));
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
        ByteBuffer bytes = ByteBuffer.wrap(id.bytes());
        return new Entry.Key(kind, bytes.getLong(), bytes.getLong());
    }

    private static Entry.Key key(Owner owner) {
        return new Entry.Key(MARK, owner.gateway(), owner.incarnation());
    }

    /** What a log held when it was opened. */
    final class Loaded implements FrameReader.Visitor {
        private final Path file;
        private final ClockReading now;
        private final List<SessionRecord> records = new ArrayList<>();
        private final List<SessionTable.Mark> marks = new ArrayList<>();
        final List<SessionTable.Loss> losses = new ArrayList<>();

        Loaded(Path file, ClockReading now) {
            this.file = file;
            this.now = now;
        }

        @Override
        public void change(long at, Entry change) throws IOException {
            ByteBuffer value = ByteBuffer.wrap(java.util.Objects.requireNonNull(change.value()));
            Entry.Key key = change.key();
            switch (key.kind()) {
                case RECORD -> records.add(record(at, value.array()));
                case MARK -> {
                    long nanos = boot(value.getLong(), now);
                    marks.add(new SessionTable.Mark(new Owner(key.high(), key.low()), nanos, List.of()));
                }
                case LOSS -> {
                    byte[] id = ByteBuffer.allocate(2 * Long.BYTES)
                            .putLong(key.high())
                            .putLong(key.low())
                            .array();
                    losses.add(new SessionTable.Loss(SessionId.of(id), value.getInt(), boot(value.getLong(), now)));
                }
                default ->
                    throw new StateException(file + ":" + at + ": an entry of kind " + key.kind()
                            + ", which this version does not know; start the version that wrote it, or "
                            + LogFile.wayOut(file.toString()));
            }
        }

        private SessionRecord record(long at, byte[] value) throws StateException {
            return switch (codec.decode(value, now)) {
                case RecordCodec.Decoded.Whole whole -> whole.record();
                case RecordCodec.Decoded.Unreadable unreadable ->
                    throw new StateException(file + ":" + at + ": this record " + unreadable.why() + "; "
                            + LogFile.wayOut(file.toString()));
            };
        }

        /** The table that all this makes. */
        MemorySessionTable table() throws StateException {
            MemorySessionTable table = new MemorySessionTable();
            for (SessionRecord record : records) {
                List<SessionTable.Change> change = List.of(new SessionTable.Change(record.id(), 0, record));
                SessionTable.Outcome[] outcome = new SessionTable.Outcome[1];
                table.commit(record.commitId(), change, it -> outcome[0] = it);
                if (outcome[0] != SessionTable.Outcome.COMMITTED) {
                    throw new StateException(file + ": record " + record.id() + " contradicts another one; "
                            + LogFile.wayOut(file.toString()));
                }
            }
            marks.sort(Comparator.comparingLong(SessionTable.Mark::nanos));
            for (SessionTable.Mark mark : marks) {
                table.mark(new SessionTable.Mark(mark.owner(), mark.nanos(), losses), _ -> {});
            }
            return table;
        }

        /** Removes the marks of starts of which no record is left. */
        List<Entry> outdated() {
            return marks.stream()
                    .map(SessionTable.Mark::owner)
                    .filter(owner ->
                            records.stream().noneMatch(record -> record.owner().equals(owner)))
                    .map(owner -> new Entry(key(owner), null))
                    .toList();
        }
    }
}
