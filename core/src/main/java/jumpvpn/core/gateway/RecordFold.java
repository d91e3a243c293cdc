package jumpvpn.core.gateway;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.net.Varint;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SwitchTimes;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;

/** Records of sessions at rest as bytes. What the configuration says of the client is not repeated in them; id and policy are kept beside. */
final class RecordFold {
    private static final int KEY_LENGTH = 32;

    private final KnownClients clients;
    private final AddressPool pool;
    private final Owner self;

    RecordFold(KnownClients clients, AddressPool pool, Owner self) {
        this.clients = clients;
        this.pool = pool;
        this.self = self;
    }

    /** Writes it, times as passed since then. Secret. */
    void encode(SessionRecord record, ByteBuffer out, long sinceNanos) {
        int number = clients.find(record.clientKey());
        boolean named =
                number != KnownClients.NONE && clients.get(number).name().equals(record.clientName());
        boolean pooled = named && pool.of(number).equals(record.inner());
        boolean own = record.owner().equals(self);
        out.put((byte) ((named ? 1 : 0) | (pooled ? 2 : 0) | (own ? 4 : 0)));
        if (named) {
            Varint.put(out, number);
        } else {
            out.put(HexFormat.of().parseHex(record.clientKey()));
            put(out, record.clientName().getBytes(StandardCharsets.UTF_8));
        }
        if (!pooled) {
            out.put((byte) record.inner().size());
            for (Prefix inner : record.inner()) {
                inner.address().encodeShort(out);
                out.put((byte) inner.length());
            }
        }
        if (!own) {
            out.putLong(record.owner().gateway()).putLong(record.owner().incarnation());
        }
        out.putLong(record.commitId());
        encode(record.rows(), out);
        out.put((byte) record.secrets().size());
        for (SessionSecret secret : record.secrets()) {
            Varint.put(out, secret.generation());
            out.put(secret.key());
        }
        put(out, HexFormat.of().parseHex(record.bindNonce()));
        Varint.put(out, record.lifetimeEndNanos() - sinceNanos);
        Varint.put(out, record.noBindingSinceNanos() - sinceNanos);
        encode(record.switches(), out, sinceNanos);
    }

    private static void encode(List<SessionRecord.Row> rows, ByteBuffer out) {
        out.put((byte) rows.size());
        for (SessionRecord.Row row : rows) {
            row.version().encodeShort(out);
            out.put((byte) row.from().ordinal());
            out.put((byte) row.to().ordinal());
            out.putShort((short) row.reason().number());
        }
    }

    private static void put(ByteBuffer out, byte[] bytes) {
        Varint.put(out, bytes.length);
        out.put(bytes);
    }

    private static byte[] take(ByteBuffer in) {
        return take(in, (int) Varint.get(in));
    }

    private static byte[] take(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    /** Reads what {@link #encode} wrote. */
    SessionRecord decode(SessionId id, Policy policy, ByteBuffer in, long sinceNanos) {
        byte flags = in.get();
        int number = (flags & 1) != 0 ? (int) Varint.get(in) : KnownClients.NONE;
        byte[] key = number == KnownClients.NONE
                ? take(in, KEY_LENGTH)
                : clients.get(number).publicKey();
        String name = number == KnownClients.NONE
                ? new String(take(in), StandardCharsets.UTF_8)
                : clients.get(number).name();
        List<Prefix> inner = (flags & 2) != 0 ? pool.of(number) : inner(in);
        Owner owner = (flags & 4) != 0 ? self : new Owner(in.getLong(), in.getLong());
        return new SessionRecord(
                id,
                SessionRecord.clientKey(key),
                name,
                owner,
                in.getLong(),
                rows(in),
                secrets(in),
                HexFormat.of().formatHex(take(in)),
                inner,
                policy,
                sinceNanos + Varint.get(in),
                sinceNanos + Varint.get(in),
                decodeTimes(in, sinceNanos));
    }

    private static List<Prefix> inner(ByteBuffer in) {
        List<Prefix> inner = new ArrayList<>();
        for (int count = in.get(); count > 0; count--) {
            IpAddress address = IpAddress.decodeShort(in);
            inner.add(new Prefix(address, in.get() & 0xff));
        }
        return List.copyOf(inner);
    }

    private static List<SessionRecord.Row> rows(ByteBuffer in) {
        List<SessionRecord.Row> rows = new ArrayList<>();
        SessionState[] states = SessionState.values();
        for (int count = in.get(); count > 0; count--) {
            rows.add(new SessionRecord.Row(
                    StateVersion.decodeShort(in),
                    states[in.get()],
                    states[in.get()],
                    Objects.requireNonNull(ReasonCode.of(in.getShort()))));
        }
        return List.copyOf(rows);
    }

    private static List<SessionSecret> secrets(ByteBuffer in) {
        List<SessionSecret> secrets = new ArrayList<>();
        for (int count = in.get(); count > 0; count--) {
            secrets.add(new SessionSecret((int) Varint.get(in), take(in, KEY_LENGTH)));
        }
        return List.copyOf(secrets);
    }

    /** Writes them as passed since then. */
    static void encode(SwitchTimes switches, ByteBuffer out, long sinceNanos) {
        boolean forced = switches.lastForcedNanos() != SwitchTimes.LONG_AGO;
        Varint.put(out, switches.lastCommitNanos() - sinceNanos);
        Varint.put(out, forced ? switches.lastForcedNanos() - sinceNanos : Long.MIN_VALUE);
        Varint.put(out, switches.electiveNanos().size());
        switches.electiveNanos().forEach(at -> Varint.put(out, at - sinceNanos));
    }

    /** Reads what {@link #encode(SwitchTimes, ByteBuffer, long)} wrote. */
    static SwitchTimes decodeTimes(ByteBuffer in, long sinceNanos) {
        long lastCommitNanos = sinceNanos + Varint.get(in);
        long forced = Varint.get(in);
        List<Long> elective = new ArrayList<>();
        for (long count = Varint.get(in); count > 0; count--) {
            elective.add(sinceNanos + Varint.get(in));
        }
        long lastForcedNanos = forced == Long.MIN_VALUE ? SwitchTimes.LONG_AGO : sinceNanos + forced;
        return new SwitchTimes(lastCommitNanos, lastForcedNanos, List.copyOf(elective));
    }
}
