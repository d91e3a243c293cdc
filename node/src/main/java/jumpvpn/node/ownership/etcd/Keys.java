package jumpvpn.node.ownership.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.session.SessionId;

/**
 * What lies where in etcd. A key is the prefix, a letter and this, in binary, big-endian:
 *
 * <pre>
 * a  address 17              client key 32: whose this inner address is
 * c  client key 32           session id 16: of the client's live session; absent: it has none
 * e  session id 16           epoch u32 of the live record; absent: there is no live one
 * k                          {@link KeyCheck}'s 16 bytes
 * l  session id 16           a binding's loss: epoch u32, wall clock 8. Counts if it is younger than the record
 * m  gateway 8 incarnation 8 sign of life: wall clock 8, sessions u32, flags u8 (1: draining)
 * n  client key 32           {@link ClientCodec}'s bytes; empty: revoked
 * o  gateway 8 incarnation 8 the owner lives: number u8, name in UTF-8; bound to its lease
 * s  session id 16           {@link jumpvpn.core.ownership.RecordCodec}'s bytes, live or ended
 * </pre>
 *
 * <p>Wall clocks in nanoseconds since 1970. The watch covers m to s: what everybody has to hear of, in one order.
 */
final class Keys {
    static final int CLIENT_KEY_LENGTH = 32;
    static final char ADDRESS = 'a';
    static final char LIVE = 'c';
    static final char EPOCH = 'e';
    static final char CHECK = 'k';
    static final char LOSS = 'l';
    static final char SIGN = 'm';
    static final char CLIENT = 'n';
    static final char OWNER = 'o';
    static final char RECORD = 's';

    private final byte[] prefix;

    Keys(String prefix) {
        this.prefix = prefix.getBytes(StandardCharsets.UTF_8);
    }

    /** The first key that a kind may have. */
    ByteString first(char kind) {
        return key(kind, new byte[0]);
    }

    /** The first key after all of a kind. */
    ByteString after(char kind) {
        return first((char) (kind + 1));
    }

    /** Where a kind begins among all keys: their letter and the four bytes behind it, as a number. */
    static long position(char kind) {
        return (long) kind << Integer.SIZE;
    }

    /** Where a key with a letter is among all. */
    long position(ByteString key) {
        byte[] four = new byte[Integer.BYTES]; // also of a stranger's key, which may be shorter
        key.substring(prefix.length + 1, Math.min(key.size(), prefix.length + 1 + four.length))
                .copyTo(four, 0);
        return position((char) key.byteAt(prefix.length))
                | Integer.toUnsignedLong(ByteBuffer.wrap(four).getInt());
    }

    /** The first key that a position may have. */
    ByteString at(long position) {
        byte[] rest = ByteBuffer.allocate(Integer.BYTES).putInt((int) position).array();
        return key((char) (position >>> Integer.SIZE), rest);
    }

    private ByteString key(char kind, byte[] rest) {
        byte[] key = new byte[prefix.length + 1 + rest.length];
        System.arraycopy(prefix, 0, key, 0, prefix.length);
        key[prefix.length] = (byte) kind;
        System.arraycopy(rest, 0, key, prefix.length + 1, rest.length);
        return UnsafeByteOperations.unsafeWrap(key);
    }

    ByteString of(char kind, SessionId id) {
        return key(kind, id.bytes());
    }

    ByteString of(char kind, Owner owner) {
        return key(
                kind,
                ByteBuffer.allocate(2 * Long.BYTES)
                        .putLong(owner.gateway())
                        .putLong(owner.incarnation())
                        .array());
    }

    /** @param clientKey in hexadecimal */
    ByteString of(char kind, String clientKey) {
        return key(kind, HexFormat.of().parseHex(clientKey));
    }

    ByteString of(IpAddress address) {
        ByteBuffer bytes = ByteBuffer.allocate(IpAddress.WIRE_LENGTH);
        address.encode(bytes);
        return key(ADDRESS, bytes.array());
    }

    /** The kind of a key; 0: it is none of these, or has not their length. */
    char kind(ByteString key) {
        if (key.size() <= prefix.length) {
            return 0;
        }
        char kind = (char) key.byteAt(prefix.length);
        int length = switch (kind) {
            case ADDRESS -> IpAddress.WIRE_LENGTH;
            case LIVE, CLIENT -> CLIENT_KEY_LENGTH;
            default -> SessionId.LENGTH; // as long as an owner
        };
        return key.size() == prefix.length + 1 + length ? kind : 0;
    }

    /** What follows the letter of a key that has a kind. */
    ByteBuffer rest(ByteString key) {
        return key.substring(prefix.length + 1).asReadOnlyByteBuffer();
    }

    static Owner owner(ByteBuffer rest) {
        return new Owner(rest.getLong(), rest.getLong());
    }

    static byte[] epoch(int epoch) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(epoch).array();
    }
}
