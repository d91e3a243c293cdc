package jumpvpn.node.config;

import java.util.Arrays;
import java.util.List;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.session.PolicyKey;

/** The text form of policy values, both ways. */
final class PolicyValue {
    private PolicyValue() {}

    /** A TOML value in the unit of the key's kind; not yet checked against the key's bounds. */
    static long read(PolicyKey key, Object value) throws BadValue {
        return switch (key.kind()) {
            case DURATION -> duration(key, value);
            case COUNT -> {
                if (value instanceof Long count) {
                    yield count;
                }
                throw new BadValue(key.key() + " must be a whole number", allowed(key));
            }
            case RATIO -> ratio(key, value);
            case PROTOCOLS -> protocols(key, value);
        };
    }

    private static long duration(PolicyKey key, Object value) throws BadValue {
        return DurationText.nanos(
                        value instanceof String text ? text : "") // what is too long is outside of every key's bounds
                .orElseThrow(() -> new BadValue(key.key() + " must be a duration in quotes", allowed(key)));
    }

    private static long ratio(PolicyKey key, Object value) throws BadValue {
        if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
            return Math.round(number.doubleValue() * 1000);
        }
        throw new BadValue(key.key() + " must be a number", allowed(key));
    }

    private static long protocols(PolicyKey key, Object value) throws BadValue {
        long digits = 0;
        int shift = 0;
        for (Object element :
                value instanceof List<?> list && list.size() <= Protocol.values().length ? list : List.of("")) {
            Protocol protocol = Arrays.stream(Protocol.values())
                    .filter(known -> known.scheme().equals(element))
                    .findFirst()
                    .orElseThrow(() -> new BadValue(key.key() + " must be a list of protocols", allowed(key)));
            digits |= (long) protocol.number() << shift;
            shift += 4;
        }
        return digits;
    }

    /** What may be written for a key. */
    static String allowed(PolicyKey key) {
        String line = key.key() + " = ";
        return switch (key.kind()) {
            case DURATION ->
                "write " + line + quoted(key.defaultValue()) + ", anything from " + quoted(key.least()) + " to "
                        + quoted(key.most());
            case COUNT -> "write " + line + key.defaultValue() + ", anything from " + key.least() + " to " + key.most();
            case RATIO ->
                "write " + line + key.defaultValue() / 1000.0 + ", anything from " + key.least() / 1000.0 + " to "
                        + key.most() / 1000.0;
            case PROTOCOLS -> "write " + line + "[\"udp\", \"quic\", \"tcp\"] or some of these, each once";
        };
    }

    private static String quoted(long nanos) {
        return "\"" + DurationText.format(nanos) + "\"";
    }
}
