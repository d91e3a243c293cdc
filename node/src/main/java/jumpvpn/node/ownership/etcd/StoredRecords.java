package jumpvpn.node.ownership.etcd;

import io.etcd.jetcd.api.KeyValue;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import jumpvpn.core.ownership.ClockReading;
import jumpvpn.core.ownership.RecordCodec;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable.Loss;
import jumpvpn.core.security.Crypto;
import jumpvpn.node.ownership.Reports;
import org.jspecify.annotations.Nullable;

/** Records and times as bytes, by the clocks of now. What is read is never later than now: a clock that was set back makes nothing last longer. */
final class StoredRecords {
    private final Crypto crypto;
    private final Supplier<ClockReading> clocks;
    private final Reports reports;
    /** The control thread's. */
    private final RecordCodec writer;
    /** The loop's. */
    private final RecordCodec reader;

    private boolean saidUnreadable;

    StoredRecords(Crypto crypto, byte[] recordKey, Supplier<ClockReading> clocks, Reports reports) {
        this.crypto = crypto;
        this.clocks = clocks;
        this.reports = reports;
        writer = new RecordCodec(crypto.aead(), recordKey);
        reader = new RecordCodec(crypto.aead(), recordKey);
    }

    /** On the control thread alone. */
    byte[] encode(SessionRecord record) {
        return writer.encode(record, crypto.entropy().bytes(RecordCodec.NONCE_LENGTH), clocks.get());
    }

    /** On the loop's thread alone; null, once said: it can't be read. */
    @Nullable
    SessionRecord decode(byte[] bytes) {
        return switch (reader.decode(bytes, clocks.get())) {
            case RecordCodec.Decoded.Whole whole -> whole.record();
            case RecordCodec.Decoded.Unreadable unreadable -> {
                if (!saidUnreadable) {
                    saidUnreadable = true;
                    reports.error(
                            "a session record in etcd " + unreadable.why()
                                    + "; it is left alone. Give all gateways of one prefix the same [cluster] secret. Said once, more may follow");
                }
                yield null;
            }
        };
    }

    /** The wall clock at this boot time. */
    long wall(long bootNanos) {
        ClockReading now = clocks.get();
        return now.wallNanos() - (now.bootNanos() - bootNanos);
    }

    private long boot(long wallNanos) {
        ClockReading now = clocks.get();
        return now.bootNanos() - Math.max(0, now.wallNanos() - wallNanos);
    }

    /** The value of a loss. */
    byte[] loss(Loss loss) {
        return ByteBuffer.allocate(Integer.BYTES + Long.BYTES)
                .putInt(loss.epoch())
                .putLong(wall(loss.nanos()))
                .array();
    }

    /**
     * With the beginning of the transport-loss TTL where loss or sign put it.
     *
     * @param stored where it was read
     * @param loss its session's, which counts if it is younger than the record, or null
     * @param signWallNanos of its owner's newest sign of life, or null
     */
    SessionRecord moved(SessionRecord record, KeyValue stored, @Nullable KeyValue loss, @Nullable Long signWallNanos) {
        if (loss != null
                && loss.getModRevision() > stored.getModRevision()
                && loss.getValue().size() == Integer.BYTES + Long.BYTES) {
            ByteBuffer value = loss.getValue().asReadOnlyByteBuffer();
            if (value.getInt() == record.version().epoch()) {
                return record.noBindingSince(boot(value.getLong()));
            }
        }
        if (signWallNanos == null) {
            return record;
        }
        return record.noBindingSince(Math.max(record.noBindingSinceNanos(), boot(signWallNanos)));
    }
}
