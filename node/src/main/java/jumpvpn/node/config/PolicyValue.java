package jumpvpn.node.config;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.session.PolicyKey;

/** The text form of policy values, both ways. */
final class PolicyValue {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(?:[.]([0-9]{1,3}))? ?(ms|s|min|m|h|d)");
    private static final Map<String, Long> UNIT_NANOS = units();

    private PolicyValue() {}

    private static Map<String, Long> units() {
        Map<String, Long> units = new LinkedHashMap<>(); // the largest first: formatting takes the first that fits
        units.put("d", 86_400_000_000_000L);
        units.put("h", 3_600_000_000_000L);
        units.put("min", 60_000_000_000L);
        units.put("m", 60_000_000_000L);
        units.put("s", 1_000_000_000L);
        units.put("ms", 1_000_000L);
        return units;
    }

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
        Matcher parts = DURATION.matcher(value instanceof String text ? text : "");
        if (!parts.matches()) {
            throw new BadValue(key.key() + " must be a duration in quotes", allowed(key));
        }
        long unit = UNIT_NANOS.getOrDefault(parts.group(3), 1L);
        String decimals = parts.group(2) == null ? "0" : parts.group(2);
        long count = Long.parseLong(parts.group(1));
        if (count >= Long.MAX_VALUE / unit) {
            return Long.MAX_VALUE; // outside of every key's bounds
        }
        return count * unit + Long.parseLong((decimals + "00").substring(0, 3)) * (unit / 1000);
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
        for (Map.Entry<String, Long> unit : UNIT_NANOS.entrySet()) {
            if (nanos != 0 && nanos % unit.getValue() == 0) {
                return "\"" + nanos / unit.getValue() + unit.getKey() + "\"";
            }
        }
        return "\"" + nanos / 1_000_000 + "ms\"";
    }
}
