package jumpvpn.core.session;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import jumpvpn.core.net.Protocol;
import org.jspecify.annotations.Nullable;

/** An immutable, valid set of policy values (contract section 3): the snapshot that a session is born with. */
public final class Policy {
    private static final PolicyKey[] KEYS = PolicyKey.values();

    /** Bytes of the wire form: 8 for every {@link PolicyKey} in declaration order. */
    public static final int WIRE_LENGTH = 8 * KEYS.length;

    /** All defaults. */
    public static final Policy DEFAULT = new Policy(defaults());

    private final long[] values;
    private final int version;

    private Policy(long[] values) {
        this.values = values;
        CRC32 crc = new CRC32();
        ByteBuffer bytes = ByteBuffer.allocate(WIRE_LENGTH);
        encode(bytes);
        crc.update(bytes.array());
        this.version = (int) crc.getValue();
    }

    private static long[] defaults() {
        return Arrays.stream(PolicyKey.values())
                .mapToLong(PolicyKey::defaultValue)
                .toArray();
    }

    /**
     * This policy with one value changed; check it with {@link #problem} first.
     *
     * @throws IllegalArgumentException if it is not allowed
     */
    public Policy with(PolicyKey key, long value) {
        long[] changed = values.clone();
        changed[key.ordinal()] = allowed(key, value);
        return new Policy(changed);
    }

    private static long allowed(PolicyKey key, long value) {
        String problem = problem(key, value);
        if (problem != null) {
            throw new IllegalArgumentException(key.key() + " " + problem);
        }
        return value;
    }

    /** Why the value is not allowed for the key, in words that can follow its name; null if it is. */
    public static @Nullable String problem(PolicyKey key, long value) {
        if (key.kind() == PolicyKey.Kind.PROTOCOLS) {
            return protocols(value).isEmpty() ? "must name at least one of udp, quic, tcp, each once" : null;
        }
        if (value < key.least() || value > key.most()) {
            return "is outside what is allowed";
        }
        return null;
    }

    /** The value in the unit of the key's kind. */
    public long get(PolicyKey key) {
        return values[key.ordinal()];
    }

    /** The value of a count. */
    public int count(PolicyKey key) {
        return (int) get(key);
    }

    /** The protocols of a list, in its order. */
    public List<Protocol> protocols(PolicyKey key) {
        return protocols(get(key));
    }

    /** Whether a new binding may use the protocol. */
    public boolean allows(Protocol protocol) {
        for (long rest = get(PolicyKey.TRANSPORT_ALLOWED); rest != 0; rest >>>= 4) {
            if ((rest & 15) == protocol.number()) {
                return true;
            }
        }
        return false;
    }

    private static List<Protocol> protocols(long digits) {
        List<Protocol> protocols = new ArrayList<>();
        for (long rest = digits; rest != 0; rest >>>= 4) {
            Protocol protocol = Protocol.of((int) (rest & 15));
            if (protocol == null || protocols.contains(protocol)) {
                return List.of();
            }
            protocols.add(protocol);
        }
        return protocols;
    }

    /** A number that two policies share only if (short of a CRC collision) all their values are equal. */
    public int version() {
        return version;
    }

    /** Writes {@link #WIRE_LENGTH} bytes. */
    public void encode(ByteBuffer out) {
        for (long value : values) {
            out.putLong(value);
        }
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws IllegalArgumentException if a value is not allowed
     */
    public static Policy decode(ByteBuffer in) {
        long[] values = new long[KEYS.length];
        for (PolicyKey key : KEYS) {
            values[key.ordinal()] = allowed(key, in.getLong());
        }
        return Arrays.equals(values, DEFAULT.values) ? DEFAULT : new Policy(values); // one for very many sessions
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Policy policy && Arrays.equals(values, policy.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    /** The values that are not the default's, by key, as they are stored. */
    @Override
    public String toString() {
        return Arrays.stream(PolicyKey.values())
                .filter(key -> get(key) != key.defaultValue())
                .map(key -> key.key() + "=" + get(key))
                .collect(Collectors.joining(", ", "Policy[", "]"));
    }
}
