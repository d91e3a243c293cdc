package jumpvpn.core.ownership;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.Hkdf;
import jumpvpn.core.security.SealedBytes;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.security.Suite;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.jspecify.annotations.Nullable;

/**
 * Session records as bytes for a store that outlives the process. The secrets are sealed under a key that the store lacks, with everything else as associated data,
 * so a record that opens is whole. Layout, big-endian, times in nanoseconds, left from or passed since the reading of the clocks:
 *
 * <pre>
 *  format u8 = 1 | wall clock 8 | session id 16 | client key 32 | name: length u8, UTF-8 | owner: gateway 8, incarnation 8 | commit id 8
 *  rows: count u8, each version 8, from u8, to u8, reason u16 | bind nonce: length u8 (0 or 16), bytes | inner: count u8, each address 17, length u8
 *  policy 208 | lifetime left 8 | no binding since 8 | last commit 8 | last forced 8 (least value: never) | elective: count u16, each 8
 *  nonce 16 | sealed: count u8, each generation u32, key 32; tag 16
 * </pre>
 *
 * <p>Every record has a sealing key of its own: HKDF(nonce, store key). Not for two threads at once.
 */
public final class RecordCodec {
    /** The longest record. */
    public static final int MAX_LENGTH = 8192;

    /** Bytes of the fresh random that a record is sealed with. */
    public static final int NONCE_LENGTH = 16;

    private static final byte FORMAT = 1;
    private static final int MOST_INNER = 8;
    private static final int KEY_LENGTH = 32;
    /** Where the name's length stands. */
    private static final int AT_NAME = 1 + Long.BYTES + SessionId.LENGTH + KEY_LENGTH;

    private static final Suite SUITE = Suite.AES_256_GCM;

    /** What bytes turned out to be. */
    public sealed interface Decoded {
        /** A record, in the reader's boot time. */
        record Whole(SessionRecord record) implements Decoded {}

        /**
         * No record that this key has sealed.
         *
         * @param why in words that can follow the place where it was found
         */
        record Unreadable(String why) implements Decoded {}
    }

    private final AeadPort aead;
    private final byte[] storeKey;
    /** Where the open part is written: nothing secret. */
    private final ByteBuffer scratch = ByteBuffer.allocate(MAX_LENGTH);

    /** @param storeKey 32 secret bytes, copied */
    public RecordCodec(AeadPort aead, byte[] storeKey) {
        if (storeKey.length != KEY_LENGTH) {
            throw new IllegalArgumentException("a store key has 32 bytes, not " + storeKey.length);
        }
        this.aead = aead;
        this.storeKey = storeKey.clone();
    }

    /**
     * The bytes of a record.
     *
     * @param nonce {@link #NONCE_LENGTH} fresh random bytes
     * @param at both clocks now
     */
    public byte[] encode(SessionRecord record, byte[] nonce, ClockReading at) {
        SessionRecord left = record.moved(-at.bootNanos());
        ByteBuffer out = scratch.clear();
        out.put(FORMAT).putLong(at.wallNanos());
        putNames(out, left);
        putRows(out, left);
        out.put((byte) left.inner().size());
        for (Prefix prefix : left.inner()) {
            prefix.address().encode(out);
            out.put((byte) prefix.length());
        }
        left.policy().encode(out);
        putTimes(out, left);
        out.put(nonce);
        byte[] open = Arrays.copyOf(out.array(), out.position());
        byte[] secrets = secrets(left.secrets());
        byte[] key = key(nonce);
        byte[] sealed = SealedBytes.seal(aead, SUITE, key, open, secrets);
        Arrays.fill(secrets, (byte) 0);
        Arrays.fill(key, (byte) 0);
        return ByteBuffer.allocate(open.length + sealed.length)
                .put(open)
                .put(sealed)
                .array();
    }

    private byte[] key(byte[] nonce) {
        return Hkdf.derive(nonce, storeKey, "jumpvpn session record", new byte[0], KEY_LENGTH);
    }

    private static void putNames(ByteBuffer out, SessionRecord record) {
        byte[] name = record.clientName().getBytes(StandardCharsets.UTF_8);
        if (name.length > 255) {
            throw new IllegalArgumentException("a client's name has at most 255 bytes, not " + name.length);
        }
        record.id().encode(out);
        out.put(HexFormat.of().parseHex(record.clientKey()))
                .put((byte) name.length)
                .put(name);
        out.putLong(record.owner().gateway())
                .putLong(record.owner().incarnation())
                .putLong(record.commitId());
    }

    private static void putRows(ByteBuffer out, SessionRecord record) {
        out.put((byte) record.rows().size());
        for (SessionRecord.Row row : record.rows()) {
            out.putLong(row.version().packed())
                    .put((byte) row.from().ordinal())
                    .put((byte) row.to().ordinal())
                    .putShort((short) row.reason().number());
        }
        byte[] bindNonce = HexFormat.of().parseHex(record.bindNonce());
        out.put((byte) bindNonce.length).put(bindNonce);
    }

    private static void putTimes(ByteBuffer out, SessionRecord record) {
        SwitchTimes switches = record.switches();
        out.putLong(record.lifetimeEndNanos())
                .putLong(record.noBindingSinceNanos())
                .putLong(switches.lastCommitNanos())
                .putLong(switches.lastForcedNanos())
                .putShort((short) switches.electiveNanos().size());
        switches.electiveNanos().forEach(out::putLong);
    }

    private static byte[] secrets(List<SessionSecret> secrets) {
        ByteBuffer out = ByteBuffer.allocate(1 + secrets.size() * (4 + KEY_LENGTH));
        out.put((byte) secrets.size());
        secrets.forEach(secret -> out.putInt(secret.generation()).put(secret.key()));
        return out.array();
    }

    /** The wall clock of when {@link #encode} wrote this. */
    public static long wallNanos(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getLong(1);
    }

    /** Who owned the record whose bytes these are; null: they are none. */
    public static @Nullable Owner owner(byte[] bytes) {
        int at = afterName(bytes);
        return at < 0
                ? null
                : new Owner(
                        ByteBuffer.wrap(bytes).getLong(at),
                        ByteBuffer.wrap(bytes).getLong(at + 8));
    }

    /** Whether the record whose bytes these are was written by this commit. */
    public static boolean isOfCommit(byte[] bytes, long commitId) {
        int at = afterName(bytes);
        return at >= 0 && ByteBuffer.wrap(bytes).getLong(at + 16) == commitId;
    }

    /** Where owner and commit id stand, or -1. */
    private static int afterName(byte[] bytes) {
        int at = AT_NAME + 1 + (bytes.length > AT_NAME ? bytes[AT_NAME] & 0xff : 0);
        return bytes.length >= at + 24 && bytes[0] == FORMAT ? at : -1;
    }

    /**
     * Reads what {@link #encode} wrote, with its times by the clocks of now. Any bytes may be passed.
     *
     * @param now both clocks; a wall clock that shows less than when the record was written counts as the same moment
     */
    public Decoded decode(byte[] bytes, ClockReading now) {
        if (bytes.length == 0 || bytes[0] != FORMAT) {
            return new Decoded.Unreadable(
                    bytes.length == 0 ? "is empty" : "has format " + bytes[0] + "; this version reads " + FORMAT);
        }
        try {
            ByteBuffer in = ByteBuffer.wrap(bytes, 1, bytes.length - 1);
            ClockReading written = new ClockReading(0, in.getLong());
            return decode(bytes, in, written.shiftTo(now));
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return new Decoded.Unreadable("is damaged: " + (e.getMessage() == null ? "too short" : e.getMessage()));
        }
    }

    private Decoded decode(byte[] bytes, ByteBuffer in, long shiftNanos) {
        SessionId id = SessionId.decode(in);
        String clientKey = HexFormat.of().formatHex(take(in, KEY_LENGTH));
        String name = new String(take(in, in.get() & 0xff), StandardCharsets.UTF_8);
        Owner owner = new Owner(in.getLong(), in.getLong());
        long commitId = in.getLong();
        List<SessionRecord.Row> rows = rows(in);
        String bindNonce = HexFormat.of().formatHex(take(in, atMost(in.get() & 0xff, 16, "a nonce of bytes")));
        List<Prefix> inner = inner(in);
        Policy policy = Policy.decode(in);
        long lifetimeEnd = in.getLong();
        long noBindingSince = in.getLong();
        SwitchTimes switches = switches(in);
        byte[] nonce = take(in, NONCE_LENGTH);
        byte[] open = Arrays.copyOf(bytes, in.position());
        byte[] key = key(nonce);
        byte[] secrets = SealedBytes.open(aead, SUITE, key, open, take(in, in.remaining()));
        Arrays.fill(key, (byte) 0);
        if (secrets == null) {
            return new Decoded.Unreadable("is damaged, or was written under another key");
        }
        SessionRecord left = new SessionRecord(
                id,
                clientKey,
                name,
                owner,
                commitId,
                rows,
                secrets(ByteBuffer.wrap(secrets)),
                bindNonce,
                inner,
                policy,
                lifetimeEnd,
                noBindingSince,
                switches);
        Arrays.fill(secrets, (byte) 0);
        return new Decoded.Whole(left.moved(shiftNanos));
    }

    private static byte[] take(ByteBuffer in, int length) {
        if (length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static int atMost(int count, int most, String what) {
        if (count > most) {
            throw new IllegalArgumentException(what + ": " + count + ", at most " + most);
        }
        return count;
    }

    private static List<SessionRecord.Row> rows(ByteBuffer in) {
        int count = atMost(in.get() & 0xff, SessionRecord.MOST_ROWS, "rows");
        List<SessionRecord.Row> rows = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            StateVersion version = new StateVersion(in.getLong());
            SessionState from = state(in.get());
            SessionState to = state(in.get());
            ReasonCode reason = ReasonCode.of(in.getShort());
            if (reason == null) {
                throw new IllegalArgumentException("a row's reason is unknown");
            }
            rows.add(new SessionRecord.Row(version, from, to, reason));
        }
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("it has no row");
        }
        return List.copyOf(rows);
    }

    private static SessionState state(byte ordinal) {
        SessionState[] states = SessionState.values();
        return states[atMost(ordinal & 0xff, states.length - 1, "a state's number")];
    }

    private static List<Prefix> inner(ByteBuffer in) {
        int count = atMost(in.get() & 0xff, MOST_INNER, "inner addresses");
        List<Prefix> inner = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            IpAddress address = IpAddress.decode(in);
            inner.add(new Prefix(address, in.get() & 0xff));
        }
        return List.copyOf(inner);
    }

    private static SwitchTimes switches(ByteBuffer in) {
        long lastCommit = in.getLong();
        long lastForced = in.getLong();
        int count = atMost(in.getShort() & 0xffff, SwitchTimes.MOST, "elective switches");
        List<Long> elective = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            elective.add(in.getLong());
        }
        return new SwitchTimes(lastCommit, lastForced, List.copyOf(elective));
    }

    private static List<SessionSecret> secrets(ByteBuffer in) {
        int count = atMost(in.get(), SessionRecord.MOST_SECRETS, "secrets");
        List<SessionSecret> secrets = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            secrets.add(new SessionSecret(in.getInt(), take(in, KEY_LENGTH)));
        }
        return List.copyOf(secrets);
    }
}
